#include "analysis/fuzz/shrink.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using model::Millis;

// --- times ------------------------------------------------------------------------------------------------

// Rounder times that are near: first the roundest.
std::vector<Millis> rounder(Millis time) {
  std::vector<Millis> times;
  for (const Millis unit : {Millis{10s}, Millis{5s}, Millis{1s}, Millis{500ms}, Millis{100ms}, Millis{10ms}}) {
    if (time % unit == 0ms) break;
    const Millis down = time / unit * unit;
    for (const Millis near : {down, down + unit}) {
      if (near > 0ms && std::ranges::find(times, near) == times.end()) times.push_back(near);
    }
  }
  return times;
}

// --- names ------------------------------------------------------------------------------------------------

// Takes a node out of a list, and out of the lists in it; those that are empty then go, too.
void drop_from_list(Document& list, const std::string& node) {
  Document kept = Document::array();
  for (Document& item : list) {
    if (item.is_array()) drop_from_list(item, node);
    const bool is_gone = item == node || (item.is_array() && item.empty());
    if (!is_gone) kept.push_back(std::move(item));
  }
  list = std::move(kept);
}

// Takes a node out of all that names it in a step. False: nobody is left to whom it could happen.
bool drop_from_step(Document& step, const std::string& node) {
  if (step.value("node", "") == node || step.value("by", "") == node) return false;
  for (const std::string_view field : {"nodes", "from", "to"}) {
    const auto list = step.find(field);
    if (list == step.end()) continue;
    if (list->is_string()) {
      if (*list == node) return false;
      continue;
    }
    drop_from_list(*list, node);
    if (list->empty()) return false;
  }
  const auto groups = step.find("between");
  if (groups == step.end()) return true;
  const std::size_t before = groups->size();
  drop_from_list(*groups, node);
  return groups->size() == before && groups->size() > 1;
}

void drop_node(Document& scenario, const std::string& node) {
  Document steps = Document::array();
  for (Document& step : scenario["steps"]) {
    if (drop_from_step(step, node)) steps.push_back(std::move(step));
  }
  scenario["steps"] = std::move(steps);
  for (const std::string_view part : {"nodes", "clients"}) {
    if (!scenario.contains(part)) continue;
    scenario[part].erase(node);
    for (Document& entry : scenario[part]) {
      if (const auto list = entry.find("sentinels"); list != entry.end() && list->is_array()) {
        drop_from_list(*list, node);
      }
    }
    if (scenario[part].empty()) scenario.erase(std::string{part});
  }
}

using NewNames = std::map<std::string, std::string>;  // by the old ones

std::string new_name(const std::string& old, const NewNames& names) {
  const auto found = names.find(old);
  return found == names.end() ? old : found->second;
}

// Gives nodes other names, wherever they stand.
void rename(Document& value, const NewNames& names) {
  if (value.is_string()) {
    value = new_name(value.get<std::string>(), names);
  } else if (value.is_array()) {
    for (Document& item : value) rename(item, names);
  } else if (value.is_object()) {
    Document renamed = Document::object();
    for (auto& [key, item] : value.items()) {
      rename(item, names);
      renamed[new_name(key, names)] = std::move(item);
    }
    value = std::move(renamed);
  }
}

std::string data_node_name(std::size_t place) { return "R" + std::to_string(place + 1); }
std::string sentinel_name(std::size_t number) { return "S" + std::to_string(number); }

class Shrinker {
 public:
  Shrinker(Document failing, const std::function<bool(const Document&)>& fails, std::size_t most_tries)
      : best_(std::move(failing)), fails_(fails), most_tries_(most_tries) {}

  Shrunk run() {
    for (bool changed = true; changed && !is_over();) {
      changed = false;
      for (const auto pass :
           {&Shrinker::end_sooner, &Shrinker::drop_steps, &Shrinker::drop_clients, &Shrinker::drop_masters,
            &Shrinker::drop_replicas, &Shrinker::drop_sentinels, &Shrinker::drop_settings, &Shrinker::simplify_steps,
            &Shrinker::merge_steps, &Shrinker::round_times, &Shrinker::usual_settings}) {
        changed = (this->*pass)() || changed;
      }
    }
    return {std::move(best_), tries_};
  }

 private:
  bool is_over() const { return tries_ >= most_tries_; }

  bool accept(Document candidate) {
    if (is_over() || candidate == best_) return false;
    ++tries_;
    try {
      if (!fails_(candidate)) return false;
    } catch (const sim::BadInput&) {
      return false;
    }
    best_ = std::move(candidate);
    return true;
  }

  // The same after this was done to it.
  template <class Edit>
  bool try_edit(Edit edit) {
    Document candidate = best_;
    edit(candidate);
    return accept(std::move(candidate));
  }

  std::size_t steps() const { return best_.at("steps").size(); }
  std::vector<std::string> names_in(const std::string& part) const {
    std::vector<std::string> names;
    if (!best_.contains(part)) return names;
    for (const auto& [name, entry] : best_.at(part).items()) names.push_back(name);
    return names;
  }
  bool is_cluster() const { return best_.contains("cluster"); }

  bool end_sooner() {
    bool changed = false;
    while (end_a_little_sooner()) changed = true;
    return changed;
  }
  bool end_a_little_sooner() {
    const Millis until = duration_in(best_, "until").value_or(60s);
    return std::ranges::any_of(std::array{until / 2, until * 3 / 4, until - 10s, until - 1s}, [&](Millis less) {
      const auto sooner = std::chrono::ceil<std::chrono::seconds>(std::max(less, Millis{1s}));
      return less < until && try_edit([&](Document& candidate) { candidate["until"] = duration_text(sooner); });
    });
  }

  // Half of them at a time, then a quarter, … (delta debugging).
  bool drop_steps() {
    bool changed = false;
    for (std::size_t size = std::max<std::size_t>(1, steps() / 2); size > 0; size /= 2) {
      for (std::size_t at = 0; at < steps();) {
        const bool dropped = try_edit([&](Document& candidate) {
          Document& list = candidate["steps"];
          const auto begin = list.begin() + static_cast<std::ptrdiff_t>(at);
          list.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, list.size() - at)));
        });
        changed = dropped || changed;
        if (!dropped) at += size;
      }
    }
    return changed;
  }

  bool drop_clients() {
    bool changed = false;
    for (const std::string& name : names_in("clients")) {
      changed = try_edit([&](Document& candidate) { drop_node(candidate, name); }) || changed;
    }
    return changed;
  }

  // Of a cluster; none if there is no cluster.
  std::size_t count_of(const std::string& field, std::size_t otherwise) const {
    return is_cluster() ? best_.at("cluster").value(field, otherwise) : 0;
  }
  std::vector<std::string> masters() const {
    const std::vector<std::string> usual{"mymaster"};
    return is_cluster() ? best_.at("cluster").value("masters", usual) : std::vector<std::string>{};
  }
  std::size_t replicas() const { return count_of("replicas", 2); }

  // The nodes of a cluster are numbered: who is left moves up.
  bool drop_data_nodes(const std::vector<std::size_t>& dropped, std::size_t all, const Document& cluster) {
    return try_edit([&](Document& candidate) {
      candidate["cluster"] = cluster;
      NewNames names;
      std::size_t place = 0;
      for (std::size_t i = 0; i < all; ++i) {
        if (std::ranges::find(dropped, i) != dropped.end()) {
          drop_node(candidate, data_node_name(i));
        } else {
          names[data_node_name(i)] = data_node_name(place++);
        }
      }
      rename(candidate["steps"], names);
      if (candidate.contains("nodes")) rename(candidate["nodes"], names);
    });
  }

  bool drop_masters() {
    bool changed = false;
    for (std::size_t i = masters().size(); i-- > 0 && masters().size() > 1;) {
      const std::vector<std::string> all = masters();
      Document cluster = best_["cluster"];
      std::vector<std::string> left = all;
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
      cluster["masters"] = left;
      std::vector<std::size_t> dropped;
      for (std::size_t k = 0; k <= replicas(); ++k) dropped.push_back(i * (1 + replicas()) + k);
      changed = drop_data_nodes(dropped, all.size() * (1 + replicas()), cluster) || changed;
    }
    return changed;
  }

  // One of each master: the last, or one before it.
  bool drop_replicas() {
    bool changed = false;
    while (drop_one_replica()) changed = true;
    return changed;
  }
  bool drop_one_replica() {
    const std::size_t count = replicas();
    for (std::size_t which = count; which > 0 && count > 1; --which) {
      Document cluster = best_["cluster"];
      cluster["replicas"] = count - 1;
      std::vector<std::size_t> dropped;
      for (std::size_t i = 0; i < masters().size(); ++i) dropped.push_back(i * (1 + count) + which);
      if (drop_data_nodes(dropped, masters().size() * (1 + count), cluster)) return true;
    }
    return false;
  }

  bool drop_sentinels() {
    bool changed = false;
    while (drop_one_sentinel()) changed = true;
    return changed;
  }
  bool drop_one_sentinel() {
    const std::size_t count = count_of("sentinels", 3);
    for (std::size_t which = count; which > 0 && count > 1; --which) {
      for (const int less : {0, 1}) {
        if (try_edit([&](Document& candidate) { drop_sentinel(candidate, which, count, less); })) return true;
      }
    }
    return false;
  }
  static void drop_sentinel(Document& candidate, std::size_t which, std::size_t count, int less) {
    Document& cluster = candidate["cluster"];
    cluster["sentinels"] = count - 1;
    cluster["quorum"] = std::max(1, cluster.value("quorum", 1) - less);
    drop_node(candidate, sentinel_name(which));
    NewNames names;
    for (std::size_t i = which; i < count; ++i) names[sentinel_name(i + 1)] = sentinel_name(i);
    for (const std::string_view part : {"steps", "nodes", "clients"}) {
      if (candidate.contains(part)) rename(candidate[std::string{part}], names);
    }
  }

  // What the scenario says of its surroundings, one thing after the other.
  bool drop_settings() {
    bool changed = false;
    for (const char* const field : {"network", "disk", "hash-order", "wall-clock", "profile"}) {
      if (!best_.contains(field)) continue;
      changed = try_edit([&](Document& candidate) { candidate.erase(field); }) || changed;
    }
    if (!is_cluster()) return changed;
    for (const char* const field : {"data-conf", "parallel-syncs", "replica-conf", "sentinel-conf"}) {
      if (!best_["cluster"].contains(field)) continue;
      changed = try_edit([&](Document& candidate) { candidate["cluster"].erase(field); }) || changed;
    }
    for (const std::string& name : names_in("nodes")) {
      const bool dropped = try_edit([&](Document& candidate) {
        candidate["nodes"].erase(name);
        if (candidate["nodes"].empty()) candidate.erase("nodes");
      });
      changed = dropped || changed;
    }
    return changed;
  }

  bool usual_settings() {
    if (!is_cluster()) return false;
    const int majority = best_["cluster"].value("sentinels", 3) / 2 + 1;
    bool changed = false;
    for (const auto& [field, otherwise, usual] : {std::tuple{"quorum", 1, majority},
                                                  {"down-after-milliseconds", 1'000, 1'000},
                                                  {"failover-timeout", 5'000, 5'000}}) {
      if (best_["cluster"].value(field, otherwise) == usual) continue;
      changed = try_edit([&](Document& candidate) { candidate["cluster"][field] = usual; }) || changed;
    }
    return changed;
  }

  // Fewer nodes in a step, and no options.
  bool simplify_steps() {
    bool changed = false;
    for (std::size_t i = 0; i < steps(); ++i) {
      for (const char* const option :
           {"mode", "one-way", "after", "load-time", "data", "fresh", "drift-ppm", "from", "to"}) {
        if (!best_["steps"][i].contains(option)) continue;
        changed = try_edit([&](Document& candidate) { candidate["steps"][i].erase(option); }) || changed;
      }
      changed = simplify_event(i) || changed;
      changed = simplify_nodes(i) || changed;
      changed = simplify_groups(i) || changed;
    }
    return changed;
  }

  bool simplify_event(std::size_t i) {
    const auto on = best_["steps"][i].find("on");
    if (on == best_["steps"][i].end() || !on->is_object() || !on->contains("channel")) return false;
    return try_edit([&](Document& candidate) { candidate["steps"][i]["on"] = (*on)["channel"]; });
  }

  bool simplify_nodes(std::size_t i) {
    bool changed = false;
    for (std::size_t k = 0; best_["steps"][i].contains("nodes") && k < best_["steps"][i]["nodes"].size();) {
      const bool dropped = try_edit([&](Document& candidate) {
        Document& step = candidate["steps"][i];
        step["nodes"].erase(k);
        if (step["nodes"].size() != 1) return;
        step["node"] = step["nodes"][0];
        step.erase("nodes");
      });
      changed = dropped || changed;
      if (!dropped) ++k;
    }
    return changed;
  }

  bool simplify_groups(std::size_t i) {
    bool changed = false;
    if (!best_["steps"][i].contains("between")) return false;
    for (std::size_t group = 0; group < best_["steps"][i]["between"].size(); ++group) {
      const auto names = [&]() -> const Document& { return best_["steps"][i]["between"][group]; };
      for (std::size_t k = 0; names().is_array() && names().size() > 1 && k < names().size();) {
        const bool dropped = try_edit([&](Document& candidate) { candidate["steps"][i]["between"][group].erase(k); });
        changed = dropped || changed;
        if (!dropped) ++k;
      }
    }
    return changed;
  }

  // Two steps of a kind become one, at the time of the first.
  bool merge_steps() {
    bool changed = false;
    for (std::size_t i = 0; i + 1 < steps(); ++i) {
      for (std::size_t k = i + 1; k < steps();) {
        const bool merged = is_alike(best_["steps"][i], best_["steps"][k]) &&
                            try_edit([&](Document& candidate) { merge(candidate["steps"], i, k); });
        changed = merged || changed;
        if (!merged) ++k;
      }
    }
    return changed;
  }
  static bool is_alike(const Document& one, const Document& other) {
    return one.value("do", "") == other.value("do", "") && one.contains("at") && other.contains("at") &&
           nodes_of(one).size() + nodes_of(other).size() > 1 && !nodes_of(other).empty() &&
           one.value("args", Document{}) == other.value("args", Document{});
  }
  static void merge(Document& steps, std::size_t i, std::size_t k) {
    Document& one = steps[i];
    std::vector<std::string> nodes = nodes_of(one);
    for (std::string& node : nodes_of(steps[k])) {
      if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(std::move(node));
    }
    one.erase("node");
    one.erase("nodes");
    one[nodes.size() == 1 ? "node" : "nodes"] = nodes.size() == 1 ? Document(nodes[0]) : Document(nodes);
    steps.erase(k);
  }
  static std::vector<std::string> nodes_of(const Document& step) {
    if (step.contains("nodes")) return step["nodes"].get<std::vector<std::string>>();
    if (step.contains("node")) return {step["node"].get<std::string>()};
    return {};
  }

  // And shortens what lasts.
  bool round_times() {
    bool changed = false;
    for (std::size_t i = 0; i < steps(); ++i) {
      for (const std::string_view field : {"at", "for", "load-time", "after"}) changed = round(i, field) || changed;
    }
    return changed;
  }
  bool round(std::size_t i, std::string_view field) {
    const auto time = duration_in(best_["steps"][i], field);
    if (!time) return false;
    std::vector<Millis> simpler = rounder(*time);
    if (field != "at" && *time > 1s)
      simpler.insert(simpler.begin(), std::chrono::ceil<std::chrono::seconds>(*time / 2));
    return std::ranges::any_of(simpler, [&](Millis near) {
      return near != *time &&
             try_edit([&](Document& candidate) { candidate["steps"][i][field] = duration_text(near); });
    });
  }

  Document best_;
  const std::function<bool(const Document&)>& fails_;
  std::size_t most_tries_;
  std::size_t tries_ = 0;
};

}  // namespace

Shrunk shrink(Document failing, const std::function<bool(const Document&)>& fails, std::size_t most_tries) {
  return Shrinker{std::move(failing), fails, most_tries}.run();
}

}  // namespace sentinel::analysis
