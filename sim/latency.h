// How long a message takes: a distribution with integer arithmetic.
#pragma once

#include <algorithm>
#include <cstdint>

#include "model/random.h"
#include "sim/time.h"

namespace sentinel::sim {

// The quantile function runs straight between five points, so that what is asked for is what comes out: half of the
// messages take between `min` and `median`, 40 % between `median` and `p90`, 9 % between `p90` and `p99`, 1 % between
// `p99` and `max`. min <= median <= p90 <= p99 <= max.
struct Latency {
  Micros min{50};
  Micros median{100};
  Micros p90{200};
  Micros p99{500};
  Micros max{1'000};
  std::uint32_t loss_ppm = 0;  // share of packets that are lost; each loss costs a retransmission

  Micros draw(model::Random& random, model::Random::Stream stream = model::Random::Stream::kLatency) const {
    constexpr std::uint32_t kShares = 1'000'000;
    constexpr std::uint32_t kMedian = 500'000;
    constexpr std::uint32_t kP90 = 900'000;
    constexpr std::uint32_t kP99 = 990'000;
    const std::uint32_t share = random.below(stream, kShares);
    if (share < kMedian) return between(min, median, share, kMedian);
    if (share < kP90) return between(median, p90, share - kMedian, kP90 - kMedian);
    if (share < kP99) return between(p90, p99, share - kP90, kP99 - kP90);
    return between(p99, max, share - kP99, kShares - kP99);
  }

  friend bool operator==(const Latency&, const Latency&) = default;

 private:
  static Micros between(Micros low, Micros high, std::uint32_t part, std::uint32_t whole) {
    return low + (high - low) * part / whole;
  }
};

// How TCP repeats what was lost or cut off: after `first`, then after twice as long each time, at most `most`. The
// start of a connection (SYN) is first repeated `linear_connects` more times without that the wait grows. The defaults
// are Linux': TCP_RTO_MIN, TCP_TIMEOUT_INIT, tcp_syn_linear_timeouts (from Linux 6.5 on; 0 before) and TCP_RTO_MAX.
struct Retransmission {
  Micros first{200'000};
  Micros first_connect{1'000'000};
  int linear_connects = 4;
  Micros most{120'000'000};

  // The waits from one attempt to the next.
  class Waits {
   public:
    Waits(const Retransmission& tcp, bool connecting)
        : wait_(connecting ? tcp.first_connect : tcp.first),
          linear_(connecting ? tcp.linear_connects : 0),
          most_(tcp.most) {}

    Micros next() {
      const Micros wait = wait_;
      if (linear_ > 0) {
        --linear_;
      } else {
        wait_ = std::min(2 * wait_, most_);
      }
      return wait;
    }

   private:
    Micros wait_;
    int linear_;
    Micros most_;
  };

  // The time of the first repetition at or after `from` of what was sent first at `sent`.
  SimTime next_at(SimTime sent, SimTime from, bool connecting) const {
    Waits waits{*this, connecting};
    SimTime attempt = sent;
    while (attempt < from) attempt += waits.next();
    return attempt;
  }

  friend bool operator==(const Retransmission&, const Retransmission&) = default;
};

}  // namespace sentinel::sim
