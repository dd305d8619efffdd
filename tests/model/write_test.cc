// Writes of clients: who takes them, and what they add to the stream.
#include <gtest/gtest.h>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Answer;
using model::Offset;
using model::WriteCommand;

Answer::Kind answer_to_write(DataNodeLab& lab, Address address, std::int64_t bytes = 100) {
  return lab.command(address, WriteCommand{bytes}).kind;
}

// A master takes a write, and its replica gets it.
TEST(Write, MovesTheOffsets) {
  ReplicatedPair lab;
  const Offset before = lab.node(kM).offset();
  EXPECT_EQ(answer_to_write(lab, kM, 123), Answer::Kind::kOk);
  EXPECT_EQ(lab.node(kM).offset(), before + 123);
  EXPECT_EQ(lab.node(kR1).offset(), before + 123);
}

// A replica takes none, unless it is configured to: then it stays with it.
TEST(Write, Replica) {
  ReplicatedPair lab;
  const Offset before = lab.node(kR1).offset();
  EXPECT_EQ(answer_to_write(lab, kR1), Answer::Kind::kReadOnly);
  model::DataNodeConfig config = replica_config(kM);
  config.read_only = false;
  lab.start(kR2, config);
  lab.run_for(2s);
  EXPECT_EQ(answer_to_write(lab, kR2), Answer::Kind::kOk);
  EXPECT_EQ(lab.node(kR2).offset(), before);
  lab.command(kR1, model::ReplicaofCommand{});
  EXPECT_EQ(answer_to_write(lab, kR1), Answer::Kind::kOk) << "promoted";
}

// What keeps a node from answering PING keeps it from writing.
TEST(Write, Refusals) {
  ReplicatedPair lab;
  lab.node(kM).set_disk_fails(true);
  EXPECT_EQ(answer_to_write(lab, kM), Answer::Kind::kMisconf);
  lab.node(kM).set_disk_fails(false);
  lab.command(kM, model::ScriptCommand{20s});
  EXPECT_EQ(answer_to_write(lab, kM), Answer::Kind::kBusy);
  lab.command(kM, model::ScriptKillCommand{});
  EXPECT_EQ(answer_to_write(lab, kM), Answer::Kind::kOk);

  model::DataNodeConfig config = replica_config(kElsewhere);
  config.read_only = false;
  config.serve_stale_data = false;
  lab.start(kR2, config);
  EXPECT_EQ(answer_to_write(lab, kR2), Answer::Kind::kMasterDown);

  config = master_config();
  config.load_time = 5s;
  lab.start(kR3, config);
  EXPECT_EQ(answer_to_write(lab, kR3), Answer::Kind::kLoading);
  lab.run_for(6s);
  EXPECT_EQ(answer_to_write(lab, kR3), Answer::Kind::kOk);
}

}  // namespace
}  // namespace sentinel::test
