// JSON values that are made of others, and still know where each part of them stands.
#pragma once

#include <deque>
#include <span>
#include <string>

#include "sim/reader/located_json.h"

namespace sentinel::sim {

// Owns what it makes; the values that it is made of must outlive it.
class JsonPatcher {
 public:
  // `base` with what `patch` says instead (RFC 7396: members of objects are merged, null takes one away, all else
  // replaces). An object that is made of two is where that of `patch` is.
  const Json& merged(const Json& base, const Json& patch);
  const Json& merged(const Json& base, Json&& patch) = delete;  // what it returns may be `patch` itself

  // `root` with `value` at the end of `way`, the words of a JSON pointer. Objects on the way that are missing are made.
  // Throws BadInput that names the place of `value` if the way leads nowhere.
  const Json& replaced(const Json& root, std::span<const std::string> way, const Json& value);
  const Json& replaced(const Json& root, std::span<const std::string> way, Json&& value) = delete;  // likewise `value`

  // `object` without this member, if it has it.
  const Json& without(const Json& object, std::string_view name);

 private:
  std::deque<Json> made_;
};

}  // namespace sentinel::sim
