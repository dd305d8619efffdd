// What the sentinels said in one run, simulated or recorded, in a form in which runs can be compared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/run.h"
#include "sim/scenario.h"
#include "sim/time.h"

namespace sentinel::analysis {

struct Said {
  sim::Micros at{};
  std::uint16_t node = 0;
  std::string channel{};
  std::string message{};
};
using Stream = std::vector<Said>;

// What a record adds to the stream: an event of a channel from Scenario::from on, or nothing.
std::optional<Said> said(const sim::Scenario& scenario, const sim::Record& record);

// Events of one sentinel that are not further apart are of one tick: the shortest takes 52 ms.
inline constexpr sim::Micros kSameTick{25'000};

// When to stop a run: at `at`, or `grace` after the `count`-th event on `channel`.
struct Until {
  sim::Micros at{};
  std::string channel{};
  std::uint64_t count = 0;
  sim::Micros grace{};
};

// The stream of one seed, from Scenario::from on.
Stream simulate(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed, const Until& until);

// One text an event of `node`. Ids in `ids` are replaced by `id of <place>`, others by `id 1`, `id 2`, … in the order
// in which they turn up; of what one tick says about several replicas or sentinels the order is that of a hash table,
// and is made alphabetical. The old master stays the last +slave of a switch.
std::vector<std::string> canonical(const Stream& stream, std::uint16_t node, const std::vector<std::string>& ids);

}  // namespace sentinel::analysis
