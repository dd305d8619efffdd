#include "sim/event_text.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "sim/answer_reply.h"
#include "sim/event_fields.h"
#include "sim/redis_cli.h"

namespace sentinel::sim {
namespace {

using model::Event;
using model::InstanceKind;
using model::Payload;

std::string master_text(const Event& event, const SymbolTable& symbols) {
  return std::string{symbols.text(event.master_name)} + " " + address_text(event.master_address, symbols);
}

std::string sentinel_name(const Event& event, const SymbolTable& symbols) {
  return event.named_by_address ? name_and_port(event.address, symbols) : event.id.text();
}

// `<kind> <name> <ip> <port>`, for others than masters followed by `@` and the master.
std::string instance_text(const Event& event, const SymbolTable& symbols) {
  std::string text{model::instance_kind_name(event.subject)};
  text += ' ';
  if (event.subject == InstanceKind::kMaster) return text + master_text(event, symbols);
  text +=
      event.subject == InstanceKind::kReplica ? name_and_port(event.address, symbols) : sentinel_name(event, symbols);
  return text + " " + address_text(event.address, symbols) + " @ " + master_text(event, symbols);
}

// As ctime() writes it, without the line end; the clock of the simulation is UTC.
std::string calendar_text(model::Instant at) {
  const std::time_t seconds = std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::string text(32, '\0');
  text.resize(std::strftime(text.data(), text.size(), "%a %b %e %H:%M:%S %Y", &parts));
  return text;
}

}  // namespace

std::string address_text(const model::Address& address, const SymbolTable& symbols) {
  return std::string{symbols.text(address.host)} + " " + std::to_string(address.port);
}

std::string name_and_port(const model::Address& address, const SymbolTable& symbols) {
  const std::string_view host = symbols.text(address.host);
  const bool is_v6 = host.find(':') != std::string_view::npos;
  std::string text = is_v6 ? "[" + std::string{host} + "]" : std::string{host};
  return text + ":" + std::to_string(address.port);
}

std::string payload_text(const Event& event, const SymbolTable& symbols) {
  const auto instance = [&] { return instance_text(event, symbols); };
  switch (model::event_row(event.kind).payload) {
    case Payload::kInstance: return instance();
    case Payload::kQuorum: return instance() + " quorum " + std::to_string(event.quorum);
    case Payload::kVotes:
      return instance() + " #quorum " + std::to_string(event.value) + "/" + std::to_string(event.quorum);
    case Payload::kRole: return instance() + " new reported role is " + std::string{instance_kind_name(event.role)};
    case Payload::kOption:
      return instance() + " " + std::string{symbols.text(event.option)} + " " +
             std::string{symbols.text(event.option_value)};
    case Payload::kAddressSwitch:
      return instance() + " ip " + std::string{symbols.text(event.new_address.host)} + " port " +
             std::to_string(event.new_address.port) + " for " + event.id.text();
    case Payload::kDuplicate:
      return instance() + " #duplicate of " + std::string{symbols.text(event.new_address.host)} + ":" +
             std::to_string(event.new_address.port) + " or " + event.id.text();
    case Payload::kMatches: return instance() + " " + std::to_string(event.value) + " additional matching instances";
    case Payload::kEpoch: return std::to_string(event.epoch.value);
    case Payload::kVote: return event.candidate.text() + " " + std::to_string(event.epoch.value);
    case Payload::kSwitch: return master_text(event, symbols) + " " + address_text(event.new_address, symbols);
    case Payload::kTilt: return event.kind == model::EventKind::kTilt ? "#tilt mode entered" : "#tilt mode exited";
    case Payload::kVotedFor:
      return sentinel_name(event, symbols) + " voted for " + event.candidate.text() + " " +
             std::to_string(event.epoch.value);
    case Payload::kFailoverDelay:
      return "Next failover delay: I will not start a failover before " + calendar_text(event.until);
    case Payload::kUserFailover:
      return "Executing user requested FAILOVER of '" + std::string{symbols.text(event.master_name)} + "'";
    case Payload::kScriptError:
      return std::string{symbols.text(event.option)} + " " + std::to_string(event.value) + " " +
             std::to_string(event.quorum);
    case Payload::kScriptTimeout: return std::string{symbols.text(event.option)} + " " + std::to_string(event.value);
    case Payload::kNotSaved:
      return "WARNING: Sentinel was not able to save the new configuration on disk!!!: No space left on device";
  }
  return {};
}

std::string answer_text(const model::Answer& answer, const SymbolTable& symbols, const model::Profile& profile) {
  std::string line = redis_cli_text(reply_of(answer, symbols, profile), "");
  line.pop_back();
  std::ranges::replace(line, '\n', ' ');
  return line;
}

// Greedy, with one point to come back to: linear in practice, no recursion.
bool matches_glob(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::size_t mismatches(const EventPattern& pattern, const Occurrence& said, const SymbolTable& symbols) {
  const bool of_node = pattern.nodes.empty() || std::ranges::find(pattern.nodes, said.node) != pattern.nodes.end();
  const bool in_time = pattern.from <= said.at && said.at <= pattern.until;
  const bool has_payload = pattern.payload.empty() || matches_glob(pattern.payload, said.payload);
  const auto other_fields = std::ranges::count_if(pattern.fields, [&](const EventPattern::Field& wanted) {
    const std::optional<FieldValue> value = field_value(wanted.field, *said.event, symbols);
    return !value || !matches_glob(wanted.value, field_text(*value, symbols));
  });
  return (of_node ? 0U : 1U) + (in_time ? 0U : 1U) + (has_payload ? 0U : 1U) + static_cast<std::size_t>(other_fields);
}

bool matches(const EventPattern& pattern, const Occurrence& said, const SymbolTable& symbols) {
  return pattern.kind == said.event->kind && mismatches(pattern, said, symbols) == 0;
}

}  // namespace sentinel::sim
