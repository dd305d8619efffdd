// A scenario from the configuration files of a real cluster.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/convert/imported_process.h"

namespace sentinel::analysis {

struct ImportOptions {
  std::string profile = "redis-7.0";
  std::size_t replicas = 0;  // each monitored master has so many at least; those without a file are assumed
  std::string down{};        // the name of the master that dies; empty: the first one
};

struct ImportedScenario {
  std::string text;  // JSON, as a scenario file holds it
  ImportRemarks remarks;
};

// Each text is the file of one process. Throws BadInput if that gives no scenario.
ImportedScenario import_conf(const std::vector<ConfText>& files, const ImportOptions& options);

}  // namespace sentinel::analysis
