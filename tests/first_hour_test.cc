// What people mix up in their first hour is told in a line that says what is right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

using testing::HasSubstr;

void expect_told(const std::string& arguments, const std::string& message) {
  const test::Outcome outcome = test::run_program(arguments + " 2>&1");
  EXPECT_EQ(outcome.status, 2) << arguments;
  EXPECT_THAT(outcome.output, HasSubstr(message)) << arguments;
}

// A file of another kind than the command takes.
TEST(FirstHour, FilesAreOfAnotherKind) {
  expect_told("run tests/data/conf/odd/redis-a.conf", "is no scenario: sentinel-sim import makes one of it");
  expect_told("import scenarios/failover/master_down.json", "is JSON: import reads redis.conf and sentinel.conf files");
  expect_told("report sweep.html --out run.html", "sweep.html is a page: expected a scenario, or the JSON of a sweep");
}

// A node that is called by what it is, or as at home: no name is near, so all are told.
TEST(FirstHour, NodesHaveOtherNames) {
  const std::string file = testing::TempDir() + "first_hour.json";
  std::ofstream{file} << R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "replicas": 1, "sentinels": 1},
                            "steps": [{"at": "0s", "do": "crash", "node": "master"}]})";
  expect_told("run '" + file + "'", "/steps/0/node: unknown node 'master'; known are: R1, R2, S1\n");
}

}  // namespace
}  // namespace sentinel
