// What must hold for the data nodes of a run after each step of it, however it goes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/data_node.h"
#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// Which write was made on top of which: a data set is named by its last write.
class Chains {
 public:
  explicit Chains(const Scenario& scenario) : writes_(scenario.nodes.size()) {}

  void add(const model::Applied& applied);
  // Whether the data set has this write. All data sets have the empty one.
  bool has(model::WriteId data, model::WriteId write) const;

 private:
  struct Link {
    model::WriteId before{};
    std::uint32_t depth = 0;
  };
  Link link(model::WriteId write) const;

  std::vector<std::vector<Link>> writes_;  // by client and number
};

// (a) An offset does not run backwards on one history; only a full resynchronisation starts anew.
// (b) A replica whose link is up has a beginning of its master's history. Its master at this moment is the wrong one to
//     ask: it may be another process by now, or have turned to another history, and the replica does not know yet. But
//     a history that has a name is only ever made longer, so that the place in it decides what the data are: whoever
//     says that it has so much of the history has what its maker had when the history was so long. From 4.0 on a
//     history begins with a part of another one, up to the place where its maker was promoted. Before, a node makes
//     another history under the same name (its run id) when it has closed its backlog; the data must be those of one of
//     them. A replica that clients write to holds none of this.
class ReplicationChecker {
 public:
  explicit ReplicationChecker(const Scenario& scenario);

  void operator()(const Record& record);
  void observe(const Run& run);

  const Chains& chains() const { return chains_; }
  const std::string& wrong() const { return wrong_; }  // the first thing; empty: all is well

 private:
  // As much of a data node as counts here.
  struct State {
    model::Id life{};
    bool is_master = false;
    bool backlog = false;
    model::ReplicationState link{};
    model::WriteId data{};
    model::Id history{};
    model::Offset offset = 0;
    model::Id master_history{};
    model::Offset applied = 0;

    friend bool operator==(const State&, const State&) = default;
  };
  // What the data were when the history was so long.
  using History = std::map<model::Offset, model::WriteId>;
  struct Node {
    NodeId id{};
    std::optional<State> last{};
    History* makes = nullptr;  // in histories_, whose elements stay where they are
  };

  void observe(const Run& run, Node& node, const State& now);
  void compare_offsets(const State& before, const State& now);
  History& begin_history(const model::DataNode& maker);
  void lengthen(History& history, const State& now);
  bool fits(const History& history, const State& replica) const;
  void fail(std::string_view what) { failure_ = failure_.empty() ? what : failure_; }

  const Scenario* scenario_;
  bool shares_history_;
  bool writes_to_replicas_;
  Chains chains_;
  std::vector<Node> nodes_;
  std::multimap<model::Id, History> histories_;
  std::string_view failure_;
  std::string wrong_;
};

}  // namespace sentinel::sim
