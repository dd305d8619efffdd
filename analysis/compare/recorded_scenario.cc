#include "analysis/compare/recorded_scenario.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/compare/recorded_command.h"
#include "model/profile.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using nlohmann::ordered_json;

// --- versions ---------------------------------------------------------------------------------------------

using Version = std::pair<int, int>;

// `7.0.15`: 7, 0.
Version parse_version(std::string_view text) {
  Version version{0, 0};
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto major = std::from_chars(begin, end, version.first);
  if (major.ptr != end) std::from_chars(major.ptr + 1, end, version.second);
  return version;
}

}  // namespace

std::string_view profile_of(std::string_view product, std::string_view version) {
  const Version wanted = parse_version(version);
  std::string_view best;
  Version best_version{};
  for (const model::Profile& profile : model::profiles()) {
    const std::size_t dash = profile.name.find('-');
    if (profile.name.substr(0, dash) != product) continue;
    const Version has = parse_version(profile.name.substr(dash + 1));
    const bool closer = best.empty() || (has <= wanted ? best_version > wanted || has > best_version
                                                       : best_version > wanted && has < best_version);
    if (!closer) continue;
    best = profile.name;
    best_version = has;
  }
  return best.empty() ? model::profiles().front().name : best;
}

namespace {

// --- the parts of the file --------------------------------------------------------------------------------

constexpr Micros kLead{100'000};  // before the first process starts
constexpr std::size_t kMostInOrder = 7;

class Builder {
 public:
  explicit Builder(const Recording& recording) : recording_(recording), begin_(begin_of(recording)) {}

  Micros begin() const { return begin_; }

  ordered_json build(std::string_view profile) {
    ordered_json scenario{{"about", about()}, {"profile", profile}, {"hash-order", "random"}, {"wall-clock", "random"}};
    scenario["nodes"] = nodes();
    scenario["steps"] = steps();
    if (begin_ > Micros{0} && !recording_.cold) scenario["from"] = time(Micros{0});
    scenario["until"] = time(recording_.duration);
    return scenario;
  }

 private:
  // Sentinels that were there at time 0 started some time before.
  static Micros begin_of(const Recording& recording) {
    Micros first{0};
    for (const RecordedNode& node : recording.nodes) {
      if (node.is_sentinel && !node.up_at.empty()) first = std::min(first, node.up_at.front());
    }
    return recording.cold && first == Micros{0} ? Micros{0} : kLead - first;
  }

  std::string time(Micros at) const { return sim::format_duration(std::max(Micros{0}, begin_ + at)); }

  std::string about() const {
    const std::string what = recording_.title.empty() ? recording_.scenario : recording_.title;
    return what + " (as recorded with " + recording_.product + " " + recording_.version + ")";
  }

  bool keeps_its_id(const RecordedNode& node) const {
    return std::ranges::any_of(node.conf, [](const std::string& line) { return line.starts_with("sentinel myid"); });
  }

  // The order of its hash table shows when a sentinel switches: all replicas but the new master are told in that order,
  // and the old master after them (sentinelResetMasterAndChangeAddress).
  ordered_json hash_order_of(const RecordedNode& sentinel) const {
    ordered_json order = ordered_json::array();
    const auto is_own = [&](const Said& said) { return &recording_.nodes[said.node] == &sentinel; };
    std::optional<Micros> switched;
    for (const Said& said : recording_.stream) {
      if (!is_own(said)) continue;
      if (switched && (said.channel != "+slave" || said.at > *switched + kSameTick)) break;
      if (const std::string name = node_named(said.message); switched && !name.empty()) order.push_back(name);
      if (said.channel == "+switch-master") switched = said.at;
    }
    if (!order.empty()) order.erase(order.size() - 1);
    return order.size() <= kMostInOrder ? order : ordered_json::array();
  }

  // `slave 127.0.0.1:7001 127.0.0.1 7001 @ ...`
  std::string node_named(const std::string& message) const {
    for (const RecordedNode& node : recording_.nodes) {
      if (message.starts_with("slave " + node.address + " ")) return node.name;
    }
    return {};
  }

  ordered_json nodes() const {
    ordered_json nodes = ordered_json::object();
    for (const RecordedNode& node : recording_.nodes) {
      ordered_json entry{{"address", node.address}, {"conf", node.conf}};
      if (node.is_sentinel) {
        entry["kind"] = "sentinel";
        entry["running"] = false;
        if (const ordered_json order = hash_order_of(node); order.size() > 1) entry["hash-order"] = order;
        if (node.run_id && !keeps_its_id(node)) entry["conf"].push_back("sentinel myid " + *node.run_id);
      } else {
        if (node.run_id) entry["run-id"] = *node.run_id;
        if (!node.from_start) entry["running"] = false;
        if (node.loads_for) entry["load-time"] = sim::format_duration(*node.loads_for);
      }
      nodes[node.name] = entry;
    }
    return nodes;
  }

  // --- steps ---

  ordered_json steps() const {
    std::vector<std::pair<Micros, ordered_json>> timed;
    for (const RecordedNode& node : recording_.nodes) {
      if (!node.is_sentinel || !node.from_start) continue;
      const Micros up = node.up_at.empty() ? -begin_ : node.up_at.front();
      timed.emplace_back(up, ordered_json{{"at", time(up)}, {"do", "start"}, {"node", node.name}});
    }
    for (const RecordedAction& action : recording_.actions) {
      if (has_no_effect(action)) continue;
      for (const RecordedAction& each : one_by_one(action)) {
        const Micros at = each.on ? Micros{0} : time_of(each);
        ordered_json step = when(each, at);
        step.update(what(each));
        timed.emplace_back(at, step);
      }
    }
    std::ranges::stable_sort(timed, {}, &std::pair<Micros, ordered_json>::first);
    ordered_json steps = ordered_json::array();
    for (const auto& [at, step] : timed) steps.push_back(step);
    return steps;
  }

  // Processes that are started together are up at times of their own.
  static std::vector<RecordedAction> one_by_one(const RecordedAction& action) {
    if (action.what != "start") return {action};
    std::vector<RecordedAction> starts;
    for (const std::string& node : action.who) {
      starts.push_back(action);
      starts.back().who = {node};
    }
    return starts;
  }

  // A start has happened when the process is up.
  Micros time_of(const RecordedAction& action) const {
    if (action.what != "start") return action.at;
    constexpr Micros kLongestStart = std::chrono::seconds{2};
    for (const RecordedNode& node : recording_.nodes) {
      if (node.name != action.who.front() || node.loads_for) continue;
      for (const Micros up : node.up_at) {
        if (up >= action.at && up < action.at + kLongestStart) return up;
      }
    }
    return action.at;
  }

  ordered_json when(const RecordedAction& action, Micros at) const {
    if (!action.on) return {{"at", time(at)}};
    std::string pattern = action.on->channel;
    if (!action.on->part_of_message.empty()) pattern += " *" + action.on->part_of_message + "*";
    ordered_json when{{"on", pattern}};
    if (!action.on->sentinel.empty()) when["by"] = action.on->sentinel;
    if (action.on->delay > Micros{0}) when["after"] = sim::format_duration(action.on->delay);
    return when;
  }

  // What only asks, what is a matter of data, and what was refused.
  static bool has_no_effect(const RecordedAction& action) {
    return action.what == "cmd" && !action.args.empty() && words_of(action).empty();
  }

  static std::vector<std::string> words_of(const RecordedAction& action) {
    return effective_words({.args = action.args, .refused = action.refused, .took = action.took});
  }

  ordered_json what(const RecordedAction& action) const {
    static constexpr auto kWords = std::to_array<std::pair<std::string_view, std::string_view>>(
        {{"kill", "crash"}, {"term", "stop"}, {"stop", "pause"}, {"cont", "resume"}});
    if (action.what == "write") return write(action);
    if (action.what == "heal" && action.side_a.empty()) return {{"do", "heal"}};
    if (action.what == "heal") return {{"do", "heal"}, {"between", {action.side_a, action.side_b}}};
    if (action.what == "cut") {
      ordered_json step{{"do", "partition"}, {"between", {action.side_a, action.side_b}}};
      if (action.reject) step["mode"] = "reject";
      if (action.one_way) step["one-way"] = true;
      return step;
    }
    ordered_json step{{"do", action.what}};
    if (action.what == "cmd") {
      step["do"] = "command";
      step["args"] = arguments(action);
    }
    for (const auto& [recorded, word] : kWords) {
      if (action.what == recorded) step["do"] = word;
    }
    if (action.fresh) step["fresh"] = true;
    step["nodes"] = action.who;
    return step;
  }

  // `$R1.ip` and `$R1.port` stand for the address of R1.
  std::vector<std::string> arguments(const RecordedAction& action) const {
    std::vector<std::string> args = words_of(action);
    for (std::string& word : args) {
      for (const RecordedNode& node : recording_.nodes) {
        const std::size_t colon = node.address.rfind(':');
        if (word == "$" + node.name + ".ip") word = node.address.substr(0, colon);
        if (word == "$" + node.name + ".port") word = node.address.substr(colon + 1);
      }
    }
    return args;
  }

  ordered_json write(const RecordedAction& action) const {
    ordered_json step{{"do", "write"}};
    if (action.via.empty()) {
      step["node"] = action.who.front();
    } else {
      step["via"] = action.via;
    }
    step["rate"] = action.rate;
    constexpr std::int64_t kCommand = 40;  // RPUSH and its key
    if (action.bytes > 0) step["size"] = action.bytes + kCommand;
    if (action.until) step["for"] = sim::format_duration(*action.until - action.at);
    return step;
  }

  const Recording& recording_;
  Micros begin_;
};

}  // namespace

RecordedScenario scenario_of(const Recording& recording, std::optional<std::string_view> profile) {
  Builder builder{recording};
  RecordedScenario made{
      .text = builder.build(profile.value_or(profile_of(recording.product, recording.version))).dump(2),
      .scenario = nullptr,
      .begin = builder.begin()};
  try {
    made.scenario = std::make_shared<const sim::Scenario>(sim::parse_scenario(made.text, "(scenario)"));
  } catch (const sim::BadInput& bad) {
    throw sim::BadInput{recording.file.string() + ": cannot be made a scenario: " + bad.what()};
  }
  return made;
}

}  // namespace sentinel::analysis
