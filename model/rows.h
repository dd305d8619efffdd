// Tables that have a row for each enumerator.
#pragma once

#include <cstddef>

namespace sentinel::model {

// Whether each row stands at the place of its enumerator, by which it is looked up.
template <auto enumerator, class Rows>
constexpr bool in_order(const Rows& rows) {
  std::size_t place = 0;
  for (const auto& row : rows) {
    if (static_cast<std::size_t>(row.*enumerator) != place++) return false;
  }
  return true;
}

}  // namespace sentinel::model
