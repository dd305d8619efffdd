// What scenario files are made of: fields of objects, and the kinds of values that they hold.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "sim/bad_input.h"
#include "sim/reader/located_json.h"
#include "sim/time.h"

namespace sentinel::sim {

// All throw BadInput that names the place and says what would be right.

std::string_view string_of(const Json& value);
bool bool_of(const Json& value);
std::int64_t integer_of(const Json& value, std::int64_t least, std::int64_t most);
std::int64_t memory_of(const Json& value, std::int64_t least);  // bytes
Micros duration_of(const Json& value, Micros least = Micros{0});
Micros signed_duration_of(const Json& value);
std::span<const Json* const> list_of(const Json& value);
std::span<const Json* const> members_of(const Json& value);
// A file beside the one that names it, or below: scenarios can be passed around, and read nothing else.
std::filesystem::path path_beside(const Json& name);

// ` (did you mean 'X'?); known are: X, Y` for a word that is not one of them.
std::string alternatives(std::string_view word, std::span<const std::string_view> known);

// Does what `read` does; if that throws, the error names the place of `value`.
template <class Read>
decltype(auto) at(const Json& value, Read read) {
  try {
    return read();
  } catch (const BadInput& error) {
    value.fail(error.what());
  }
}

// An object that may have only certain fields.
class Fields {
 public:
  // `owner` is what the object describes, such as "a node".
  Fields(const Json& object, std::string_view owner, std::span<const std::string_view> known);

  const Json& object() const { return *object_; }
  const Json* find(std::string_view name) const;  // nullptr if it is left out
  // A field that must be there; `meaning` tells the user what for.
  const Json& get(std::string_view name, std::string_view meaning) const;

 private:
  const Json* object_;
};

}  // namespace sentinel::sim
