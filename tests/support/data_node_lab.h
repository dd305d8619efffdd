// A laboratory: data nodes that replicate over a network without delays; the test itself is their clients.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "model/data_node.h"
#include "model/random.h"
#include "model/step.h"
#include "tests/support/deployment.h"

namespace sentinel::test {

// A quick node: no waiting before a full resynchronisation.
model::DataNodeConfig master_config();
model::DataNodeConfig replica_config(Address master);

class DataNodeLab {
 public:
  explicit DataNodeLab(std::string_view profile = model::profiles().front().name)
      : profile_(model::find_profile(profile)) {}

  void start(Address address, const model::DataNodeConfig& config);
  void crash(Address address);                                           // connections are reset, new ones refused
  void restart(Address address);                                         // with the configuration that it wrote last
  void restart_with_data(Address address);                               // after SHUTDOWN, which has saved them
  void cut(Address replica);                                             // its connection to its master is reset
  void hang(Address address) { nodes_.at(address.port).silent = true; }  // what is sent to it is lost
  void run_for(Millis period);
  Instant now() const { return now_; }  // what clocks show that nobody set
  void set_clock(Address address, Millis by) { nodes_[address.port].clock_set_by += by; }

  model::DataNode& node(Address address) { return *nodes_.at(address.port).process; }
  model::InfoReply info(Address address) { return node(address).info(clock(address.port)); }
  // How often the node began to connect to a master.
  std::size_t connects(Address address) { return nodes_.at(address.port).connects; }
  // What full resynchronisations were asked of the node, as far as they started.
  std::size_t full_resyncs(Address address) { return nodes_.at(address.port).full_resyncs; }

  // How long its event loop was to stand still, each time; here it does not.
  const std::vector<Millis>& stalls(Address address) { return nodes_.at(address.port).stalls; }

  // What the node has logged since the last call.
  std::vector<model::LogLine> take_log(Address address) { return std::exchange(nodes_.at(address.port).log, {}); }

  // --- as a client ------------------------------------------------------------------------------

  model::Socket connect(Address address);
  std::optional<model::Message> ask(model::Socket client, const model::Message& request);
  model::Status ask_status(model::Socket client, const model::Message& request);
  model::Answer command(Address address, const model::Command& command);
  void hang_up(model::Socket client);
  bool open(model::Socket client) const { return connections_.contains(client); }
  const std::vector<model::Message>& received(model::Socket client) { return received_[client]; }
  template <class AnyMessage>
  std::vector<AnyMessage> received(model::Socket client) {
    std::vector<AnyMessage> found;
    for (const model::Message& message : received_[client]) {
      if (const auto* wanted = std::get_if<AnyMessage>(&message)) found.push_back(*wanted);
    }
    return found;
  }

 private:
  struct Node {
    std::optional<model::DataNode> process{};
    model::DataNodeConfig saved{};
    model::StoredData stored{};
    model::Random random{};
    std::optional<Instant> timer{};
    std::optional<model::Socket> upstream{};  // the connection to its master
    bool up = false;
    bool silent = false;
    Millis clock_set_by{0};
    std::uint16_t starts = 0;
    std::size_t full_resyncs = 0;
    std::size_t connects = 0;
    std::vector<model::LogLine> log{};
    std::vector<Millis> stalls{};
  };
  struct Connection {
    std::uint16_t server = 0;                // ports
    std::optional<std::uint16_t> replica{};  // nullopt: the test
  };

  Instant clock(std::uint16_t port) { return now_ + nodes_.at(port).clock_set_by; }
  void boot(std::uint16_t port);
  void step(std::uint16_t port, const model::Input& input);
  void carry_out(std::uint16_t port, const model::Connect& connect);
  void carry_out(std::uint16_t port, const model::Disconnect& disconnect);
  void carry_out(std::uint16_t port, const model::Send& send);
  void carry_out(std::uint16_t, const model::Event&) {}
  void carry_out(std::uint16_t, const model::Answer& answer) { answer_ = answer; }
  void carry_out(std::uint16_t port, const model::Stall& stall) { nodes_.at(port).stalls.push_back(stall.period); }
  void carry_out(std::uint16_t port, const model::Persist&);
  void carry_out(std::uint16_t, const model::Applied&) {}
  void carry_out(std::uint16_t, const model::DataReplaced&) {}
  void carry_out(std::uint16_t, const model::Outcome&) {}
  void carry_out(std::uint16_t port, const model::LogLine& line) { nodes_.at(port).log.push_back(line); }
  // No data node does these:
  void carry_out(std::uint16_t, const model::StartScript&) {}
  void carry_out(std::uint16_t, const model::KillScript&) {}
  void carry_out(std::uint16_t, const model::ScriptCollected&) {}
  void carry_out(std::uint16_t, const model::ScriptDropped&) {}
  void carry_out(std::uint16_t, const model::Exit&) {}
  void to_server(model::Socket connection, const model::Message& message);
  void to_client(model::Socket connection, const model::Message& message);
  void close(model::Socket connection, std::optional<std::uint16_t> by);
  void drain();

  const model::Profile* profile_;
  Instant now_ = kStart;
  std::map<std::uint16_t, Node> nodes_;
  std::map<model::Socket, Connection> connections_;
  std::uint32_t next_socket_ = model::kAccepted;
  std::deque<std::function<void()>> underway_;
  std::map<model::Socket, std::vector<model::Message>> received_;
  model::Answer answer_;
};

// What a PUBLISH of a hello adds to the replication stream.
inline const model::Offset kHelloSize = model::replicated_size(hello_from(kS2));

// kM with its replica kR1 in sync, and a client of kM.
struct ReplicatedPair : DataNodeLab {
  model::Socket client{};

  explicit ReplicatedPair(std::string_view profile = model::profiles().front().name);
  void write(int hellos);  // each moves the offset of kM by kHelloSize
};

}  // namespace sentinel::test
