#include "tests/support/documentation.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace sentinel::test {
namespace {

namespace fs = std::filesystem;

// What a build or a package manager made, or git keeps.
bool is_ours(const fs::path& folder) {
  const std::string name = folder.filename();
  return name != "build" && name != "node_modules" && !name.starts_with(".");
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') + 1 - begin);
}

// `| one | two |`
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream rest{line.substr(1)};
  for (std::string cell; std::getline(rest, cell, '|');) cells.push_back(trimmed(cell));
  return cells;
}

}  // namespace

std::vector<std::string> readmes() {
  std::vector<std::string> found;
  for (fs::recursive_directory_iterator entry{kRoot}; entry != fs::recursive_directory_iterator{}; ++entry) {
    if (entry->is_directory() && !is_ours(entry->path())) {
      entry.disable_recursion_pending();
    } else if (entry->path().filename() == "README.md") {
      found.push_back(fs::relative(entry->path(), kRoot).generic_string());
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string project_text(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream{kRoot / path}.rdbuf();
  return text.str();
}

std::vector<std::string> project_lines(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream in{kRoot / path};
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::set<std::string> code_words(const std::string& text) {
  static const std::regex kCode{"`([^`]+)`"};
  std::set<std::string> words;
  for (std::sregex_iterator match{text.begin(), text.end(), kCode}; match != std::sregex_iterator{}; ++match) {
    words.insert((*match)[1]);
  }
  return words;
}

std::vector<std::vector<std::string>> table(const std::string& path, const std::string& header) {
  const std::vector<std::string> lines = project_lines(path);
  auto line = std::ranges::find(lines, header);
  std::vector<std::vector<std::string>> rows;
  if (line == lines.end()) return rows;
  constexpr int kHead = 2;
  for (line += kHead; line != lines.end() && line->starts_with("| "); ++line) rows.push_back(cells_of(*line));
  return rows;
}

std::set<std::string> names_in_table(const std::string& path, const std::string& header) {
  std::set<std::string> names;
  for (const std::vector<std::string>& row : table(path, header)) names.merge(code_words(row.front()));
  return names;
}

}  // namespace sentinel::test
