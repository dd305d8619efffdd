// What caused what in a run: who was given which input when, who sent it, and what was said.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "model/messages.h"
#include "model/step.h"
#include "sim/agenda.h"
#include "sim/network.h"
#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// The moments of a run are numbered from 1 on, as its happenings are. 0 is before all of them: what the scenario began
// with.
using MomentNumber = std::uint32_t;

// One happening.
struct Moment {
  enum class Input : std::uint8_t {  // what a process was given in it
    kNone,                           // nothing: it concerns the network, or a process that cannot be reached
    kStarted,
    kTimer,
    kConnected,
    kDisconnected,
    kMessage,
    kCommand,
    kScriptEnded,
    kFlushed,  // what it wrote in `scheduled_in` is on disk, and what it said there leaves
  };

  SimTime at{};
  Happening happening{};
  Input input = Input::kNone;
  MomentNumber scheduled_in = 0;  // where its timer was set, its connection opened, what kept it waiting ended, …
  MomentNumber sent_in = 0;       // of a message, or of a connection that the other end closed: where that was done
  std::optional<NodeId> node{};   // who was given the input
  std::optional<NodeId> peer{};   // at the other end of the connection
  std::optional<model::Socket> socket{};   // of `node`, for that connection
  std::optional<std::uint32_t> message{};  // its place in History::messages()
  std::uint64_t first_sequence = 0;        // of what was scheduled in it
};

// A message that a process sent.
struct SentMessage {
  MomentNumber sent_in = 0;
  MomentNumber arrived_in = 0;  // where the receiver was given it; 0: it was not
  NodeId from{};
  std::optional<NodeId> to{};  // nullopt: nobody has the address
  model::Socket socket{};      // of the sender
  model::Callback callback{};
  model::Message message{};
};

struct HistoricRecord {
  MomentNumber moment = 0;
  Record record{};
};

// Filled by a run whose Scratch names it. It must see all of the run: from its first happening on.
class History {
 public:
  MomentNumber size() const { return static_cast<MomentNumber>(moments_.size()); }
  const Moment& moment(MomentNumber number) const { return moments_[number - 1]; }
  const std::vector<SentMessage>& messages() const { return messages_; }   // in the order in which they were sent
  const std::vector<HistoricRecord>& records() const { return records_; }  // in the order in which they were said
  std::span<const HistoricRecord> records_of(MomentNumber number) const;
  std::span<const SentMessage> sent_in(MomentNumber number) const;
  // Where the input was handled: itself, or for what waited for the disk where that began.
  MomentNumber handled_in(MomentNumber number) const;
  // The last one before `number` in which the process was given an input; 0 if there is none.
  MomentNumber previous(NodeId node, MomentNumber number) const;

  // --- what a run tells ---
  void begin(const Happening& what, std::uint64_t next_sequence);
  void fed(NodeId node, const model::Input& input, const Delivery& delivery);
  void flushed(NodeId node, MomentNumber handled_in);
  void sent(NodeId from, std::optional<NodeId> to, const model::Send& send);
  void said(const std::vector<Record>& records);

 private:
  MomentNumber scheduler_of(std::uint64_t sequence) const;

  std::vector<Moment> moments_;
  std::vector<SentMessage> messages_;
  std::vector<HistoricRecord> records_;
};

}  // namespace sentinel::sim
