// SystemC: a message under way is a method process that waits for its event; those which have arrived are used again.
#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <deque>
#include <systemc>
#include <vector>

#include "bench/peers/peer.h"

namespace {

using sc_core::sc_time;
using sentinel::bench::Message;
using sentinel::bench::Micros;

template <class History>
class Network {
 public:
  explicit Network(History& history) : history_{history} { history_.start(send()); }

 private:
  struct Courier {
    sc_core::sc_event arrival;
    Message message;
  };

  auto send() {
    return [this](Micros delay, Message what) {
      if (idle_.empty()) idle_.push_back(&new_courier());
      Courier& courier = *idle_.back();
      idle_.pop_back();
      courier.message = what;
      courier.arrival.notify(sc_time::from_value(static_cast<sc_time::value_type>(delay)));
    };
  }

  Courier& new_courier() {
    Courier& courier = couriers_.emplace_back();
    sc_core::sc_spawn_options options;
    options.spawn_method();
    options.dont_initialize();
    options.set_sensitivity(&courier.arrival);
    sc_core::sc_spawn([this, &courier] { receive(courier); }, nullptr, &options);
    return courier;
  }

  void receive(Courier& courier) {
    idle_.push_back(&courier);
    history_.happens(static_cast<Micros>(sc_core::sc_time_stamp().value()), courier.message, send());
  }

  History& history_;
  std::deque<Courier> couriers_;
  std::vector<Courier*> idle_;
};

}  // namespace

int sc_main(int argc, char** argv) {
  return sentinel::bench::peer_main(argc, argv, [](auto& history) {
    sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_DO_NOTHING);
    sc_core::sc_set_time_resolution(1, sc_core::SC_US);
    const Network network{history};
    sc_core::sc_start();
  });
}
