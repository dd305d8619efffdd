#include "analysis/observe/ledger_text.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string_view>

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

double seconds(sim::Micros time) { return std::chrono::duration<double>(time).count(); }
double seconds(sim::SimTime time) { return seconds(time.time_since_epoch()); }

template <class... Values>
std::string print(const char* format, Values... values) {
  constexpr std::size_t kLongest = 200;
  std::array<char, kLongest> line{};
  std::snprintf(line.data(), line.size(), format, values...);
  return line.data();
}

std::string client_line(const sim::Scenario& scenario, const ClientReport& client) {
  std::string line = print("%-8s %7zu %7zu %6zu %7zu %7zu %7zu %6zu", scenario.node(client.client).name.c_str(),
                           static_cast<std::size_t>(client.writes), static_cast<std::size_t>(client.acknowledged),
                           static_cast<std::size_t>(client.lost), static_cast<std::size_t>(client.refused),
                           static_cast<std::size_t>(client.unknown), static_cast<std::size_t>(client.reads),
                           static_cast<std::size_t>(client.stale));
  line += client.settled ? print(" %10.3f", seconds(*client.settled)) : "      never";
  return line + "\n";
}

std::string_view why_word(Loss::Why why) {
  switch (why) {
    case Loss::Why::kFullResync: return "full-resync";
    case Loss::Why::kRestart: return "restart";
    case Loss::Why::kOverwritten: return "overwritten";
    case Loss::Why::kCrash: return "crash";
    case Loss::Why::kStranded: return "stranded";
  }
  return "";
}

std::string why_text(const sim::Scenario& scenario, const Loss& loss) {
  const std::string& node = scenario.node(loss.node).name;
  switch (loss.why) {
    case Loss::Why::kFullResync: return print("%s resynchronised at %.3f", node.c_str(), seconds(*loss.at));
    case Loss::Why::kRestart: return print("%s was restarted empty at %.3f", node.c_str(), seconds(*loss.at));
    case Loss::Why::kOverwritten: return print("%s went on with its master at %.3f", node.c_str(), seconds(*loss.at));
    case Loss::Why::kCrash: return "gone with " + node;
    case Loss::Why::kStranded: return "only " + node + " has them";
  }
  return "";
}

Json window_json(const Window& window) {
  return {window.begin.time_since_epoch().count(), window.end.time_since_epoch().count()};
}

}  // namespace

std::string duration_text(sim::Micros duration) { return print("%.3f s", seconds(duration)); }

std::string window_text(const Window& window) {
  return duration_text(window.length()) + print(", %.3f .. %.3f", seconds(window.begin), seconds(window.end));
}

Json windows_json(const std::vector<Window>& windows) {
  Json list = Json::array();
  for (const Window& window : windows) list.push_back(window_json(window));
  return list;
}

std::string ledger_text(const sim::Scenario& scenario, const LedgerReport& report) {
  std::string text = "client    writes   acked   lost refused unknown   reads  stale    settled\n";
  for (const ClientReport& client : report.clients) text += client_line(scenario, client);
  for (const ClientReport& client : report.clients) {
    for (const Window& window : client.unavailable) {
      text += "unavailable to " + scenario.node(client.client).name + ": " + window_text(window) + "\n";
    }
  }
  for (const Window& window : report.two_masters) text += "two masters: " + window_text(window) + "\n";
  for (const Loss& loss : report.losses) {
    text += print("lost: %zu of %s, acknowledged %.3f .. %.3f: ", static_cast<std::size_t>(loss.writes),
                  scenario.node(loss.client).name.c_str(), seconds(loss.acknowledged.begin),
                  seconds(loss.acknowledged.end)) +
            why_text(scenario, loss) + "\n";
  }
  text += "master in the end: " + (report.master ? scenario.node(*report.master).name : "none") + "\n";
  return text;
}

Json ledger_json(const sim::Scenario& scenario, const LedgerReport& report) {
  Json clients = Json::array();
  for (const ClientReport& client : report.clients) {
    clients.push_back({{"client", scenario.node(client.client).name},
                       {"writes", client.writes},
                       {"acknowledged", client.acknowledged},
                       {"lost", client.lost},
                       {"refused", client.refused},
                       {"unknown", client.unknown},
                       {"reads", client.reads},
                       {"stale", client.stale},
                       {"settled", client.settled ? Json(client.settled->time_since_epoch().count()) : Json{}},
                       {"unavailable", windows_json(client.unavailable)}});
  }
  Json losses = Json::array();
  for (const Loss& loss : report.losses) {
    losses.push_back({{"client", scenario.node(loss.client).name},
                      {"writes", loss.writes},
                      {"acknowledged", window_json(loss.acknowledged)},
                      {"why", why_word(loss.why)},
                      {"node", scenario.node(loss.node).name},
                      {"at", loss.at ? Json(loss.at->time_since_epoch().count()) : Json{}}});
  }
  return {{"clients", clients},
          {"losses", losses},
          {"two_masters", windows_json(report.two_masters)},
          {"master", report.master ? Json(scenario.node(*report.master).name) : Json{}}};
}

}  // namespace sentinel::analysis
