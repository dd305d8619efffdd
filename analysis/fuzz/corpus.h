// A folder of scenarios that were found: where a search begins, and what it adds.
#pragma once

#include <filesystem>
#include <vector>

#include "analysis/document.h"
#include "analysis/fuzz/fuzzer.h"

namespace sentinel::analysis {

class Corpus {
 public:
  // Makes the folder if it is not there. Throws BadInput if it cannot, or for a file in it that is no scenario.
  explicit Corpus(std::filesystem::path folder);

  const std::vector<Document>& scenarios() const { return scenarios_; }
  // Whether one of its scenarios breaks this invariant in a way of which the same is known.
  bool has(sim::Invariant invariant, const std::string& known) const;
  // Writes it under the name of its invariant, and of its number if there is one of that name. Throws BadInput.
  std::filesystem::path add(sim::Invariant invariant, const Pinned& pinned);

 private:
  struct Subject {
    sim::Invariant invariant{};
    std::string known{};
  };

  std::filesystem::path folder_;
  std::vector<Document> scenarios_;
  std::vector<Subject> subjects_;
};

}  // namespace sentinel::analysis
