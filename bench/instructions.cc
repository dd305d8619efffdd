// Fixed pieces of work whose instructions .ci/instructions counts. So much is done that the start of the program does
// not count.
#include <array>
#include <cstdint>
#include <iostream>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

#include "bench/clusters.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::bench {
namespace {

using namespace std::chrono_literals;

// Whole failovers of three sentinels and three data nodes, 60 s each. Returns happenings.
std::uint64_t failover() {
  constexpr std::uint64_t kRuns = 60;
  const auto scenario = cluster_with_failover({});
  sim::Scratch scratch;
  std::uint64_t happenings = 0;
  for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
    sim::Run run{scenario, seed};
    run.run_until(scenario->until, scratch, [](const sim::Record&) {});
    happenings += run.happenings();
  }
  return happenings;
}

// An hour at rest of the same cluster. Returns happenings.
std::uint64_t rest() {
  sim::Scratch scratch;
  sim::Run run{cluster_at_rest({}), 1};
  run.run_until(sim::SimTime{1h}, scratch, [](const sim::Record&) {});
  return run.happenings();
}

// A scenario is read, and what one run of it says is written in all formats. Returns bytes of text.
std::uint64_t text() {
  constexpr int kTimes = 100;
  const auto scenario = cluster_with_failover({});
  sim::Scratch scratch;
  std::vector<sim::Record> records;
  sim::Run run{scenario, 1};
  run.run_until(scenario->until, scratch, [&](const sim::Record& record) { records.push_back(record); });
  std::uint64_t bytes = 0;
  for (int i = 0; i < kTimes; ++i) {
    bytes += sim::read_scenarios(library_file("failover/master_down.json")).front().about.size();
    for (const std::string_view name : sim::format_names()) {
      std::ostringstream out;
      sim::StreamWriter writer{*sim::find_format(name), *scenario, out};
      for (const sim::Record& record : records) writer(record);
      bytes += out.view().size();
    }
  }
  return bytes;
}

struct Work {
  std::string_view name;
  std::string_view unit;
  std::uint64_t (*work)();
};
constexpr std::array<Work, 3> kAll{
    {{"failover", "happenings", failover}, {"rest", "happenings", rest}, {"text", "bytes", text}}};

}  // namespace
}  // namespace sentinel::bench

int main(int count, char** arguments) {
  for (const auto& each : sentinel::bench::kAll) {
    if (count != 2 || each.name != arguments[1]) continue;
    std::cout << each.work() << ' ' << each.unit << '\n';
    return 0;
  }
  std::cerr << "usage: instructions failover|rest|text\n";
  return 2;
}
