// An expectation that a run does not meet.
#pragma once

#include <string>

namespace sentinel::analysis {

struct Violation {
  std::string expected;       // the same for all seeds: `never "+odown"`
  std::string came;           // instead, in this run: `12.015 S1 +odown master … came`
  std::string shown_by = {};  // option of `sentinel-sim run` that shows it, if the stream does not
};

inline std::string text_of(const Violation& violation) {
  return "expected " + violation.expected + ", but " + violation.came;
}

}  // namespace sentinel::analysis
