#include "analysis/fuzz/corpus.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "analysis/check.h"
#include "analysis/hazards.h"
#include "sim/bad_input.h"

namespace sentinel::analysis {

Corpus::Corpus(std::filesystem::path folder) : folder_(std::move(folder)) {
  std::error_code error;
  std::filesystem::create_directories(folder_, error);
  if (error) throw sim::BadInput{folder_.string() + ": " + error.message() + "; expected a folder for scenarios"};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const std::filesystem::path& file : files) {
    scenarios_.push_back(read_document(file, std::nullopt));
    const auto scenario = scenario_of(scenarios_.back());
    for (const auto* const about : {&scenario->expect.breaks, &scenario->expect.invariants}) {
      for (const sim::Invariant invariant : *about) {
        subjects_.push_back({invariant, std::string{known_from(invariant, *scenario).value_or("")}});
      }
    }
  }
}

bool Corpus::has(const FuzzFinding& finding) const {
  return std::ranges::any_of(subjects_, [&](const Subject& subject) {
    return subject.invariant == finding.invariant && subject.known == finding.known;
  });
}

std::filesystem::path Corpus::add(const FuzzFinding& finding, const Document& pinned) {
  std::string name{sim::invariant_row(finding.invariant).name};
  std::ranges::replace(name, '-', '_');
  std::filesystem::path path = folder_ / (name + ".json");
  for (int number = 2; std::filesystem::exists(path); ++number) {
    path = folder_ / (name + "_" + std::to_string(number) + ".json");
  }
  std::ofstream out{path, std::ios::binary};
  out << document_text(pinned);
  if (!out.flush()) throw sim::BadInput{path.string() + ": cannot be written"};
  subjects_.push_back({finding.invariant, finding.known});
  return path;
}

}  // namespace sentinel::analysis
