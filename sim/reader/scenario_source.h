// What a scenario file stands for: one scenario, or several cases of it, with what they extend.
#pragma once

#include <deque>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/reader/json_patch.h"
#include "sim/reader/located_json.h"
#include "sim/reader/setting.h"

namespace sentinel::sim {

// Resolves `extends`, `cases`, `vary` and settings from outside, so that the readers behind it see none of them.
class ScenarioSource {
 public:
  struct Case {
    std::string name;  // empty if the file has only one
    const Json* root;
  };

  // Throws BadInput that names the place.
  ScenarioSource(std::string_view text, const std::filesystem::path& file, std::span<const Setting> settings = {});

  const std::vector<Case>& cases() const { return cases_; }  // at least one

 private:
  const Json& extended(const JsonDocument& document, std::size_t depth);
  void add_cases(const Json& root, const std::string& name);
  const Json& with_settings(const Json& root);
  void vary(const Json& root, const std::string& name, std::span<const Json* const> settings);

  std::deque<JsonDocument> documents_;
  std::deque<Json> settings_;  // from outside, by name
  JsonPatcher patcher_;
  std::vector<Case> cases_;
};

}  // namespace sentinel::sim
