#include "analysis/observe/stream.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <span>
#include <utility>

#include "sim/event_text.h"

namespace sentinel::analysis {
namespace {

constexpr std::size_t kIdLength = 40;

bool is_hex(char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; }

// `text`, in which `name` tells what stands in the place of each id.
template <class Name>
std::string with_ids_named(std::string_view text, Name name) {
  std::string result;
  while (!text.empty()) {
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(text, is_hex) - text.begin());
    result += end == kIdLength ? name(std::string{text.substr(0, end)}) : std::string{text.substr(0, end)};
    text.remove_prefix(end);
    if (text.empty()) break;
    result += text.front();
    text.remove_prefix(1);
  }
  return result;
}

// Gives the ids of one stream their names.
class IdNames {
 public:
  explicit IdNames(const std::vector<std::string>& known) {
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!known[i].empty()) names_.emplace(known[i], "id of " + std::to_string(i));
    }
  }

  std::string apply(std::string_view text) {
    return with_ids_named(text, [this](const std::string& id) { return name(id); });
  }

 private:
  const std::string& name(const std::string& id) {
    const auto [found, is_new] = names_.try_emplace(id);
    if (is_new) found->second = "id " + std::to_string(++unknown_);
    return found->second;
  }

  std::map<std::string, std::string> names_;
  int unknown_ = 0;
};

// What a tick says of one replica or sentinel after the other, in the order of a hash table.
bool has_hash_order(const Said& said) {
  static constexpr auto kChannels = std::to_array<std::string_view>(
      {"+slave", "+sdown", "-sdown", "+slave-reconf-sent", "+slave-reconf-sent-be", "-slave-reconf-sent-timeout"});
  return std::ranges::find(kChannels, said.channel) != kChannels.end() && !said.message.starts_with("master ");
}

// The replicas of one INFO: each is written to disk before the next is said (sentinelRefreshInstanceInfo), which takes
// up to 0.2 s; the next INFO is a second away.
constexpr sim::Micros kSameInfo{500'000};

bool in_one_tick(const Said& a, const Said& b) {
  return a.channel == b.channel && b.at - a.at <= (a.channel == "+slave" ? kSameInfo : kSameTick) &&
         a.message.substr(0, a.message.find(' ')) == b.message.substr(0, b.message.find(' '));
}

// Ids do not take part in the order: they may differ from run to run.
std::string place_in_order(const Said& said) {
  return with_ids_named(said.message, [](const std::string&) { return std::string{}; });
}

// Of the events of one sentinel.
void order_ticks(Stream& stream) {
  for (std::size_t begin = 0; begin < stream.size();) {
    std::size_t end = begin + 1;
    while (end < stream.size() && in_one_tick(stream[begin], stream[end])) ++end;
    if (has_hash_order(stream[begin])) {
      const bool after_switch = begin > 0 && stream[begin - 1].channel == "+switch-master";
      const auto sorted = std::span{stream}.subspan(begin, end - begin - (after_switch ? 1 : 0));
      std::ranges::stable_sort(sorted, {}, place_in_order);
    }
    begin = end;
  }
}

// Takes down what is published, or is said when nobody can have subscribed yet.
class Recorder {
 public:
  Recorder(const sim::Scenario& scenario, const Until& until, Stream& stream)
      : scenario_(scenario), until_(until), end_(sim::SimTime{until.at}), stream_(stream) {}

  sim::SimTime end() const { return end_; }

  void operator()(const sim::Record& record) {
    if (record.at > end_) return;
    std::optional<Said> event = said(scenario_, record);
    if (!event) return;
    const std::string& channel = stream_.emplace_back(std::move(*event)).channel;
    if (until_.count != 0 && channel == until_.channel && ++seen_ == until_.count) {
      end_ = std::min(end_, record.at + until_.grace);
    }
  }

 private:
  const sim::Scenario& scenario_;
  const Until& until_;
  sim::SimTime end_;
  Stream& stream_;
  std::uint64_t seen_ = 0;
};

}  // namespace

std::optional<Said> said(const sim::Scenario& scenario, const sim::Record& record) {
  const auto* const event = std::get_if<model::Event>(&record.what);
  if (event == nullptr || record.at < scenario.from) return std::nullopt;
  const std::string_view channel = model::event_row(event->kind).channel;
  if (channel.empty()) return std::nullopt;
  return Said{.at = record.at.time_since_epoch(),
              .node = static_cast<std::uint16_t>(record.node),
              .channel = std::string{channel},
              .message = sim::payload_text(*event, scenario.symbols)};
}

Stream simulate(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed, const Until& until) {
  Stream stream;
  Recorder recorder{*scenario, until, stream};
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  while (run.step(scratch) && run.now() <= recorder.end()) {
    for (const sim::Record& record : scratch.records) recorder(record);
  }
  return stream;
}

std::vector<std::string> canonical(const Stream& stream, std::uint16_t node, const std::vector<std::string>& ids) {
  Stream own;
  std::ranges::copy_if(stream, std::back_inserter(own), [&](const Said& said) { return said.node == node; });
  order_ticks(own);
  IdNames names{ids};
  std::vector<std::string> lines;
  lines.reserve(own.size());
  for (const Said& said : own) lines.push_back(said.channel + " " + names.apply(said.message));
  return lines;
}

}  // namespace sentinel::analysis
