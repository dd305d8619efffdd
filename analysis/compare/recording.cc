#include "analysis/compare/recording.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/compare/recorded_command.h"
#include "model/events.h"
#include "sim/bad_input.h"
#include "sim/units.h"
#include "sim/words.h"

namespace sentinel::analysis {
namespace {

using nlohmann::json;

Micros micros_of(const json& milliseconds) {
  const double micros = milliseconds.get<double>() * 1000;
  if (std::abs(micros) > static_cast<double>(sim::kLongestDuration.count())) {
    throw sim::BadInput{milliseconds.dump() + " ms is longer than 1000 days"};
  }
  return Micros{std::llround(micros)};
}

std::int64_t count_of(const json& number) {
  constexpr std::int64_t kMost = 1'000'000'000;
  if (!number.is_number_integer() || number < 0 || number > kMost) {
    throw sim::BadInput{sim::in_quotes(number.dump()) + " is not a whole number from 0 to " + std::to_string(kMost)};
  }
  return number.get<std::int64_t>();
}

// A list of words, or one word that stands for itself; a number is a word, too.
std::vector<std::string> words_of(const json& action, const char* key) {
  const auto found = action.find(key);
  if (found == action.end() || found->is_null()) return {};
  std::vector<std::string> words;
  for (const json& word : found->is_array() ? *found : json::array({*found})) {
    words.push_back(word.is_number() ? word.dump() : word.get<std::string>());
  }
  return words;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in{text};
  for (std::string line; std::getline(in, line);) {
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

// The words of a directive, if the configuration has it.
std::vector<std::string> find_directive(const std::vector<std::string>& conf, std::string_view name) {
  for (const std::string& line : conf) {
    if (!line.starts_with(std::string{name} + " ")) continue;
    std::istringstream in{line.substr(name.size())};
    return {std::istream_iterator<std::string>{in}, {}};
  }
  return {};
}

std::string address_of(const std::vector<std::string>& conf) {
  const std::vector<std::string> bind = find_directive(conf, "bind");
  const std::vector<std::string> port = find_directive(conf, "port");
  return (bind.empty() ? "127.0.0.1" : bind.front()) + ":" + (port.empty() ? "6379" : port.front());
}

// --- nodes ------------------------------------------------------------------------------------------------

// An id as the process itself tells it, or as its configuration does.
std::optional<std::string> id_of(const json& recording, const RecordedNode& node) {
  const json& topology = recording.at("topology_at_start");
  if (topology.contains(node.name)) {
    const json& id = topology.at(node.name).value("runid", json{});
    if (id.is_string() && !id.get<std::string>().empty()) return id.get<std::string>();
  }
  const std::vector<std::string> own = find_directive(node.conf, "sentinel myid");
  return own.empty() ? std::nullopt : std::optional{own.front()};
}

RecordedNode read_node(const json& recording, const json& planned, bool is_sentinel) {
  RecordedNode node{.name = planned.at("name"), .is_sentinel = is_sentinel};
  node.conf = lines_of(recording.at("conf").value(node.name, std::string{}));
  node.address = address_of(node.conf);
  node.run_id = id_of(recording, node);
  node.from_start = planned.value("start", true);
  return node;
}

// When its log says that it was up: with the first of these words.
void find_lives(const json& log, std::string_view words, std::vector<RecordedNode>& nodes) {
  for (const json& line : log) {
    const std::string text = line.at(3);
    const auto node = std::ranges::find(nodes, line.at(1).get<std::string>(), &RecordedNode::name);
    if (node == nodes.end() || text.find(words) == std::string::npos) continue;
    const Micros at = micros_of(line.at(0));
    // A sentinel says it once for each master.
    if (node->up_at.empty() || at - node->up_at.back() > std::chrono::milliseconds{50}) node->up_at.push_back(at);
  }
}

bool holds(const std::vector<std::string>& words, const std::string& word) {
  return std::ranges::find(words, word) != words.end();
}

// What `DEBUG POPULATE` made and `SAVE` kept is loaded when the node starts again.
std::optional<Micros> loading_time(const json& recording, const RecordedNode& node) {
  const std::vector<std::string> delay = find_directive(node.conf, "key-load-delay");
  const bool saved = std::ranges::any_of(recording.at("actions"), [&](const json& action) {
    return words_of(action, "args") == std::vector<std::string>{"SAVE"} && holds(words_of(action, "who"), node.name);
  });
  if (delay.empty() || !saved) return std::nullopt;
  for (const json& command : recording.at("scenario").value("seed_cmds", json::array())) {
    if (command.at(0) != "DEBUG" || command.at(1) != "POPULATE") continue;
    constexpr std::int64_t kMost = 1'000'000'000;
    return Micros{sim::parse_integer(command.at(2).get<std::string>(), 0, kMost) *
                  sim::parse_integer(delay.front(), 0, kMost)};
  }
  return std::nullopt;
}

void read_nodes(const json& document, Recording& recording) {
  const auto& topology = document.at("scenario").at("topology");
  for (const auto& node : topology.at("nodes")) recording.nodes.push_back(read_node(document, node, false));
  for (const auto& node : topology.at("sentinels")) recording.nodes.push_back(read_node(document, node, true));
  constexpr std::size_t kMostNodes = 10'000;  // places are 16 bits wide
  if (recording.nodes.size() > kMostNodes) throw sim::BadInput{"more than 10000 nodes"};
  find_lives(document.at("sentinel_log"), "+monitor master", recording.nodes);
  find_lives(document.at("node_log"), "Ready to accept connections", recording.nodes);
  for (RecordedNode& node : recording.nodes) {
    if (!node.is_sentinel) node.loads_for = loading_time(document, node);
    recording.known_ids.push_back(node.is_sentinel ? node.run_id.value_or("") : "");
  }
}

// --- actions ----------------------------------------------------------------------------------------------

RecordedAction read_action(const json& action) {
  RecordedAction read{.what = action.at("do"), .who = words_of(action, "who"), .args = words_of(action, "args")};
  read.side_a = words_of(action, "a");
  read.side_b = words_of(action, "b");
  read.reject = action.value("mode", "DROP") == "REJECT";
  read.one_way = action.value("oneway", false);
  read.fresh = action.value("fresh_conf", false);
  if (const auto reply = action.find("reply"); reply != action.end() && reply->is_object()) {
    read.refused = is_refusal(reply->value("error", ""));
  }
  return read;
}

RecordedTrigger read_trigger(const json& planned) {
  const json& on = planned.at("on");
  return {.channel = on.at("channel"),
          .part_of_message = on.value("match", ""),
          .sentinel = on.value("sentinel", ""),
          .delay = micros_of(planned.value("delay_ms", json(0)))};
}

void check_subject(const RecordedAction& action) {
  const bool is_of_links = action.what == "cut" || action.what == "heal";
  if (action.who.empty() && action.via.empty() && !is_of_links) {
    throw sim::BadInput{"the action " + sim::in_quotes(action.what) + " is done to no node"};
  }
}

// What the plan says of a writer that was started, or is by an event.
void read_writer(const json& recording, const std::string& name, RecordedAction& write) {
  for (const json& planned : recording.at("scenario").at("actions")) {
    if (planned.value("name", "") != name) continue;
    if (planned.at("do") == "stopwrite" && write.on) write.until = read_trigger(planned).delay - write.on->delay;
    if (planned.at("do") != "write") continue;
    if (planned.contains("target")) write.who = {planned.at("target").get<std::string>()};
    write.via = planned.value("via", "");
    write.rate = count_of(planned.at("rate"));
    write.bytes = count_of(planned.value("size", json(0)));
  }
  for (const json& action : recording.at("actions")) {
    if (action.at("do") == "stopwrite" && !action.contains("on") && action.value("writer", "") == name)
      write.until = micros_of(action.at("t_ms"));
  }
}

Micros end_of(const json& action) {
  const auto end = action.find("end_ms");
  return end != action.end() && end->is_number() ? micros_of(*end) : micros_of(action.at("t_ms"));
}

// A cut and its end are done pair by pair, which takes some time.
Micros time_of(const json& action) {
  const Micros begin = micros_of(action.at("t_ms"));
  const bool takes_time = action.at("do") == "cut" || action.at("do") == "heal";
  return takes_time ? (begin + end_of(action)) / 2 : begin;
}

bool is_shutdown(const RecordedAction& action) {
  return action.what == "cmd" && !action.args.empty() && sim::lower_case(action.args.front()) == "shutdown" &&
         !effective_words({.args = action.args, .refused = action.refused}).empty();
}

// A process that is ended answers no more, but its connections live until the recorder sees that it is gone: usually 2
// ms later, but a large one takes a second to die.
void add_end_of_process(const json& performed, RecordedAction end, std::vector<RecordedAction>& actions) {
  constexpr Micros kUsual = std::chrono::milliseconds{20};
  const Micros gone = end_of(performed);
  if (gone - end.at > kUsual) {
    actions.push_back({.what = "stop", .at = end.at, .who = end.who});
    end.at = gone;
  }
  actions.push_back(std::move(end));
}

// CONFIG SET of several parameters (7.0) is one of each.
void add_command(const RecordedAction& command, std::vector<RecordedAction>& actions) {
  constexpr std::size_t kFirst = 2;
  const bool sets = command.args.size() > kFirst && sim::lower_case(command.args[0]) == "config" &&
                    sim::lower_case(command.args[1]) == "set";
  if (!sets) return actions.push_back(command);
  for (std::size_t i = kFirst; i < command.args.size(); i += 2) {
    const auto pair = command.args.begin() + static_cast<std::ptrdiff_t>(i);
    RecordedAction one = command;
    one.args = {command.args[0], command.args[1], *pair};
    if (i + 1 < command.args.size()) one.args.push_back(*(pair + 1));
    actions.push_back(std::move(one));
  }
}

void add_performed(const json& performed, RecordedAction action, std::vector<RecordedAction>& actions) {
  if (is_deadly(action.args)) action.what = "kill";
  if (action.what == "kill" || action.what == "term" || is_shutdown(action)) {
    add_end_of_process(performed, std::move(action), actions);
  } else {
    add_command(action, actions);
  }
}

void read_actions(const json& document, Recording& recording) {
  for (const auto& performed : document.at("actions")) {
    if (performed.contains("on") || performed.at("do") == "stopwrite") continue;
    RecordedAction action = read_action(performed);
    action.at = time_of(performed);
    action.took = end_of(performed) - micros_of(performed.at("t_ms"));
    if (action.what == "write") read_writer(document, performed.at("writer"), action);
    check_subject(action);
    add_performed(performed, std::move(action), recording.actions);
  }
  for (const auto& planned : document.at("scenario").at("actions")) {
    if (!planned.contains("on") || planned.at("do") == "stopwrite") continue;
    RecordedAction action = read_action(planned);
    action.on = read_trigger(planned);
    if (action.what == "write") read_writer(document, planned.at("name"), action);
    check_subject(action);
    add_command(action, recording.actions);
  }
}

// `[t_ms, ms]`: overslept by so much, and noticed then. Which of both ends `t_ms` is does not matter: neither side is
// trusted. A signal takes no time: where it took some, the machine stood still, and may have done so elsewhere.
void read_stalls(const json& document, Recording& recording) {
  constexpr Micros kMuch = std::chrono::milliseconds{100};
  for (const json& action : document.at("actions")) {
    const bool is_signal = action.at("do") == "kill" || action.at("do") == "stop" || action.at("do") == "cont";
    if (!is_signal || end_of(action) - micros_of(action.at("t_ms")) <= kMuch) continue;
    recording.stalls.push_back({.begin = -recording.duration, .end = recording.duration});
  }
  for (const json& stall : document.value("stalls", json::array())) {
    const Micros at = micros_of(stall.at(0));
    const Micros length = micros_of(stall.at(1));
    recording.stalls.push_back({.begin = at - length, .end = at + length});
  }
}

// --- what was said ----------------------------------------------------------------------------------------

bool is_event(std::string_view text) {
  return model::find_event(text.substr(0, std::min(text.find(' '), text.size()))).has_value();
}

Said said_of(std::uint16_t node, Micros at, const std::string& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  return {
      .at = at, .node = node, .channel = text.substr(0, end), .message = text.substr(std::min(end + 1, text.size()))};
}

bool same_text(const Said& a, const Said& b) { return a.channel == b.channel && a.message == b.message; }

// What a sentinel wrote to its log before anybody had subscribed comes first. The log is written when something
// happens, and the message leaves when the tick is over, so that the log's end may be the stream's begin.
Stream joined(const Stream& log, const Stream& published) {
  std::size_t shared = std::min(log.size(), published.size());
  while (!std::equal(log.end() - static_cast<std::ptrdiff_t>(shared), log.end(), published.begin(), same_text) &&
         shared > 0) {
    --shared;
  }
  Stream all(log.begin(), log.end() - static_cast<std::ptrdiff_t>(shared));
  all.insert(all.end(), published.begin(), published.end());
  return all;
}

struct Life {
  Micros subscribed{};
  Micros lost = Micros::max();
};

std::vector<Life> lives_of(const json& notes, const std::string& sentinel) {
  std::vector<Life> lives;
  for (const json& note : notes) {
    if (note.at("sentinel") != sentinel) continue;
    if (note.at("text") == "subscribed") lives.push_back({.subscribed = micros_of(note.at("t_ms"))});
    if (note.at("text") == "subscription lost" && !lives.empty()) lives.back().lost = micros_of(note.at("t_ms"));
  }
  return lives;
}

Stream read_stream_of(const json& document, const std::string& name, std::uint16_t place) {
  Stream published;
  for (const auto& event : document.at("events")) {
    if (event.at("sentinel") != name) continue;
    published.push_back({micros_of(event.at("t_ms")), place, event.at("channel"), event.at("message")});
  }
  Stream logged;
  for (const auto& line : document.at("sentinel_log")) {
    const std::string text = line.at(3);
    if (line.at(1) == name && is_event(text)) logged.push_back(said_of(place, micros_of(line.at(0)), text));
  }
  Stream all;
  Micros before = Micros::min();
  for (const Life& life : lives_of(document.at("notes"), name)) {
    Stream log;
    Stream messages;
    std::ranges::copy_if(logged, std::back_inserter(log),
                         [&](const Said& said) { return said.at > before && said.at <= life.subscribed; });
    std::ranges::copy_if(published, std::back_inserter(messages),
                         [&](const Said& said) { return said.at > before && said.at <= life.lost; });
    const Stream life_stream = joined(log, messages);
    all.insert(all.end(), life_stream.begin(), life_stream.end());
    before = life.lost;
  }
  return all;
}

void read_stream(const json& document, Recording& recording) {
  for (std::size_t i = 0; i < recording.nodes.size(); ++i) {
    if (!recording.nodes[i].is_sentinel) continue;
    for (Said& said : read_stream_of(document, recording.nodes[i].name, static_cast<std::uint16_t>(i))) {
      // What comes after the end is the doing of whoever tidies up.
      if ((said.at >= Micros{0} || recording.cold) && said.at <= recording.duration) {
        recording.stream.push_back(std::move(said));
      }
    }
  }
  std::ranges::stable_sort(recording.stream, {}, &Said::at);
}

// A sentinel whose log is not there was up shortly before it could be subscribed to.
void complete_lives(const json& document, Recording& recording) {
  for (RecordedNode& node : recording.nodes) {
    if (!node.is_sentinel || !node.up_at.empty()) continue;
    for (const Life& life : lives_of(document.at("notes"), node.name)) node.up_at.push_back(life.subscribed);
  }
}

Recording read(const json& document) {
  const auto& scenario = document.at("scenario");
  Recording recording{.scenario = scenario.at("id"),
                      .title = scenario.value("title", ""),
                      .product = document.value("server_product", "redis"),
                      .version = document.at("server_version"),
                      .scenario_file = scenario.value("file", ""),
                      .cold = scenario.value("cold", false),
                      .namespaces = scenario.at("topology").value("net", "loopback") == "netns",
                      .duration = micros_of(document.at("recorded_ms"))};
  if (scenario.contains("until")) {
    const auto& until = scenario.at("until");
    recording.end = RecordedEnd{until.at("channel"), static_cast<std::uint64_t>(count_of(until.at("count"))),
                                micros_of(until.value("grace_ms", json(0)))};
  }
  read_nodes(document, recording);
  complete_lives(document, recording);
  read_actions(document, recording);
  read_stalls(document, recording);
  read_stream(document, recording);
  return recording;
}

}  // namespace

Recording parse_recording(std::string_view text, const std::filesystem::path& file) {
  const std::string is_none = file.string() + ": is no recording as 'sentinel-sim record' writes them: ";
  try {
    Recording recording = read(json::parse(text));
    recording.file = file;
    return recording;
  } catch (const json::exception& error) {
    const std::string_view what = error.what();  // "[json.exception.out_of_range.403] key 'events' not found"
    throw sim::BadInput{is_none + std::string{what.substr(what.find("] ") + 2)}};
  } catch (const sim::BadInput& bad) {
    throw sim::BadInput{is_none + bad.what()};
  }
}

Recording read_recording(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in) throw sim::BadInput{file.string() + ": cannot be read"};
  std::ostringstream text;
  text << in.rdbuf();
  return parse_recording(text.str(), file);
}

std::vector<std::filesystem::path> recording_files(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{path}) {
    if (entry.is_regular_file() && entry.path().extension() == ".json") files.push_back(entry.path());
  }
  if (files.empty()) throw sim::BadInput{path.string() + ": no recordings (*.json) in this folder"};
  std::ranges::sort(files);
  return files;
}

}  // namespace sentinel::analysis
