// `sentinel-sim report`: a page to look at, of one run or of a sweep.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "analysis/cli/command_line.h"
#include "analysis/report/report_page.h"
#include "analysis/report/run_report.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::cli {
namespace {

using Json = nlohmann::ordered_json;

// The JSON of a sweep, if the file holds that; of anything else the reader of scenarios says what is wrong with it.
std::optional<Json> sweep_in(const std::string& file) {
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  Json data = Json::parse(text.str(), nullptr, false);
  if (!data.is_object() || data.value("sentinel-sim", Json{}) != "sweep") return std::nullopt;
  for (const char* const field : {"axes", "measures", "cells"}) {
    if (data.contains(field) && data[field].is_array()) continue;
    throw sim::BadInput{file + ": the sweep has no list '" + field +
                        "': expected what sentinel-sim sweep writes with --out FILE.json"};
  }
  return data;
}

}  // namespace

int report_command(const Arguments& arguments) {
  CommandLine line{"sentinel-sim report SCENARIO|SWEEP.json --out FILE.html [--seed N] [--case NAME]",
                   "sentinel-sim report scenarios/failover/master_down.json --out build/master_down.html --seed 3"};
  line.options()("out", po::value<std::string>(), "the page: one file that opens without a network")(
      "seed", po::value<std::string>(), "of all chances of the run; default: 1")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several");
  line.positional("FILE", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("FILE") == 0) {
    throw sim::BadInput{"report needs a scenario file, or the JSON of a sweep; see sentinel-sim report --help"};
  }
  if (values.count("out") == 0) throw sim::BadInput{"report needs --out, such as --out build/report.html"};
  const std::string file = values["FILE"].as<std::vector<std::string>>()[0];
  const std::string out = values["out"].as<std::string>();
  if (!out.ends_with(".html")) throw sim::BadInput{"--out '" + out + "': a file .html"};

  if (file.ends_with(".html")) throw sim::BadInput{file + " is a page: expected a scenario, or the JSON of a sweep"};
  if (const std::optional<Json> sweep = sweep_in(file)) {
    for (const char* const option : {"seed", "case"}) {
      if (values.count(option) == 0) continue;
      throw sim::BadInput{std::string{"--"} + option + " is for the page of a run, and " + file + " is a sweep"};
    }
    write_out(analysis::report_page(*sweep), out);
    std::cout << out << '\n';
    return kAsExpected;
  }
  const std::uint64_t seed = positive_number(text_of(values, "seed").value_or("1"), "--seed");
  const auto scenario = std::make_shared<sim::Scenario>(sim::read_scenario(file, text_of(values, "case")));
  write_out(analysis::report_page(analysis::run_report(scenario, seed)), out);
  std::cout << out << '\n';
  return kAsExpected;
}

}  // namespace sentinel::cli
