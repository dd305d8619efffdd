// The processes of a recording, each with a folder of its own.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analysis/interrupts.h"
#include "analysis/recorder/plan.h"
#include "analysis/recorder/process.h"
#include "analysis/recorder/router.h"
#include "analysis/recorder/temporary_folder.h"

namespace sentinel::analysis::recorder {

class Cluster {
 public:
  // Makes folders, configurations and networks; starts nothing. Throws BadInput if an address is in use.
  Cluster(const Plan& plan, const Server& server);

  const Plan& plan() const { return plan_; }
  const PlannedNode& node(std::size_t node) const { return plan_.nodes[node]; }

  // With what it left on disk, or, `fresh`, with the planned configuration. Does nothing if it runs.
  void start(std::size_t node, bool fresh = false);
  // These tell whether there was a process to do it to.
  bool kill(std::size_t node);
  bool terminate(std::size_t node);
  bool stop(std::size_t node);
  bool resume(std::size_t node);
  void expect_end(std::size_t node) { members_[node].may_end = true; }         // of a command that ends the process
  Tool set_cuts(const Router::Cuts& cuts) { return router_->set_cuts(cuts); }  // if there are networks to cut

  bool running(std::size_t node);
  std::string state(std::size_t node);
  std::optional<int> first_pid(std::size_t node) const { return members_[node].first_pid; }

  // Starts the data nodes that run from the beginning, and waits until replicas have their master's data.
  // Throws std::runtime_error if they never do.
  void start_data_nodes(const Interrupts& interrupts);

  // Throws std::runtime_error with what it said last if a process ended that nobody ended.
  void check_alive();

  // The configuration that a process starts with; `$LAB` stands for the folder of all.
  std::string conf_text(std::size_t node) const;
  std::filesystem::path conf_file(std::size_t node) const { return folder(node) / "conf"; }
  std::filesystem::path log_file(std::size_t node) const { return folder(node) / "log"; }

 private:
  struct Member {
    std::optional<Process> process{};
    std::optional<int> first_pid{};
    bool may_end = false;  // an action ended it
  };

  std::filesystem::path folder(std::size_t node) const { return scratch_.path() / plan_.nodes[node].name; }
  void write_conf(std::size_t node) const;
  std::string conf_in(std::size_t node, const std::string& lab) const;
  bool in_sync(std::size_t node) const;
  std::optional<std::size_t> replica_behind() const;
  std::string last_words(std::size_t node) const;
  bool signal(std::size_t node, int number);

  const Plan& plan_;
  const Server& server_;
  TemporaryFolder scratch_;
  std::optional<Router> router_{};
  std::vector<Member> members_;  // ends before the folder does
};

// `name:value` lines, as an object.
Reply parse_info(const Reply& info);

// With the password that the node asks for. Nullopt if it does not answer in time.
std::optional<std::vector<Reply>> ask_node(const PlannedNode& node, Commands commands,
                                           std::chrono::milliseconds patience);

}  // namespace sentinel::analysis::recorder
