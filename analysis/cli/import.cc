// `sentinel-sim import`: a scenario from the configuration files of a real cluster.
#include "analysis/convert/import.h"

#include <algorithm>
#include <iostream>

#include "analysis/cli/command_line.h"
#include "sim/bad_input.h"
#include "sim/reader/text_file.h"

namespace sentinel::cli {
namespace {

void print(const analysis::ImportRemarks& remarks) {
  for (const std::string& note : remarks.notes) std::cerr << "note: " << note << '\n';
  for (const std::string& warning : remarks.warnings) std::cerr << "warning: " << warning << '\n';
}

}  // namespace

int import_command(const Arguments& arguments) {
  CommandLine line{"sentinel-sim import FILE.conf... [--out FILE.json] [--replicas N] [--down MASTER] [--profile P]",
                   "sentinel-sim import tests/data/conf/rewritten/*.conf --out build/our_cluster.json"};
  line.options()("out", po::value<std::string>(), "file of the scenario; default: standard output")(
      "replicas", po::value<std::string>(), "each master has so many at least: those without a file are assumed")(
      "down", po::value<std::string>(), "name of the master that dies; default: the first one")(
      "profile", po::value<std::string>()->default_value("redis-7.0"), "version of Redis");
  line.positional("FILE", -1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("FILE") == 0) {
    throw sim::BadInput{"import needs the configuration file of each process; see sentinel-sim import --help"};
  }
  analysis::ImportOptions options;
  options.profile = profile_named(values["profile"].as<std::string>())->name;
  if (values.count("down") != 0) options.down = values["down"].as<std::string>();
  if (values.count("replicas") != 0) {
    options.replicas = positive_number(values["replicas"].as<std::string>(), "--replicas");
  }
  std::vector<analysis::ConfText> files;
  for (const std::string& file : values["FILE"].as<std::vector<std::string>>()) {
    const auto is_same = [&](const analysis::ConfText& other) { return other.file == file; };
    if (std::ranges::any_of(files, is_same)) throw sim::BadInput{file + " is there twice: each file is one process"};
    files.push_back({.file = file, .text = sim::read_text_file(file)});
    const std::size_t begin = files.back().text.find_first_not_of(" \t\r\n");
    if (begin != std::string::npos && files.back().text[begin] == '{') {
      throw sim::BadInput{file + " is JSON: import reads redis.conf and sentinel.conf files, and writes scenarios"};
    }
  }
  const analysis::ImportedScenario made = analysis::import_conf(files, options);
  print(made.remarks);
  values.count("out") != 0 ? write_out(made.text, values["out"].as<std::string>()) : void(std::cout << made.text);
  return kAsExpected;
}

}  // namespace sentinel::cli
