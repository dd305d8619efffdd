// The search for schedules of faults that break an invariant.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "analysis/document.h"
#include "analysis/fuzz/coverage.h"
#include "sim/invariants.h"

namespace sentinel::analysis {

// A way in which an invariant is broken, and the first scenario that does it.
struct FuzzFinding {
  sim::Invariant invariant{};
  std::string known{};  // where it is told that this happens; empty: nowhere
  std::uint64_t seed = 0;
  std::uint64_t runs = 0;  // how many do it
  std::string what{};      // what that scenario did
  Document scenario{};     // not shrunk
};

struct FuzzProgress {
  std::uint64_t runs = 0;
  std::size_t states = 0;  // abstract ones, see CoverageObserver
  std::size_t findings = 0;
};

struct FuzzOptions {
  std::vector<Document> bases{};    // clusters to which faults are done; empty: random ones
  std::vector<Document> parents{};  // scenarios that the search begins with, besides
  std::uint64_t first = 1;          // seeds
  std::uint64_t last = 1'000;
  unsigned jobs = 1;
  bool twice = false;  // each scenario is run again, and must have the same digest
  // Called between rounds of some runs by the calling thread; the search goes on while it is true.
  std::function<bool(const FuzzProgress&)> goes_on = [](const FuzzProgress&) { return true; };
};

struct FuzzResult {
  std::vector<FuzzFinding> findings{};  // in the order of Invariant
  Coverage coverage{};
  std::uint64_t runs = 0;
  std::uint64_t next = 0;                       // seed with which the search would go on
  std::vector<std::uint64_t> contradictions{};  // seeds that gave two digests
};

// Every other seed is a variant of an earlier scenario that came to a state where none had been. What comes of a seed
// so depends on the seeds before it, but not on `jobs`. Throws BadInput for bases that cannot be run.
FuzzResult fuzz(const FuzzOptions& options);

// Shrunk, told, and with expectations, as a regression that `check` can run: the invariant is kept if nobody knows that
// it can be broken, or else is broken.
struct Pinned {
  Document scenario{};
  std::string known{};  // of what is left; empty if that is more than what was known of the finding
};
Pinned pinned(const FuzzFinding& finding);

}  // namespace sentinel::analysis
