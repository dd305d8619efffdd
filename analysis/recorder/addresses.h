// Where the processes of a recording listen: the scenario's addresses, or those of their own networks.
#pragma once

#include <string>
#include <vector>

#include "analysis/recorder/connection.h"
#include "sim/scenario.h"

namespace sentinel::analysis::recorder {

// The address of each node of the scenario, before and after.
class Addresses {
 public:
  // On loopback they stay. Throws BadInput if one is not on it.
  static Addresses on_loopback(const sim::Scenario& scenario);

  // They stay if all hosts are different ones of one network 10.0.0.0/24 or the like; otherwise data nodes are at
  // 10.0.0.11:6379, .12, ..., and sentinels at 10.0.0.101:26379, .102, ... Throws BadInput if they are too many.
  static Addresses in_namespaces(const sim::Scenario& scenario);

  static bool are_on_loopback(const sim::Scenario& scenario);

  const Endpoint& of(std::size_t node) const { return real_[node]; }

  // What is the address of a node, as `host:port` or as two neighbours, becomes what it is now.
  void rewrite(std::vector<std::string>& words) const;
  std::string rewritten(const std::string& text) const;  // its words, with a blank between two

 private:
  std::vector<Endpoint> given_;
  std::vector<Endpoint> real_;
};

}  // namespace sentinel::analysis::recorder
