#include "analysis/fuzz/shrink.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
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

// Takes a node out of all that names it; a step in which nobody is left goes, too.
bool without_node(Document& value, const std::string& node);

bool without_in_list(Document& list, const std::string& node) {
  Document kept = Document::array();
  for (Document& item : list) {
    if (item.is_string() ? item != node : !item.is_array() || (without_in_list(item, node) && !item.empty())) {
      kept.push_back(std::move(item));
    }
  }
  list = std::move(kept);
  return true;
}

bool without_node(Document& step, const std::string& node) {
  if (step.value("node", "") == node || step.value("by", "") == node) return false;
  for (const std::string_view field : {"nodes", "from", "to"}) {
    const auto list = step.find(field);
    if (list == step.end()) continue;
    if (list->is_string()) {
      if (*list == node) return false;
      continue;
    }
    without_in_list(*list, node);
    if (list->empty()) return false;
  }
  if (const auto groups = step.find("between"); groups != step.end()) {
    const std::size_t before = groups->size();
    without_in_list(*groups, node);
    if (groups->size() < before || groups->size() < 2) return false;
  }
  return true;
}

void drop_node(Document& scenario, const std::string& node) {
  Document steps = Document::array();
  for (Document& step : scenario["steps"]) {
    if (without_node(step, node)) steps.push_back(std::move(step));
  }
  scenario["steps"] = std::move(steps);
  for (const std::string_view part : {"nodes", "clients"}) {
    if (!scenario.contains(part)) continue;
    scenario[part].erase(node);
    for (Document& entry : scenario[part]) {
      if (const auto list = entry.find("sentinels"); list != entry.end() && list->is_array()) {
        without_in_list(*list, node);
      }
    }
    if (scenario[part].empty()) scenario.erase(std::string{part});
  }
}

// Gives nodes other names, wherever they stand.
void rename(Document& value, const std::vector<std::pair<std::string, std::string>>& names) {
  if (value.is_string()) {
    const auto found = std::ranges::find(names, value.get<std::string>(), &std::pair<std::string, std::string>::first);
    if (found != names.end()) value = found->second;
  } else if (value.is_array()) {
    for (Document& item : value) rename(item, names);
  } else if (value.is_object()) {
    Document renamed = Document::object();
    for (auto& [key, item] : value.items()) {
      rename(item, names);
      const auto found = std::ranges::find(names, key, &std::pair<std::string, std::string>::first);
      renamed[found == names.end() ? key : found->second] = std::move(item);
    }
    value = std::move(renamed);
  }
}

std::string data_node_name(std::size_t place) { return "R" + std::to_string(place + 1); }

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

  // The same with another value of one field, or without it.
  bool accept_field(const std::string& part, const std::string& field, const Document& value) {
    Document candidate = best_;
    candidate[part][field] = value;
    return accept(std::move(candidate));
  }

  Document& steps_of(Document& candidate) const { return candidate["steps"]; }
  std::size_t steps() const { return best_.contains("steps") ? best_.at("steps").size() : 0; }

  bool end_sooner() {
    bool changed = false;
    for (bool again = true; again;) {
      again = false;
      const Millis until = duration_in(best_, "until").value_or(60s);
      for (const Millis less : {until / 2, until * 3 / 4, until - 10s, until - 1s}) {
        Document candidate = best_;
        candidate["until"] = duration_text(std::chrono::ceil<std::chrono::seconds>(std::max(less, Millis{1s})));
        if (less < until && accept(std::move(candidate))) {
          changed = again = true;
          break;
        }
      }
    }
    return changed;
  }

  // Half of them at a time, then a quarter, … (delta debugging).
  bool drop_steps() {
    bool changed = false;
    for (std::size_t size = std::max<std::size_t>(1, steps() / 2); size > 0; size /= 2) {
      for (std::size_t at = 0; at < steps();) {
        Document candidate = best_;
        Document& list = steps_of(candidate);
        const auto begin = list.begin() + static_cast<std::ptrdiff_t>(at);
        list.erase(begin, begin + static_cast<std::ptrdiff_t>(std::min(size, list.size() - at)));
        if (accept(std::move(candidate))) {
          changed = true;
        } else {
          at += size;
        }
      }
    }
    return changed;
  }

  bool drop_clients() {
    if (!best_.contains("clients")) return false;
    bool changed = false;
    std::vector<std::string> names;
    for (const auto& [name, client] : best_["clients"].items()) names.push_back(name);
    for (const std::string& name : names) {
      Document candidate = best_;
      drop_node(candidate, name);
      changed = accept(std::move(candidate)) || changed;
    }
    return changed;
  }

  std::size_t count_of(std::string_view field, std::size_t otherwise) const {
    return best_.contains("cluster") ? best_.at("cluster").value(std::string{field}, otherwise) : 0;
  }
  std::vector<std::string> masters() const {
    return best_.contains("cluster") ? best_.at("cluster").value("masters", std::vector<std::string>{"mymaster"})
                                     : std::vector<std::string>{};
  }
  std::size_t replicas() const { return count_of("replicas", 2); }

  // The nodes of a cluster are numbered: who is left moves up.
  bool drop_data_nodes(const std::vector<std::size_t>& dropped, std::size_t all, const Document& cluster) {
    Document candidate = best_;
    candidate["cluster"] = cluster;
    std::vector<std::pair<std::string, std::string>> names;
    std::size_t place = 0;
    for (std::size_t i = 0; i < all; ++i) {
      if (std::ranges::find(dropped, i) != dropped.end()) {
        drop_node(candidate, data_node_name(i));
      } else {
        names.emplace_back(data_node_name(i), data_node_name(place++));
      }
    }
    rename(candidate["steps"], names);
    if (candidate.contains("nodes")) rename(candidate["nodes"], names);
    return accept(std::move(candidate));
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

  // One of each master: the first, the second, … or the last.
  bool drop_replicas() {
    bool changed = false;
    for (bool again = true; again && replicas() > 1;) {
      again = false;
      const std::size_t each = 1 + replicas();
      for (std::size_t which = replicas(); which > 0 && !again; --which) {
        Document cluster = best_["cluster"];
        cluster["replicas"] = replicas() - 1;
        std::vector<std::size_t> dropped;
        for (std::size_t i = 0; i < masters().size(); ++i) dropped.push_back(i * each + which);
        again = drop_data_nodes(dropped, masters().size() * each, cluster);
      }
      changed = changed || again;
    }
    return changed;
  }

  bool drop_sentinels() {
    bool changed = false;
    for (bool again = true; again && count_of("sentinels", 3) > 1;) {
      again = false;
      const std::size_t count = count_of("sentinels", 3);
      for (std::size_t which = count; which > 0 && !again; --which) {
        for (const int less : {0, 1}) {
          Document candidate = best_;
          candidate["cluster"]["sentinels"] = count - 1;
          candidate["cluster"]["quorum"] = std::max(1, best_["cluster"].value("quorum", 1) - less);
          drop_node(candidate, "S" + std::to_string(which));
          std::vector<std::pair<std::string, std::string>> names;
          for (std::size_t i = which; i < count; ++i) {
            names.emplace_back("S" + std::to_string(i + 1), "S" + std::to_string(i));
          }
          for (const std::string_view part : {"steps", "nodes", "clients"}) {
            if (candidate.contains(part)) rename(candidate[std::string{part}], names);
          }
          if ((again = accept(std::move(candidate)))) break;
        }
      }
      changed = changed || again;
    }
    return changed;
  }

  // What the scenario says of its surroundings, one thing after the other.
  bool drop_settings() {
    bool changed = false;
    for (const char* const field : {"network", "disk", "hash-order", "wall-clock", "profile"}) {
      if (!best_.contains(field)) continue;
      Document candidate = best_;
      candidate.erase(field);
      changed = accept(std::move(candidate)) || changed;
    }
    for (const char* const field : {"data-conf", "parallel-syncs", "replica-conf", "sentinel-conf"}) {
      if (!best_.contains("cluster") || !best_["cluster"].contains(field)) continue;
      Document candidate = best_;
      candidate["cluster"].erase(field);
      changed = accept(std::move(candidate)) || changed;
    }
    if (!best_.contains("nodes") || !best_.contains("cluster")) return changed;
    std::vector<std::string> names;
    for (const auto& [name, node] : best_["nodes"].items()) names.push_back(name);
    for (const std::string& name : names) {
      Document candidate = best_;
      candidate["nodes"].erase(name);
      if (candidate["nodes"].empty()) candidate.erase("nodes");
      changed = accept(std::move(candidate)) || changed;
    }
    return changed;
  }

  bool usual_settings() {
    if (!best_.contains("cluster")) return false;
    const int sentinels = best_["cluster"].value("sentinels", 3);
    bool changed = false;
    if (best_["cluster"].value("quorum", 1) != sentinels / 2 + 1) {
      changed = accept_field("cluster", "quorum", sentinels / 2 + 1);
    }
    for (const auto& [field, usual] : {std::pair{"down-after-milliseconds", 1'000}, {"failover-timeout", 5'000}}) {
      if (best_["cluster"].value(field, usual) != usual) changed = accept_field("cluster", field, usual) || changed;
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
        Document candidate = best_;
        candidate["steps"][i].erase(option);
        changed = accept(std::move(candidate)) || changed;
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
    Document candidate = best_;
    candidate["steps"][i]["on"] = (*on)["channel"];
    return accept(std::move(candidate));
  }

  bool simplify_nodes(std::size_t i) {
    bool changed = false;
    for (std::size_t k = 0; best_["steps"][i].contains("nodes") && k < best_["steps"][i]["nodes"].size();) {
      Document candidate = best_;
      Document& step = candidate["steps"][i];
      step["nodes"].erase(k);
      if (step["nodes"].size() == 1) {
        step["node"] = step["nodes"][0];
        step.erase("nodes");
      }
      if (accept(std::move(candidate))) {
        changed = true;
      } else {
        ++k;
      }
    }
    return changed;
  }

  bool simplify_groups(std::size_t i) {
    bool changed = false;
    if (!best_["steps"][i].contains("between")) return false;
    for (std::size_t group = 0; group < best_["steps"][i]["between"].size(); ++group) {
      for (std::size_t k = 0; k < best_["steps"][i]["between"][group].size();) {
        Document candidate = best_;
        Document& names = candidate["steps"][i]["between"][group];
        if (!names.is_array() || names.size() < 2) break;
        names.erase(k);
        if (accept(std::move(candidate))) {
          changed = true;
        } else {
          ++k;
        }
      }
    }
    return changed;
  }

  // Two steps of a kind become one, at the time of the first.
  bool merge_steps() {
    bool changed = false;
    for (std::size_t i = 0; i + 1 < steps(); ++i) {
      for (std::size_t k = i + 1; k < steps(); ++k) {
        Document candidate = best_;
        Document& one = candidate["steps"][i];
        const Document other = candidate["steps"][k];
        const bool alike = one.value("do", "") == other.value("do", "") && one.contains("at") && other.contains("at") &&
                           nodes_of(one).size() + nodes_of(other).size() > 1 && !nodes_of(other).empty() &&
                           one.value("args", Document{}) == other.value("args", Document{});
        if (!alike) continue;
        std::vector<std::string> nodes = nodes_of(one);
        for (std::string& node : nodes_of(other)) {
          if (std::ranges::find(nodes, node) == nodes.end()) nodes.push_back(std::move(node));
        }
        one.erase("node");
        one.erase("nodes");
        one[nodes.size() == 1 ? "node" : "nodes"] = nodes.size() == 1 ? Document(nodes[0]) : Document(nodes);
        candidate["steps"].erase(k);
        if (accept(std::move(candidate))) {
          changed = true;
          --k;
        }
      }
    }
    return changed;
  }

  static std::vector<std::string> nodes_of(const Document& step) {
    if (step.contains("nodes")) return step["nodes"].get<std::vector<std::string>>();
    if (step.contains("node")) return {step["node"].get<std::string>()};
    return {};
  }

  bool round_times() {  // and shorten periods
    bool changed = false;
    for (std::size_t i = 0; i < steps(); ++i) {
      for (const char* const field : {"at", "for", "load-time", "after"}) {
        const auto time = duration_in(best_["steps"][i], field);
        if (!time) continue;
        std::vector<Millis> simpler = rounder(*time);
        const bool is_period = std::string_view{field} != "at";
        if (is_period && *time > 1s)
          simpler.insert(simpler.begin(), std::chrono::ceil<std::chrono::seconds>(*time / 2));
        for (const Millis near : simpler) {
          if (near == *time) continue;
          Document candidate = best_;
          candidate["steps"][i][field] = duration_text(near);
          if (accept(std::move(candidate))) {
            changed = true;
            break;
          }
        }
      }
    }
    return changed;
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
