#include "analysis/fuzz/corpus.h"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <utility>

#include "analysis/fuzz/trial.h"
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
    for (const Broken& broken : try_out(scenario_of(scenarios_.back())).broken) {
      subjects_.push_back({broken.what.invariant, broken.known});
    }
  }
}

bool Corpus::has(sim::Invariant invariant, const std::string& known) const {
  return std::ranges::any_of(
      subjects_, [&](const Subject& subject) { return subject.invariant == invariant && subject.known == known; });
}

std::filesystem::path Corpus::add(sim::Invariant invariant, const Pinned& pinned) {
  std::string name{sim::invariant_row(invariant).name};
  std::ranges::replace(name, '-', '_');
  std::filesystem::path path = folder_ / (name + ".json");
  for (int number = 2; std::filesystem::exists(path); ++number) {
    path = folder_ / (name + "_" + std::to_string(number) + ".json");
  }
  std::ofstream out{path, std::ios::binary};
  out << document_text(pinned.scenario);
  if (!out.flush()) throw sim::BadInput{path.string() + ": cannot be written"};
  subjects_.push_back({invariant, pinned.known});
  return path;
}

}  // namespace sentinel::analysis
