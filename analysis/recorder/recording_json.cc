#include "analysis/recorder/recording_json.h"

#include <algorithm>
#include <fstream>

#include "analysis/recorder/log_lines.h"

namespace sentinel::analysis::recorder {
namespace {

constexpr std::chrono::milliseconds kAnswerPatience{500};  // a process may be stopped

}  // namespace

// --- the start --------------------------------------------------------------------------------------------

namespace {

void copy_fields(Reply& to, const Reply& from, std::initializer_list<const char*> fields) {
  for (const char* const field : fields) to[field] = from.contains(field) ? from[field] : Reply{};
}

Reply data_node_json(const PlannedNode& node) {
  Reply entry{{"addr", node.endpoint.text()}};
  const auto replies = ask_node(node, {{"INFO", "server"}, {"INFO", "replication"}}, kAnswerPatience);
  if (!replies) return entry;
  entry["runid"] = parse_info(replies->front()).value("run_id", "");
  copy_fields(entry, parse_info(replies->back()),
              {"role", "master_repl_offset", "slave_repl_offset", "slave_priority"});
  return entry;
}

}  // namespace

Reply topology_json(Cluster& cluster) {
  Reply topology = Reply::object();
  for (std::size_t i = 0; i < cluster.plan().nodes.size(); ++i) {
    const PlannedNode& node = cluster.node(i);
    Reply& entry = topology[node.name];
    entry = node.is_sentinel || !node.running ? Reply{{"addr", node.endpoint.text()}} : data_node_json(node);
    if (!node.running) entry["started"] = false;
    if (cluster.running(i)) entry["pid"] = *cluster.first_pid(i);
  }
  return topology;
}

void add_sentinels(Reply& topology, const Cluster& cluster, const SessionRecord& record) {
  for (std::size_t i = 0; i < cluster.plan().nodes.size(); ++i) {
    const PlannedNode& node = cluster.node(i);
    if (!node.is_sentinel) continue;
    const auto told = record.ids.find(i);
    const std::string id = told == record.ids.end() ? node.id : told->second;
    if (!id.empty()) topology[node.name]["runid"] = id;
    if (cluster.first_pid(i)) topology[node.name]["pid"] = *cluster.first_pid(i);
  }
}

// --- the end ----------------------------------------------------------------------------------------------

namespace {

// SENTINEL MASTERS and the like answer with lists of names and values.
Reply objects_of(const Reply& lists) {
  Reply objects = Reply::array();
  for (const Reply& list : lists) {
    Reply object = Reply::object();
    for (std::size_t i = 0; i + 1 < list.size(); i += 2) object[list[i].get<std::string>()] = list[i + 1];
    objects.push_back(std::move(object));
  }
  return objects;
}

Reply persisted_conf(const std::filesystem::path& file) {
  Reply lines = Reply::array();
  std::ifstream in{file};
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("sentinel ")) lines.push_back(line);
  }
  return lines;
}

std::optional<Reply> final_sentinel(const Cluster& cluster, std::size_t place) {
  const PlannedNode& node = cluster.node(place);
  const auto replies = ask_node(node, {{"SENTINEL", "MASTERS"}, {"INFO", "sentinel"}}, kAnswerPatience);
  if (!replies || !replies->front().is_array()) return std::nullopt;
  Reply state{{"masters", objects_of(replies->front())},
              {"slaves", Reply::object()},
              {"sentinels", Reply::object()},
              {"info", parse_info(replies->back())},
              {"conf", persisted_conf(cluster.conf_file(place))}};
  for (const Reply& master : state["masters"]) {
    const std::string name = master.value("name", "");
    const auto others =
        ask_node(node, {{"SENTINEL", "SLAVES", name}, {"SENTINEL", "SENTINELS", name}}, kAnswerPatience);
    if (!others) continue;
    state["slaves"][name] = objects_of(others->front());
    state["sentinels"][name] = objects_of(others->back());
  }
  return state;
}

std::optional<Reply> final_data_node(const PlannedNode& node) {
  const Commands commands{{"INFO", "server"}, {"INFO", "persistence"}, {"INFO", "replication"}};
  const auto replies = ask_node(node, commands, kAnswerPatience);
  if (!replies) return std::nullopt;
  Reply state{{"run_id", parse_info(replies->front()).value("run_id", "")},
              {"loading", parse_info((*replies)[1]).value("loading", "")}};
  state.update(parse_info(replies->back()));
  return state;
}

}  // namespace

Reply final_json(Cluster& cluster) {
  Reply state{{"sentinels", Reply::object()}, {"nodes", Reply::object()}, {"processes", Reply::object()}};
  for (std::size_t i = 0; i < cluster.plan().nodes.size(); ++i) {
    const PlannedNode& node = cluster.node(i);
    state["processes"][node.name] = cluster.state(i);
    if (!cluster.running(i)) continue;
    const auto told = node.is_sentinel ? final_sentinel(cluster, i) : final_data_node(node);
    if (told) state[node.is_sentinel ? "sentinels" : "nodes"][node.name] = *told;
  }
  return state;
}

// --- logs -------------------------------------------------------------------------------------------------

namespace {

struct NamedLine {
  double t_ms = 0;
  std::string name;
  LogLine line;
};

template <class Wanted>
Reply log_json(const Cluster& cluster, const TimeAxis& axis, bool of_sentinels, Wanted wanted) {
  const std::chrono::year_month_day day{std::chrono::floor<std::chrono::days>(axis.wall())};
  std::vector<NamedLine> lines;
  for (std::size_t i = 0; i < cluster.plan().nodes.size(); ++i) {
    if (cluster.node(i).is_sentinel != of_sentinels) continue;
    std::ifstream in{cluster.log_file(i)};
    for (std::string text; std::getline(in, text);) {
      const std::optional<LogLine> line = parse_log_line(text, static_cast<int>(day.year()));
      if (!line) continue;
      NamedLine named{.t_ms = axis.of_wall(line->time), .name = cluster.node(i).name, .line = *line};
      if (wanted(named)) lines.push_back(std::move(named));
    }
  }
  std::ranges::stable_sort(lines, {}, &NamedLine::t_ms);
  Reply list = Reply::array();
  for (const NamedLine& named : lines) {
    list.push_back(Reply::array({named.t_ms, named.name, named.line.level, named.line.text}));
  }
  return list;
}

}  // namespace

Reply sentinel_log_json(const Cluster& cluster, const TimeAxis& axis) {
  return log_json(cluster, axis, true, [](const NamedLine&) { return true; });
}

Reply node_log_json(const Cluster& cluster, const TimeAxis& axis) {
  constexpr double kFrom = -500;
  return log_json(cluster, axis, false, [](const NamedLine& named) {
    return named.t_ms >= kFrom && (named.line.level == "*" || named.line.level == "#");
  });
}

}  // namespace sentinel::analysis::recorder
