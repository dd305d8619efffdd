// SimGrid: actors on a platform without costs of its own, as `… WORKLOAD UNTIL mailboxes|sleepers` says.
// mailboxes: a message is sent to the mailbox of an actor, over a link on which one byte takes 1 µs, so that its size
// is its latency; an actor has as many readers as it needs, as one reader would take the messages in the order of
// sending. sleepers: a message is an actor that sleeps until it arrives. Timers are sleepers in both.
#include <cmath>
#include <cstdint>
#include <deque>
#include <simgrid/s4u.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/peer.h"

namespace {

namespace s4u = simgrid::s4u;
using sentinel::bench::History;
using sentinel::bench::Message;
using sentinel::bench::Micros;

// SimGrid's second is our microsecond: whole numbers, which its doubles hold exactly.
Micros now() { return std::llround(s4u::Engine::get_clock()); }

template <class Workload>
class Network {
 public:
  Network(History<Workload>& history, bool has_mailboxes) : history_{history}, has_mailboxes_{has_mailboxes} {
    s4u::NetZone* zone = s4u::create_full_zone("zone");
    for (std::uint32_t i = 0; i < Workload::kActors; ++i) {
      const std::string name = std::to_string(i);
      nodes_.push_back({zone->create_host(name, 1.0), s4u::Mailbox::by_name(name)});
    }
    for (const Node& from : nodes_) {
      for (const Node& to : nodes_) {
        s4u::Link* link = zone->create_link(from.host->get_name() + "-" + to.host->get_name(), 1.0);
        link->set_sharing_policy(s4u::Link::SharingPolicy::FATPIPE)->seal();
        zone->add_route(from.host->get_netpoint(), to.host->get_netpoint(), nullptr, nullptr, {s4u::LinkInRoute{link}},
                        false);
      }
    }
    zone->seal();
    s4u::Actor::create("start", nodes_.front().host, [this] { history_.start(send()); });
  }

 private:
  struct Node {
    s4u::Host* host = nullptr;
    s4u::Mailbox* mailbox = nullptr;
    int idle_readers = 0;
  };
  struct Sleeper {
    s4u::ActorPtr actor;
    Message message;
    Micros delay = 0;  // 0: it has nothing to wait for
  };

  auto send() {
    return [this](Micros delay, Message what) {
      if (has_mailboxes_ && !Workload::is_timer(what)) {
        post(delay, what);
      } else {
        sleep(delay, what);
      }
    };
  }

  void post(Micros delay, Message what) {
    Node& to = nodes_[what.to];
    if (to.idle_readers > 0) {
      --to.idle_readers;
    } else {
      s4u::Actor::create("reader", to.host, [this, &to] { read(to); });
    }
    to.mailbox->put_init(new Message{what}, static_cast<std::uint64_t>(delay))->detach();
  }
  void read(Node& node) {
    while (true) {
      const auto message = node.mailbox->template get_unique<Message>();
      ++node.idle_readers;
      history_.happens(now(), *message, send());
    }
  }

  void sleep(Micros delay, Message what) {
    if (idle_sleepers_.empty()) {
      Sleeper& sleeper = sleepers_.emplace_back(Sleeper{nullptr, what, delay});
      sleeper.actor = s4u::Actor::create("sleeper", nodes_.front().host, [this, &sleeper] { wake(sleeper); });
      return;
    }
    Sleeper& sleeper = *idle_sleepers_.back();
    idle_sleepers_.pop_back();
    sleeper.message = what;
    sleeper.delay = delay;
    if (&sleeper != awake_) sleeper.actor->resume();
  }
  void wake(Sleeper& self) {
    while (true) {
      const auto delay = static_cast<double>(self.delay);
      self.delay = 0;
      s4u::this_actor::sleep_for(delay);
      idle_sleepers_.push_back(&self);
      awake_ = &self;
      history_.happens(now(), self.message, send());
      awake_ = nullptr;
      if (self.delay == 0) s4u::this_actor::suspend();
    }
  }

  History<Workload>& history_;
  bool has_mailboxes_;
  std::vector<Node> nodes_;
  std::deque<Sleeper> sleepers_;
  std::vector<Sleeper*> idle_sleepers_;  // the last one is the first to be used again
  Sleeper* awake_ = nullptr;             // who need not be woken
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> options{argv[0],
                                   "--cfg=network/model:CM02",
                                   "--cfg=network/crosstraffic:0",
                                   "--cfg=network/TCP-gamma:0",
                                   "--cfg=contexts/stack-size:16",
                                   "--cfg=contexts/guard-size:0",  // or the kernel has too few maps for 100,000
                                   "--log=root.thres:error"};
  std::vector<char*> option_list;
  for (std::string& option : options) option_list.push_back(option.data());
  int count = static_cast<int>(option_list.size());
  option_list.push_back(nullptr);
  const s4u::Engine engine{&count, option_list.data()};

  return sentinel::bench::peer_main(argc, argv, [&]<class Workload>(History<Workload>& history) {
    const Network<Workload> network{history, argc > 3 && std::string_view{argv[3]} == "mailboxes"};
    constexpr double kUntilAllIsOver = 1e6;
    engine.run_until(static_cast<double>(history.until()) + kUntilAllIsOver);
  });
}
