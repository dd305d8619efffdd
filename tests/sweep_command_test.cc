// `sentinel-sim sweep` and `merge`, as users and job arrays run them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

using test::Outcome;
using test::run_program;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kSweep = "tests/data/sweep.json --vary quorum=1,2 --vary down-after-milliseconds=600,0.9s";

std::string contents(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

// A folder of its own for what a test writes.
class SweepCommand : public testing::Test {
 protected:
  SweepCommand() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~SweepCommand() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  static Outcome sweep(const std::string& arguments) { return run_program("sweep " + arguments + " 2>&1"); }
  // What a sweep writes to a file of this name.
  std::string written(const std::string& name, const std::string& arguments) const {
    const Outcome outcome = sweep(arguments + " --out " + path(name));
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_FALSE(std::filesystem::exists(path(name + ".partial")));
    return contents(path(name));
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::path{testing::TempDir()} / testing::UnitTest::GetInstance()->current_test_info()->name();
};

// A table with a line a cell; +odown waits for down-after, and a quorum of one for one sentinel only.
TEST_F(SweepCommand, PrintsATable) {
  const Outcome outcome = run_program("sweep " + kSweep + " --seeds 20 2>/dev/null");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, StartsWith("tests/data/sweep.json: 4 cells, each with the seeds 1 to 20\n"
                                         "B = down-after-milliseconds\n"));
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("quorum"), HasSubstr("\n     2  600     20   100.0  83.9-100.0")));
  std::istringstream lines{outcome.output};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

// The number of jobs changes no byte of any output.
TEST_F(SweepCommand, IsTheSameForAllJobs) {
  for (const std::string name : {"a.json", "a.csv", "a.jsonl"}) {
    const std::string alone = written(name, kSweep + " --seeds 70 --jobs 1");
    EXPECT_EQ(written(name, kSweep + " --seeds 70 --jobs 3"), alone) << name;
  }
  const std::string early = written("b.json", kSweep + " --seeds 300 --precision 5% --jobs 1");
  EXPECT_THAT(early, HasSubstr(R"("--seeds","300","--precision","5%"])"));
  EXPECT_EQ(written("b.json", kSweep + " --seeds 300 --precision 5% --jobs 3"), early);
}

// JSON has the command, the settings as values, intervals, and curves to draw; JSON lines have a flat object a run.
TEST_F(SweepCommand, WritesForOthers) {
  const auto json = nlohmann::json::parse(written("a.json", kSweep + " --seeds 60"));
  EXPECT_EQ(json["axes"][1]["values"], (nlohmann::json{600, 900}));
  EXPECT_EQ(json["arguments"], (nlohmann::json{"tests/data/sweep.json", "--vary", "quorum=1,2", "--vary",
                                               "down-after-milliseconds=600,0.9s", "--seeds", "60"}));
  EXPECT_EQ(json["cells"].size(), 4U);
  const auto& cell = json["cells"][3];
  EXPECT_EQ(cell["settings"], (nlohmann::json{2, 900}));
  EXPECT_EQ(cell["runs"], 60);
  const auto& time = cell["measures"]["time-to-failover"];
  EXPECT_EQ(time["curve"].size(), 101U);
  EXPECT_GT(time["quantiles"][3][0], 900'000);
  EXPECT_TRUE(time["quantiles"][7][2].is_null()) << "60 runs bound no quantile 0.999";

  std::istringstream runs{written("a.jsonl", kSweep + " --seeds 60")};
  std::string line;
  ASSERT_TRUE(std::getline(runs, line));
  const auto run = nlohmann::json::parse(line);
  EXPECT_EQ(run["quorum"], 1);
  EXPECT_EQ(run["seed"], 1);
  EXPECT_EQ(run["outcome"], "success");
  EXPECT_GT(run["time-to-failover-us"], 600'000);
  EXPECT_TRUE(std::ranges::none_of(run, [](const auto& value) { return value.is_structured(); }));
  EXPECT_EQ(1 + std::count(std::istreambuf_iterator<char>(runs), {}, '\n'), 240);

  EXPECT_THAT(written("a.csv", kSweep + " --seeds 60"),
              StartsWith("quorum,down-after-milliseconds,runs,precise,observed-s,success,success-low,success-high,"));
}

// Killed at any moment, again and again, a sweep goes on where it was, and ends with the same bytes.
TEST_F(SweepCommand, SurvivesKills) {
  const std::string arguments = kSweep + " --seeds 150";
  const std::string whole = written("whole.json", arguments);
  const std::string again = "'" SENTINEL_SIM_PROGRAM "' sweep " + arguments + " --resume --out " + path("killed.json");
  const std::string partial = path("killed.json") + ".partial";
  const Outcome outcome = test::shell("cd '" SENTINEL_SIM_SOURCE_DIR "' && for lines in 2 4 5 8; do " + again +
                                      " 2>/dev/null & p=$!; while kill -0 $p 2>/dev/null && " + "[ $(cat '" + partial +
                                      "' 2>/dev/null | wc -l) -lt $lines ]; do sleep 0.005; " +
                                      "done; kill -9 $p; wait $p; done 2>/dev/null; " + again + " 2>&1");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
  EXPECT_THAT(outcome.output, HasSubstr("going on after")) << "no kill came in time";
  EXPECT_EQ(contents(path("killed.json")), whole);
}

// After Ctrl-C it says how to go on; without --resume what there is is not touched, and other seeds do not fit.
TEST_F(SweepCommand, CanBeInterrupted) {
  const std::string arguments = "sweep " + kSweep + " --seeds 20000 --out " + path("a.json");
  const Outcome outcome =
      test::shell("cd '" SENTINEL_SIM_SOURCE_DIR "' && timeout --preserve-status -s INT 1 '" SENTINEL_SIM_PROGRAM "' " +
                  arguments + " 2>&1");
  EXPECT_EQ(outcome.status, 130) << outcome.output;
  EXPECT_THAT(outcome.output, AllOf(HasSubstr("interrupted after "),
                                    HasSubstr("a.json.partial: the same command with --resume goes on\n")));
  const Outcome refused = run_program(arguments + " 2>&1");
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.output, HasSubstr("a.json.partial: is there already: go on with it by --resume, or remove it\n"));
  const Outcome other = sweep(kSweep + " --seeds 10 --resume --out " + path("a.json"));
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.output, HasSubstr("it has other seeds (20000, not 10)"));
}

// The parts of a job array make the same bytes as one machine does; what is missing or does not fit is told.
TEST_F(SweepCommand, IsMergedFromShards) {
  const std::string arguments = kSweep + " --seeds 120";
  for (const std::string i : {"1", "2", "3"}) {
    const Outcome part = sweep(arguments + " --shard " + i + "/3 --out " + path(i + ".part"));
    EXPECT_EQ(part.status, 0) << part.output;
  }
  const auto merge = [&](const std::string& what) { return run_program("merge " + what + " 2>&1"); };
  const std::string all = path("1.part") + " " + path("2.part") + " " + path("3.part");
  for (const std::string name : {"a.json", "a.jsonl", "a.csv"}) {
    const std::string whole = written(name, arguments);
    EXPECT_EQ(merge(all + " --out " + path(name)).status, 0);
    EXPECT_EQ(contents(path(name)), whole) << name;
  }
  const auto error = [&](const std::string& what) {
    const Outcome outcome = merge(what);
    EXPECT_EQ(outcome.status, 2);
    return outcome.output;
  };
  EXPECT_THAT(error(path("1.part") + " " + path("3.part")), HasSubstr("the part of shard 2/3 is missing"));
  EXPECT_THAT(error(all + " " + path("2.part")), HasSubstr("2.part: is shard 2/3 as "));
  EXPECT_EQ(sweep(arguments + "0 --shard 2/3 --out " + path("other.part")).status, 0);
  EXPECT_THAT(error(path("1.part") + " " + path("other.part")), HasSubstr("it has other seeds (1200, not 120)"));
  const std::string part = contents(path("2.part"));
  std::ofstream{path("2.part"), std::ios::binary} << part.substr(0, part.size() - 10);
  EXPECT_THAT(error(all), HasSubstr("2.part: is not finished, cell "));
}

// What is wrong is told in one line that names the option.
TEST_F(SweepCommand, RefusesBadInput) {
  const auto error = [](const std::string& arguments) {
    const Outcome outcome = sweep("tests/data/sweep.json " + arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    return outcome.output;
  };
  EXPECT_THAT(error(""), HasSubstr("a sweep needs a setting that it varies: --vary NAME=VALUES"));
  EXPECT_THAT(error("--vary quorun=1"), HasSubstr("--vary quorun: unknown setting (did you mean 'quorum'?)"));
  EXPECT_THAT(error("--vary quorum=1,0"),
              HasSubstr("--vary quorum: expected a whole number from 1 to 2147483647, not '0'"));
  EXPECT_THAT(error("--vary /steps/3/at=1s"), HasSubstr("--vary /steps/3/at: the list has no item '3'"));
  EXPECT_THAT(error("--vary /steps/0/at=1s,90s"), HasSubstr("--vary /steps/0/at: is after the end of the run"));
  EXPECT_THAT(error("--vary quorum=1 --out x.txt"),
              HasSubstr("expected a name that ends with .csv, .json, .jsonl or .html"));
  EXPECT_THAT(error("--vary quorum=1 --shard 3/2 --out x.part"), HasSubstr("--shard '3/2'"));
  EXPECT_THAT(error("--vary quorum=1 --precision 2"), HasSubstr("--precision: '2' is no share"));
  EXPECT_THAT(error("--vary quorum=1 --resume"), HasSubstr("--resume needs --out"));
}

// MPI: with two ranks the same bytes, and a mistake is told once.
TEST_F(SweepCommand, RunsOnSeveralRanks) {
  const std::string program = SENTINEL_SIM_PROGRAM "-mpi";
  if (!std::filesystem::exists(program)) GTEST_SKIP() << "built without MPI";
  const auto mpirun = [&](const std::string& arguments) {
    return test::shell("cd '" SENTINEL_SIM_SOURCE_DIR
                       "' && OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe "
                       "--mca btl self,vader --mca plm isolated -n 2 '" +
                       program + "' " + arguments + " 2>&1");
  };
  const std::string arguments = kSweep + " --seeds 120";
  for (const std::string more : {"", " --precision 5%"}) {
    const std::string alone = written("a.jsonl", arguments + more);
    const Outcome outcome = mpirun(arguments + more + " --out " + path("a.jsonl"));
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_EQ(contents(path("a.jsonl")), alone);
  }
  const Outcome bad = mpirun("tests/data/sweep.json --vary quorum=0");
  EXPECT_EQ(bad.status, 2);
  const std::size_t first = bad.output.find("sentinel-sim-mpi: --vary quorum");
  EXPECT_NE(first, std::string::npos) << bad.output;
  EXPECT_EQ(bad.output.find("sentinel-sim-mpi: --vary quorum", first + 1), std::string::npos);
}

}  // namespace
}  // namespace sentinel
