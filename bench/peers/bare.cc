// The unit of the comparison: what can be had with the standard library and nothing else.
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "bench/peers/peer.h"

namespace {

using sentinel::bench::Message;
using sentinel::bench::Micros;

struct Event {
  Micros at = 0;
  std::uint64_t sequence = 0;
  Message what;

  friend bool operator>(const Event& a, const Event& b) { return a.at != b.at ? a.at > b.at : a.sequence > b.sequence; }
};
static_assert(sizeof(Event) == 24);

}  // namespace

int main(int argc, char** argv) {
  return sentinel::bench::peer_main(argc, argv, [](auto& history) {
    std::priority_queue<Event, std::vector<Event>, std::greater<>> pending;
    Micros now = 0;
    std::uint64_t sequence = 0;
    const auto send = [&](Micros delay, Message what) { pending.push({now + delay, sequence++, what}); };
    history.start(send);
    while (!pending.empty()) {
      const Event next = pending.top();
      pending.pop();
      now = next.at;
      history.happens(now, next.what, send);
    }
  });
}
