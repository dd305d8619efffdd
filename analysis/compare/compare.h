// Is the simulator right? Streams and timings of simulated runs, side by side with recordings of real servers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/compare/recording.h"
#include "analysis/statistics/statistics.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

struct CompareOptions {
  std::uint64_t seeds = 2'000;       // at most: 1 .. seeds
  std::uint64_t timing_seeds = 200;  // at least, for the samples of the phases
  unsigned jobs = 1;
  std::optional<std::string> profile{};             // instead of that of the recorded version
  std::shared_ptr<const sim::Scenario> scenario{};  // instead of that which the recording tells
};

// Where the simulated streams that come nearest leave the recorded one.
struct Divergence {
  std::size_t index = 0;    // of the event, from 0 on
  std::string recorded{};   // empty: the recorded stream has ended
  std::string simulated{};  // empty: the simulated stream has ended
  std::uint64_t seed = 0;
};

struct StreamResult {
  std::string sentinel{};
  std::size_t events = 0;               // recorded
  std::optional<std::uint64_t> seed{};  // the first that says the same
  Divergence divergence{};              // if there is none
};

struct RecordingResult {
  std::filesystem::path file{};
  std::string scenario{};
  std::string version{};  // with the product: `redis 7.0.15`
  std::string profile{};
  std::uint64_t seeds = 0;  // that were run
  std::vector<StreamResult> streams{};
  std::vector<std::string> distrusted{};  // phases that are not measured: the recorder stood still at one of their ends
  std::string error{};                    // bad input: nothing was compared

  bool found() const;
};

// A phase in all recordings of one scenario with one version. In whole milliseconds, sorted.
struct PhaseResult {
  std::string version{};
  std::string scenario{};
  std::string phase{};
  std::vector<double> recorded{};
  std::vector<double> simulated{};
  std::vector<std::vector<double>> groups{};  // of `simulated`: by seed, one of each recording
  KolmogorovSmirnov test{};

  // What a quantile of so few values as were recorded should be: the middle of those of the groups. (The upper
  // quantiles of small samples are lower than those of large ones.)
  double simulated_quantile(double q) const;

  // Enough recordings to judge: medians within 5 % or 30 ms, 95th percentiles within 10 % or 100 ms, and the
  // hypothesis of one distribution is not rejected at 1 %.
  bool judged() const;
  bool agrees() const;
};

struct Comparison {
  std::vector<RecordingResult> recordings{};
  std::vector<PhaseResult> phases{};

  bool agrees() const;
};

// `done` is called after each recording.
Comparison compare(const std::vector<std::filesystem::path>& files, const CompareOptions& options,
                   const std::function<void(const RecordingResult&)>& done);

}  // namespace sentinel::analysis
