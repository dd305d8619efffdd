// How long a message takes: a distribution with integer arithmetic.
#pragma once

#include <cstdint>

#include "model/random.h"
#include "sim/time.h"

namespace sentinel::sim {

// The quantile function runs straight between four points, so that what is asked for is what comes out: half of the
// messages take between `min` and `median`, 49 % between `median` and `p99`, 1 % between `p99` and `max`.
// min <= median <= p99 <= max.
struct Latency {
  Micros min{50};
  Micros median{100};
  Micros p99{500};
  Micros max{1'000};
  std::uint32_t loss_ppm = 0;  // share of packets that are lost; each loss costs a retransmission

  Micros draw(model::Random& random, model::Random::Stream stream = model::Random::Stream::kLatency) const {
    constexpr std::uint32_t kShares = 1'000'000;
    constexpr std::uint32_t kMedian = 500'000;
    constexpr std::uint32_t kP99 = 990'000;
    const std::uint32_t share = random.below(stream, kShares);
    if (share < kMedian) return between(min, median, share, kMedian);
    if (share < kP99) return between(median, p99, share - kMedian, kP99 - kMedian);
    return between(p99, max, share - kP99, kShares - kP99);
  }

  friend bool operator==(const Latency&, const Latency&) = default;

 private:
  static Micros between(Micros low, Micros high, std::uint32_t part, std::uint32_t whole) {
    return low + (high - low) * part / whole;
  }
};

// How TCP repeats what was lost or cut off: after `first`, then after twice as long each time, at most `most`.
// The defaults are Linux' for data (TCP_RTO_MIN, TCP_RTO_MAX) and for SYN (TCP_TIMEOUT_INIT).
struct Retransmission {
  Micros first{200'000};
  Micros first_connect{1'000'000};
  Micros most{120'000'000};

  // The time of the first repetition at or after `from` of what was sent first at `sent`.
  SimTime next_at(SimTime sent, SimTime from, bool connecting) const {
    Micros wait = connecting ? first_connect : first;
    SimTime attempt = sent;
    while (attempt < from) {
      attempt += wait;
      wait = wait * 2 < most ? wait * 2 : most;
    }
    return attempt;
  }

  friend bool operator==(const Retransmission&, const Retransmission&) = default;
};

}  // namespace sentinel::sim
