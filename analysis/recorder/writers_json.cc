// The part of a recording that says what became of writes.
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "analysis/recorder/recording_json.h"

namespace sentinel::analysis::recorder {
namespace {

// As most of the sentinels say that still live; without any, the first data node that says so of itself.
const PlannedNode* last_master(const Plan& plan, const Reply& final, const std::string& name) {
  std::map<std::string, int> votes;
  for (const Reply& sentinel : final["sentinels"]) {
    for (const Reply& master : sentinel["masters"]) {
      if (master.value("name", "") == name) ++votes[master.value("ip", "") + ":" + master.value("port", "")];
    }
  }
  const auto most = std::ranges::max_element(votes, {}, [](const auto& vote) { return vote.second; });
  const auto is_it = [&](const PlannedNode& node) {
    if (most != votes.end()) return node.endpoint.text() == most->first;
    return final["nodes"].contains(node.name) && final["nodes"][node.name].value("role", "") == "master";
  };
  const auto node = std::ranges::find_if(plan.nodes, is_it);
  return node == plan.nodes.end() ? nullptr : &*node;
}

std::optional<std::set<std::uint64_t>> numbers_at(const PlannedNode& node, const std::string& key) {
  constexpr std::chrono::seconds kPatience{5};
  const auto replies = ask_node(node, {{"LRANGE", key, "0", "-1"}}, kPatience);
  if (!replies || !replies->front().is_array()) return std::nullopt;
  std::set<std::uint64_t> numbers;
  for (const Reply& text : replies->front()) numbers.insert(number_of(text.get<std::string>()));
  return numbers;
}

using Acked = std::vector<std::pair<std::uint64_t, double>>;

// Of the acknowledged ones: all, or those that were lost.
void add_times(Reply& entry, const std::string& prefix, const Acked& acked) {
  entry[prefix + "first_ack_ms"] = acked.empty() ? Reply{} : Reply(acked.front().second);
  entry[prefix + "last_ack_ms"] = acked.empty() ? Reply{} : Reply(acked.back().second);
}

void add_end(Reply& entry, const WriterRecord& writer, const PlannedNode* master) {
  const auto numbers = master == nullptr ? std::nullopt : numbers_at(*master, writer.name);
  entry["final_master"] = master == nullptr ? Reply{} : Reply(master->name);
  entry["present_at_end"] = numbers ? Reply(numbers->size()) : Reply{};
  Acked lost;
  if (numbers) {
    std::ranges::copy_if(writer.acked, std::back_inserter(lost),
                         [&](const auto& ack) { return !numbers->contains(ack.first); });
  }
  entry["acked_lost"] = numbers ? Reply(lost.size()) : Reply{};
  add_times(entry, "lost_", lost);
}

Reply writer_json(const WriterRecord& writer, const PlannedNode* master) {
  Reply entry{{"acked", writer.acked.size()}};
  add_times(entry, "", writer.acked);
  add_end(entry, writer, master);
  entry["errors"] = Reply::object();
  for (const auto& [kind, failures] : writer.errors) {
    entry["errors"][kind] = {{"count", failures.count}, {"first_ms", failures.first_ms}, {"last_ms", failures.last_ms}};
  }
  entry["targets"] = writer.targets;
  std::map<int, int> acks_of_second;
  constexpr double kMillisPerSecond = 1'000;
  for (const auto& [number, ms] : writer.acked) ++acks_of_second[static_cast<int>(std::floor(ms / kMillisPerSecond))];
  entry["acks_per_second"] = Reply::object();
  for (const auto& [second, acks] : acks_of_second) entry["acks_per_second"][std::to_string(second)] = acks;
  return entry;
}

}  // namespace

Reply writers_json(const Cluster& cluster, const SessionRecord& record, const Reply& final) {
  Reply entries = Reply::object();
  for (const WriterRecord& writer : record.writers) {
    entries[writer.name] = writer_json(writer, last_master(cluster.plan(), final, writer.master));
  }
  return entries;
}

}  // namespace sentinel::analysis::recorder
