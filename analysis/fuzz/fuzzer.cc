#include "analysis/fuzz/fuzzer.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "analysis/check/check.h"
#include "analysis/explain/explanation.h"
#include "analysis/fuzz/generator.h"
#include "analysis/fuzz/shrink.h"
#include "analysis/fuzz/trial.h"
#include "sim/replay.h"

namespace sentinel::analysis {
namespace {

constexpr std::uint64_t kRound = 128;        // scenarios that are made of the same parents
constexpr std::size_t kMostParents = 2'000;  // the oldest ones are forgotten
constexpr std::size_t kMostShrinkTries = 4'000;

struct Attempt {
  Document faults{};
  Trial trial{};
  bool contradicted = false;
};

class Search {
 public:
  explicit Search(const FuzzOptions& options) : options_(options), parents_(options.parents) {}

  FuzzResult run() {
    std::uint64_t next = options_.first;
    while (next <= options_.last) {
      const std::uint64_t count = std::min(kRound, options_.last - next + 1);
      std::vector<Attempt> round(count);
      parallel_for(count, options_.jobs, [&](std::uint64_t i) { round[i] = attempt(next + i); });
      for (std::uint64_t i = 0; i < count; ++i) add(next + i, round[i]);
      next += count;
      if (!options_.goes_on({result_.runs, result_.coverage.states.size(), result_.findings.size()})) break;
    }
    result_.next = next;
    std::ranges::stable_sort(result_.findings, {}, &FuzzFinding::invariant);
    return std::move(result_);
  }

 private:
  Attempt attempt(std::uint64_t seed) const {
    Attempt made{.faults = scenario(seed)};
    const auto read = scenario_of(healed(made.faults));
    made.trial = try_out(read);
    made.contradicted = options_.twice && try_out(read).digest != made.trial.digest;
    return made;
  }

  Document scenario(std::uint64_t seed) const {
    if (seed % 2 == 0 && !parents_.empty()) {
      return mutated(parents_[model::mix_bits(seed) % parents_.size()], seed);
    }
    if (options_.bases.empty()) return random_scenario(seed);
    return random_faults_of(options_.bases[seed / 2 % options_.bases.size()], seed);
  }

  void add(std::uint64_t seed, Attempt& made) {
    ++result_.runs;
    if (made.contradicted) result_.contradictions.push_back(seed);
    for (const Broken& broken : made.trial.broken) add(seed, broken, made.faults);
    if (!result_.coverage.add(made.trial.coverage)) return;
    if (parents_.size() < kMostParents) {
      parents_.push_back(std::move(made.faults));
    } else {
      parents_[oldest_++ % kMostParents] = std::move(made.faults);
    }
  }

  void add(std::uint64_t seed, const Broken& broken, const Document& faults) {
    const auto same = std::ranges::find_if(result_.findings, [&](const FuzzFinding& finding) {
      return finding.invariant == broken.what.invariant && finding.known == broken.known;
    });
    if (same != result_.findings.end()) {
      ++same->runs;
      return;
    }
    result_.findings.push_back({.invariant = broken.what.invariant,
                                .known = broken.known,
                                .seed = seed,
                                .runs = 1,
                                .what = broken.what.what,
                                .scenario = faults});
  }

  const FuzzOptions& options_;
  std::vector<Document> parents_;
  std::size_t oldest_ = 0;
  FuzzResult result_{};
};

// What `explain` says of it first.
std::string account_of(const Document& scenario) {
  const sim::Replay replay{scenario_of(scenario), kTrialSeed};
  const CauseFinder causes{replay};
  const Explanation explanation = explain(causes);
  std::string account;
  for (const std::string& outcome : explanation.outcomes) account += " " + outcome + ".";
  return account;
}

Document sorted_steps(Document scenario) {
  const auto time = [](const Document& step) { return duration_in(step, "at").value_or(model::Millis{0}); };
  auto& steps = scenario["steps"].get_ref<Document::array_t&>();
  std::ranges::stable_sort(steps, {}, time);
  return scenario;
}

}  // namespace

FuzzResult fuzz(const FuzzOptions& options) { return Search{options}.run(); }

Pinned pinned(const FuzzFinding& finding) {
  const bool in_the_end = sim::invariant_row(finding.invariant).in_the_end;
  const auto whole = [&](const Document& faults) { return in_the_end ? healed(faults) : faults; };
  const auto breaks_it = [&](const Document& faults) {
    const auto broken = breaks(scenario_of(whole(faults)), finding.invariant);
    // What is known in one way may be unknown in another one, which is worth more; never the other way round.
    return broken && (broken->known == finding.known || broken->known.empty());
  };
  Document small = in_the_end ? finding.scenario : healed(finding.scenario);
  small = shrink(std::move(small), breaks_it, kMostShrinkTries).document;
  if (Document sorted = sorted_steps(small); breaks_it(sorted)) small = std::move(sorted);
  small = whole(small);
  const std::optional<Broken> broken = breaks(scenario_of(small), finding.invariant);
  const sim::InvariantRow& row = sim::invariant_row(finding.invariant);
  std::string about = "Found by sentinel-sim fuzz (seed " + std::to_string(finding.seed) + "), and made small. ";
  about += broken->known.empty() ? "Broken: " : "Not kept: ";
  about.append(row.meaning).append(" Here ").append(broken->what.what).append(".").append(account_of(small));
  if (!broken->known.empty()) about += " Known from " + broken->known + ".";
  small["about"] = about;
  small["for"] = {{"seed", kTrialSeed}};
  small["expect"] = {{broken->known.empty() ? "invariants" : "breaks", {row.name}}};
  return {.scenario = std::move(small), .known = broken->known};
}

}  // namespace sentinel::analysis
