// A process as its real configuration file tells of it: what an import starts from.
#pragma once

#include <filesystem>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include "sim/reader/directives.h"

namespace sentinel::analysis {

struct ConfText {
  std::filesystem::path file;
  std::string text;
};

// What is told beside the result of an import, each in one line with file and line.
struct ImportRemarks {
  std::vector<std::string> warnings{};  // what is left out although it matters
  std::vector<std::string> notes{};     // what is assumed
  std::vector<std::string> left_out{};  // the directives of the warnings, each once
};

struct ImportedProcess {
  std::filesystem::path file{};  // empty: others name the process, and it has none
  bool is_sentinel = false;
  std::list<sim::ConfLine> lines{};

  // What the lines say.
  std::uint16_t port = 0;
  std::vector<model::Symbol> hosts{};  // that it binds
  model::Address announced{};
  model::DataNodeConfig data_node{};
  model::SentinelConfig sentinel{};

  std::optional<model::Address> address{};  // where it listens in the scenario
};

// The lines, for the readers of directives. `process` must outlive them.
sim::Conf conf_of(const ImportedProcess& process);

// Reads the lines anew; those that `process.address` contradicts, or that cannot be read, are left out and told of.
void read_lines(ImportedProcess& process, sim::SymbolTable& symbols, ImportRemarks& remarks);

// The process of a file and of those that it includes and that are beside it. Lines that are not simulated although
// they matter are left out with a warning; comments are left out. Throws BadInput if an included file cannot be read.
ImportedProcess imported_process(const ConfText& conf, sim::SymbolTable& symbols, ImportRemarks& remarks);

}  // namespace sentinel::analysis
