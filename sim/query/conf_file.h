// The configuration file of a node as it lies on its disk.
#pragma once

#include <string>
#include <vector>

#include "sim/query/rewritten_lines.h"
#include "sim/run.h"

namespace sentinel::sim {

class ConfFile {
 public:
  // As it was written before the first start: the lines of the scenario. `scenario` must outlive it.
  ConfFile(const Scenario& scenario, NodeId node);

  // The process writes what it knows into it: all but defaults.
  void rewrite(const model::SentinelConfig& config);
  void rewrite(const model::DataNodeConfig& config);

  std::string text() const;

 private:
  void put_defaults(RewrittenLines& lines, std::string_view defaults) const;
  void put_master(RewrittenLines& lines, const model::MonitoredMaster& master) const;
  void put_known(RewrittenLines& lines, const model::MonitoredMaster& master) const;
  void put_original(RewrittenLines& lines, std::string_view directive, std::string_view master) const;

  const Scenario* scenario_;
  const Node* node_;
  std::vector<std::string> original_;
  std::vector<std::string> lines_;
};

// The file at that time; the run goes on until then.
std::string conf_text_at(Run& run, NodeId node, SimTime at);

}  // namespace sentinel::sim
