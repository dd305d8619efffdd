// What kernels of simulators are measured by: hold, ring and mesh, the same history in each of them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <limits>
#include <stdexcept>

namespace sentinel::bench {

using Micros = std::int64_t;  // from the start, or from now

// What happens is that a message arrives; a timer is a message to oneself.
struct Message {
  std::uint32_t to = 0;
  std::uint16_t from = 0;
  std::uint16_t kind = 0;
};
static_assert(sizeof(Message) == 8);

// SplitMix64: the value at this place of its sequence.
constexpr std::uint64_t split_mix(std::uint64_t place) {
  std::uint64_t z = place * 0x9E37'79B9'7F4A'7C15ULL;
  z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBULL;
  return z ^ (z >> 31U);
}
// Two independent numbers from 0 to n - 1 from one draw.
constexpr std::uint64_t low_below(std::uint64_t draw, std::uint64_t n) { return ((draw & 0xFFFF'FFFFU) * n) >> 32U; }
constexpr std::uint64_t high_below(std::uint64_t draw, std::uint64_t n) { return ((draw >> 32U) * n) >> 32U; }

struct Range {
  std::uint32_t lowest = 0;  // µs
  std::uint32_t width = 0;
};
constexpr Micros draw_from(Range range, std::uint64_t draw) {
  return static_cast<Micros>(range.lowest + high_below(draw, range.width));
}
constexpr Range kLatency{50, 500};

// --- the workloads ------------------------------------------------------------------------------------------
// start() sends the first messages, happens() those that another one causes: send(delay, message), at least 1 µs
// later. `draw` is the chance of what happens. What happens at the same time has no influence on each other.

// A constant number of pending events: what comes next is taken out, and comes again later.
class Hold {
 public:
  static constexpr std::uint32_t kActors = 1;  // as all are timers
  static constexpr bool is_timer(Message /*what*/) { return true; }

  explicit Hold(std::uint32_t pending) : pending_{pending} {}

  template <class Send>
  void start(const Send& send) const {
    for (std::uint32_t i = 0; i < pending_; ++i) send(draw_from({1, 5'500'000}, split_mix(i)), Message{.to = i});
  }
  template <class Send>
  void happens(Micros /*now*/, Message what, std::uint64_t draw, const Send& send) const {
    send(draw_from(kDistances[low_below(draw, kDistances.size())], draw), what);
  }

 private:
  // The mix of a cluster: of 20, twelve are ways of messages, seven ticks, and one is some seconds.
  static constexpr Range kTick{52'000, 48'000};
  static constexpr Range kSeconds{1'000'000, 9'000'000};
  static constexpr std::array<Range, 20> kDistances{
      kLatency, kLatency, kLatency, kLatency, kLatency, kLatency, kLatency, kLatency, kLatency, kLatency,
      kLatency, kLatency, kTick,    kTick,    kTick,    kTick,    kTick,    kTick,    kTick,    kSeconds};

  std::uint32_t pending_;
};

// 64 actors pass 64 tokens on to the next one.
class Ring {
 public:
  static constexpr std::uint16_t kActors = 64;
  static constexpr bool is_timer(Message /*what*/) { return false; }

  template <class Send>
  void start(const Send& send) const {
    for (std::uint16_t i = 0; i < kActors; ++i)
      send(draw_from(kLatency, split_mix(i)), Message{.to = i, .from = i});  // from = the token
  }
  template <class Send>
  void happens(Micros /*now*/, Message what, std::uint64_t draw, const Send& send) const {
    send(draw_from(kLatency, draw), Message{.to = (what.to + 1) % kActors, .from = what.from});
  }
};

// The traffic of three sentinels (0, 1, 2) that watch three data nodes (3, 4, 5) at rest.
class Mesh {
 public:
  enum Kind : std::uint16_t { kTimer, kPing, kPong, kInfo, kInfoReply, kPublish, kHello };
  static constexpr std::uint16_t kSentinels = 3;
  static constexpr std::uint16_t kActors = 6;
  static constexpr bool is_timer(Message what) { return what.kind == kTimer; }

  template <class Send>
  void start(const Send& send) const {
    for (std::uint16_t i = 0; i < kSentinels; ++i) send(draw_from(kPeriod, split_mix(i)), Message{i, i, kTimer});
  }
  template <class Send>
  void happens(Micros now, Message what, std::uint64_t draw, const Send& send) {
    const auto reply = [&](Kind kind) {
      send(draw_from(kLatency, draw), Message{what.from, static_cast<std::uint16_t>(what.to), kind});
    };
    switch (what.kind) {
      case kTimer:
        ask_others(now, what.from, draw, send);
        send(draw_from(kPeriod, draw), what);
        break;
      case kPing: reply(kPong); break;
      case kInfo: reply(kInfoReply); break;
      case kPublish:
        for (std::uint16_t i = 0; i < kSentinels; ++i) {
          if (i != what.from) send(draw_from(kLatency, split_mix(draw + i)), Message{i, kMaster, kHello});
        }
        break;
      default: break;
    }
  }

 private:
  static constexpr std::uint16_t kMaster = 3;
  static constexpr Range kPeriod{95'000, 10'000};
  static constexpr Micros kPingPeriod = 1'000'000;
  static constexpr Micros kInfoPeriod = 10'000'000;
  static constexpr Micros kHelloPeriod = 2'000'000;

  struct Sentinel {  // when it last did so
    std::array<Micros, kActors> pinged{};
    std::array<Micros, kActors> asked{};
    Micros said_hello = 0;
  };

  template <class Send>
  void ask_others(Micros now, std::uint16_t self, std::uint64_t draw, const Send& send) {
    Sentinel& sentinel = sentinels_[self];
    const auto if_due = [&](Micros& last, Micros period, std::uint16_t to, Kind kind) {
      if (now - last < period) return;
      last = now;
      send(draw_from(kLatency, split_mix(draw + to + 8U * kind)), Message{to, self, kind});
    };
    for (std::uint16_t i = 0; i < kActors; ++i) {
      if (i != self) if_due(sentinel.pinged[i], kPingPeriod, i, kPing);
      if (i >= kMaster) if_due(sentinel.asked[i], kInfoPeriod, i, kInfo);
    }
    if_due(sentinel.said_hello, kHelloPeriod, kMaster, kPublish);
  }

  std::array<Sentinel, kSentinels> sentinels_{};
};

// --- a history ----------------------------------------------------------------------------------------------

// A workload that ends by itself: what arrives at `until` or later does not count and causes nothing. The first fifth
// is not measured.
template <class Workload>
class History {
 public:
  explicit History(Workload workload, Micros until = std::numeric_limits<Micros>::max())
      : workload_{workload}, mark_{until / 5}, until_{until} {}

  template <class Send>
  void start(const Send& send) {
    workload_.start(send);
  }
  template <class Send>
  void happens(Micros now, Message what, const Send& send) {
    if (now < last_) throw std::logic_error{"time went back"};
    last_ = now;
    if (now >= mark_ && is_over(now)) [[unlikely]]
      return;
    // The chance of a message is drawn by what it is and when: it depends neither on the kernel nor on the order within
    // one instant. Summed up, those of all tell whether two histories are the same.
    const std::uint64_t draw =
        split_mix(static_cast<std::uint64_t>(now) + std::bit_cast<std::uint64_t>(what) * 0xD134'2543'DE82'EF95ULL);
    checksum_ += draw;
    ++events_;
    workload_.happens(now, what, draw, send);
  }

  Micros until() const { return until_; }
  std::uint64_t checksum() const { return checksum_; }
  std::uint64_t events() const { return events_; }
  // CPU time of the process.
  double nanoseconds_per_event() const {
    return static_cast<double>(end_ - begin_) * (1e9 / CLOCKS_PER_SEC) / static_cast<double>(events_ - unmeasured_);
  }

 private:
  bool is_over(Micros now) {
    if (mark_ != until_) {
      begin_ = std::clock();
      unmeasured_ = events_;
      mark_ = until_;
    }
    if (now < until_) return false;
    if (end_ == 0) end_ = std::clock();
    return true;
  }

  Workload workload_;
  Micros mark_;
  Micros until_;
  Micros last_ = 0;
  std::uint64_t checksum_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t unmeasured_ = 0;
  std::clock_t begin_ = 0;
  std::clock_t end_ = 0;
};

}  // namespace sentinel::bench
