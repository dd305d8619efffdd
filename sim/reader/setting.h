// Settings by name: where a scenario says what `vary` changes in it, and what is changed from outside.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sim/reader/located_json.h"

namespace sentinel::sim {

// A value of a setting that takes the place of what a scenario file says.
struct Setting {
  std::string name;    // as `vary` in a file has it: a JSON pointer, a field, or a directive
  std::string value;   // JSON
  std::string origin;  // who says so, for errors: such as `--vary quorum`
};

// Whether a setting of this name is a number of milliseconds, as Redis' directives have them.
bool is_in_milliseconds(std::string_view name);

// The words of a JSON pointer to the setting that is called as `setting` is: such a pointer, a field of the cluster, a
// directive of Redis, or a field of the scenario. Throws BadInput that names the place of `setting`.
std::vector<std::string> way_of(const Json& setting, const Json& scenario);

}  // namespace sentinel::sim
