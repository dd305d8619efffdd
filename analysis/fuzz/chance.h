// The draws of one random scenario: the same seed gives the same choices everywhere.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "model/random.h"

namespace sentinel::analysis {

class Chance {
 public:
  explicit Chance(std::uint64_t seed) : random_(seed, kProcess) {}

  std::uint32_t below(std::size_t n) {
    return random_.below(model::Random::Stream::kStep, static_cast<std::uint32_t>(n));
  }
  bool is_likely(std::uint32_t percent) { return below(100) < percent; }
  int between(int least, int most) {
    return least + static_cast<int>(below(static_cast<std::size_t>(most - least) + 1));
  }
  model::Millis between(model::Millis least, model::Millis most) {
    return model::Millis{between(static_cast<int>(least.count()), static_cast<int>(most.count()))};
  }
  template <class Value>
  Value one_of(std::initializer_list<Value> values) {
    return values.begin()[below(values.size())];
  }
  template <class Range>
  typename Range::value_type pick(const Range& range) {
    return range[below(range.size())];
  }
  template <class Value>
  void shuffle(std::vector<Value>& values) {
    for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  static constexpr std::uint64_t kProcess = 0xF022;  // no process of a run has this number

  model::Random random_;
};

}  // namespace sentinel::analysis
