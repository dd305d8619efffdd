// ns-3: events are calls of a member function, in one of its schedulers: `… WORKLOAD UNTIL SCHEDULER`.
#include <ns3/object-factory.h>
#include <ns3/simulator.h>

#include "bench/peers/peer.h"

namespace {

using sentinel::bench::Message;
using sentinel::bench::Micros;

template <class History>
class Node {
 public:
  explicit Node(History& history) : history_{history} { history_.start(send()); }

  void receive(Message what) { history_.happens(ns3::Simulator::Now().GetTimeStep(), what, send()); }

 private:
  auto send() {
    return
        [this](Micros delay, Message what) { ns3::Simulator::Schedule(ns3::Time{delay}, &Node::receive, this, what); };
  }

  History& history_;
};

}  // namespace

int main(int argc, char** argv) {
  return sentinel::bench::peer_main(argc, argv, [&](auto& history) {
    ns3::Time::SetResolution(ns3::Time::US);
    ns3::ObjectFactory scheduler;
    scheduler.SetTypeId(argc > 3 ? argv[3] : "ns3::MapScheduler");
    ns3::Simulator::SetScheduler(scheduler);
    const Node node{history};
    ns3::Simulator::Run();
    ns3::Simulator::Destroy();
  });
}
