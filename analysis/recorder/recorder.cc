#include "analysis/recorder/recorder.h"

#include <unistd.h>
#include <algorithm>

#include <fstream>
#include <stdexcept>
#include <system_error>

#include "analysis/recorder/cluster.h"
#include "analysis/recorder/recording_json.h"
#include "analysis/recorder/session.h"
#include "sim/bad_input.h"

namespace sentinel::analysis::recorder {
namespace {

std::filesystem::path file_of(const sim::Scenario& scenario, const RecordOptions& options, std::size_t run) {
  const std::string number = std::to_string(run);
  std::string folder = scenario.file.stem().string();
  if (!scenario.case_name.empty()) folder.append(" ").append(scenario.case_name);
  std::ranges::replace(folder, '/', '_');  // a case may be called anything
  return options.folder / folder / ((run < 10 ? "0" : "") + number + ".json");
}

// Told before the recording, not after it.
void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && access(folder.c_str(), W_OK) == 0) return;
  throw sim::BadInput{folder.string() + ": cannot be written to: expected a folder of yours for --out"};
}

// Whole or not at all.
void write(const std::filesystem::path& file, const Reply& recording) {
  std::error_code error;
  const std::filesystem::path part = std::filesystem::path{file} += ".part";
  std::ofstream out{part};
  out << recording.dump(1, ' ', false, Reply::error_handler_t::replace) << '\n' << std::flush;
  if (out) std::filesystem::rename(part, file, error);
  if (!out || error) throw std::runtime_error{"cannot write " + file.string()};
}

Reply record_once(const sim::Scenario& scenario, const Plan& plan, const Server& server, const Interrupts& interrupts,
                  std::size_t run) {
  Cluster cluster(plan, server);
  Reply recording{{"scenario", scenario_json(scenario, plan)},
                  {"run", run},
                  {"server_product", server.product},
                  {"server_version", server.version_text()}};
  cluster.start_data_nodes(interrupts);
  Reply topology = topology_json(cluster);
  SessionRecord record = Session(cluster, interrupts).run();
  add_sentinels(topology, cluster, record);
  recording["recorded_ms"] = record.recorded_ms;
  recording["stalls"] = std::move(record.stalls);
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) recording["conf"][plan.nodes[i].name] = cluster.conf_text(i);
  recording["topology_at_start"] = std::move(topology);
  recording["actions"] = std::move(record.actions);
  recording["events"] = std::move(record.events);
  recording["notes"] = std::move(record.notes);
  recording["sentinel_log"] = sentinel_log_json(cluster, record.axis);
  recording["node_log"] = node_log_json(cluster, record.axis);
  recording["final"] = final_json(cluster);
  if (!record.writers.empty()) recording["final"]["writers"] = writers_json(cluster, record, recording["final"]);
  return recording;
}

}  // namespace

void record(const sim::Scenario& scenario, const Plan& plan, const Server& server, const RecordOptions& options,
            const Interrupts& interrupts, const std::function<void(const RecordedRun&)>& tell) {
  make_folder(file_of(scenario, options, 1).parent_path());
  for (std::size_t run = 1; run <= options.runs; ++run) {
    RecordedRun recorded{.run = run, .file = file_of(scenario, options, run)};
    recorded.was_there = !options.again && std::filesystem::exists(recorded.file);
    if (!recorded.was_there) {
      const Reply recording = record_once(scenario, plan, server, interrupts, run);
      write(recorded.file, recording);
      recorded.events = recording["events"].size();
      recorded.stalls = recording["stalls"].size();
    }
    tell(recorded);
  }
}

}  // namespace sentinel::analysis::recorder
