// The parameters of a data node that are simulated: their names, and their values as text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/config.h"
#include "sim/scenario.h"

namespace sentinel::sim {

struct Parameter {
  enum class Kind : std::uint8_t { kNumber, kFlag, kText };

  std::string_view name;
  std::string_view old_name;  // up to 4.0 the only one; empty: the same
  Kind kind = Kind::kNumber;
  bool settable = true;  // by CONFIG SET, in the simulation
  // As CONFIG GET tells it; for a node with this address and of a version with these traits.
  std::string (*text)(const model::DataNodeConfig& config, const Node& node, const Scenario& scenario) = nullptr;
};

// In the order in which a rewrite adds them.
std::span<const Parameter> parameters();

// nullptr if there is none with this name, in lower case, old or new.
const Parameter* find_parameter(std::string_view name);

// Whether this version has it.
bool knows(const model::Profile& profile, const Parameter& parameter);

// The name that this version writes.
std::string_view name_in(const model::Profile& profile, const Parameter& parameter);

}  // namespace sentinel::sim
