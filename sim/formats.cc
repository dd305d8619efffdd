#include "sim/formats.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/event_fields.h"
#include "sim/event_text.h"
#include "sim/node_log_text.h"
#include "sim/script_text.h"

namespace sentinel::sim {
namespace {

using Json = nlohmann::ordered_json;
using model::Event;

constexpr std::array<std::string_view, 4> kFormatNames = {"events", "pmessage", "log", "jsonl"};
constexpr int kFirstPid = 1000;

char level_sign(model::Level level) {
  switch (level) {
    case model::Level::kDebug: return '.';
    case model::Level::kVerbose: return '-';
    case model::Level::kNotice: return '*';
    case model::Level::kWarning: return '#';
    case model::Level::kRemark: break;  // by now it is one of the two above
  }
  return '?';
}

// What a line of a log begins with, as serverLogRaw() writes it. `role`: X sentinel, M master, S replica.
std::string log_prefix(const model::Profile& profile, NodeId node, char role, model::Instant at, model::Level level) {
  using model::LogLayout;
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  const int pid = kFirstPid + static_cast<int>(node);
  std::ostringstream text;
  profile.log_layout == LogLayout::kBrackets ? text << '[' << pid << "] " : text << pid << ':' << role << ' ';
  text << std::put_time(&parts,
                        profile.log_layout == LogLayout::kRoleAndYear ? "%d %b %Y %H:%M:%S." : "%d %b %H:%M:%S.")
       << std::setw(3) << std::setfill('0') << at.time_since_epoch().count() % 1000 << ' ' << level_sign(level) << ' ';
  return text.str();
}

Json address_json(const model::Address& address, const SymbolTable& symbols) {
  return Json{{"ip", symbols.text(address.host)}, {"port", address.port}};
}

// The facts that the payload is made of.
void add_fields(Json& line, const Event& event, const SymbolTable& symbols) {
  for (const EventFieldRow& row : event_fields()) {
    const std::optional<FieldValue> value = field_value(row.field, event, symbols);
    if (!value) continue;
    if (const auto* const address = std::get_if<model::Address>(&*value)) {
      line[row.name] = address_json(*address, symbols);
    } else if (const auto* const text = std::get_if<std::string>(&*value)) {
      line[row.name] = *text;
    } else if (const auto* const number = std::get_if<std::int64_t>(&*value)) {
      line[row.name] = *number;
    } else {
      line[row.name] = std::get<std::uint64_t>(*value);
    }
  }
}

std::string line_prefix(const Scenario& scenario, const Record& record) {
  return seconds_text(record.at) + " " + scenario.node(record.node).name + " ";
}

// What all lines of Format::kJsonl begin with.
Json json_line(const Scenario& scenario, const Record& record) {
  return {{"t", record.at.time_since_epoch().count()}, {"node", scenario.node(record.node).name}};
}

std::string json_line(const Json& line) { return line.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n'; }

// The process of a script, and the how-manieth run of its job that is.
template <class Run>
Json script_json(const Run& run, std::string_view what) {
  return Json{{"what", what}, {"pid", run.pid}, {"run", run.run}};
}

}  // namespace

std::string time_text(SimTime at) {
  if (at < SimTime{}) return "-" + time_text(SimTime{-at.time_since_epoch()});  // data nodes begin before time 0
  const auto millis = std::chrono::floor<std::chrono::milliseconds>(at.time_since_epoch()).count();
  std::string fraction = std::to_string(millis % 1000);
  fraction.insert(0, 3 - fraction.size(), '0');
  return std::to_string(millis / 1000) + "." + fraction;
}

std::string seconds_text(SimTime at) {
  constexpr std::size_t kWidth = 9;
  std::string text = time_text(at);
  if (text.size() < kWidth) text.insert(0, kWidth - text.size(), ' ');
  return text;
}

std::span<const std::string_view> format_names() { return kFormatNames; }

std::optional<Format> find_format(std::string_view name) {
  const auto found = std::ranges::find(kFormatNames, name);
  if (found == kFormatNames.end()) return std::nullopt;
  return static_cast<Format>(found - kFormatNames.begin());
}

std::string event_line(const Scenario& scenario, const Record& record) {
  const auto* event = std::get_if<Event>(&record.what);
  if (event == nullptr ? !std::holds_alternative<CommandReply>(record.what) : !event->published) return {};
  const std::string prefix = line_prefix(scenario, record);
  if (const auto* reply = std::get_if<CommandReply>(&record.what)) {
    const auto& command = std::get<CommandStep>(scenario.steps[reply->step].action);
    return prefix + "\"" + command.text + "\" -> " + answer_text(reply->answer, scenario.symbols, *scenario.profile);
  }
  return prefix + std::string{model::event_row(event->kind).channel} + " " + payload_text(*event, scenario.symbols);
}

void StreamWriter::operator()(const Record& record) {
  if (record.at < scenario_->from || only_.value_or(record.node) != record.node) return;
  if (format_ == Format::kEvents) {
    const std::string line = event_line(*scenario_, record);
    if (!line.empty()) *out_ << line << '\n';
    const std::string reason = reasons_ ? script_text(record, scenario_->symbols) : std::string{};
    if (!reason.empty()) *out_ << line_prefix(*scenario_, record) << reason << '\n';
  } else if (const auto* event = std::get_if<Event>(&record.what)) {
    write_event(record, *event);
  } else if (const auto* reply = std::get_if<CommandReply>(&record.what)) {
    write_reply(record, *reply);
  } else if (const auto* line = std::get_if<model::LogLine>(&record.what)) {
    write_log(record, *line);
  } else if (format_ == Format::kJsonl && reasons_) {
    write_script(record);
  }
}

void StreamWriter::write_log(const Record& record, const model::LogLine& line) {
  if (format_ != Format::kLog) return;
  const LogText text = node_log_text(line, *scenario_);
  if (text.text.empty()) return;
  const char role = line.as_master ? 'M' : 'S';
  *out_ << log_prefix(*scenario_->profile, record.node, role, record.clock, text.level) << text.text << '\n';
}

void StreamWriter::write_event(const Record& record, const Event& event) {
  const model::EventRow& row = model::event_row(event.kind);
  const std::string payload = payload_text(event, scenario_->symbols);
  if (format_ == Format::kLog) {
    const model::Level level =
        row.level == model::Level::kRemark ? scenario_->profile->sentinel.remark_level : row.level;
    if (level < model::Level::kNotice) return;  // loglevel notice, the default
    *out_ << log_prefix(*scenario_->profile, record.node, 'X', record.clock, level) << row.channel
          << (row.channel.empty() ? "" : " ") << payload << '\n';
  } else if (!event.published) {
    return;
  } else if (format_ == Format::kPmessage) {
    *out_ << "1) \"pmessage\"\n2) \"*\"\n3) \"" << row.channel << "\"\n4) \"" << payload << "\"\n";
  } else {
    Json line = json_line(*scenario_, record);
    line["channel"] = row.channel;
    line["message"] = payload;
    add_fields(line, event, scenario_->symbols);
    *out_ << json_line(line);
  }
}

// Answers go to the one who asked; only in JSON they stand among the events.
void StreamWriter::write_reply(const Record& record, const CommandReply& reply) {
  if (format_ != Format::kJsonl) return;
  const auto& command = std::get<CommandStep>(scenario_->steps[reply.step].action);
  Json line = json_line(*scenario_, record);
  line["command"] = command.text;
  line["answer"] = answer_text(reply.answer, scenario_->symbols, *scenario_->profile);
  *out_ << json_line(line);
}

void StreamWriter::write_script(const Record& record) {
  Json script;
  const auto words = [&](const auto& of) { return script_words(of.path, of.arguments, scenario_->symbols); };
  if (const auto* start = std::get_if<model::StartScript>(&record.what)) {
    script = script_json(*start, "start");
    script["argv"] = words(*start);
  } else if (const auto* collected = std::get_if<model::ScriptCollected>(&record.what)) {
    script = script_json(*collected, "end");
    script["path"] = scenario_->symbols.text(collected->path);
    script["exit_code"] = collected->end.exit_code;
    script["signal"] = collected->end.signal;
    if (collected->again_after) script["again_after"] = Micros{*collected->again_after}.count();
  } else if (const auto* dropped = std::get_if<model::ScriptDropped>(&record.what)) {
    script = Json{{"what", "dropped"}, {"argv", words(*dropped)}};
  } else {
    return;
  }
  Json line = json_line(*scenario_, record);
  line["script"] = script;
  *out_ << json_line(line);
}

}  // namespace sentinel::sim
