// The project's own files as text, and the tables in its READMEs.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace sentinel::test {

inline const std::filesystem::path kRoot{SENTINEL_SIM_SOURCE_DIR};  // the top folder

// Paths from the top folder, sorted.
std::vector<std::string> readmes();

// A file of the project, by its path from the top folder.
std::string project_text(const std::string& path);
std::vector<std::string> project_lines(const std::string& path);

// What stands in `code` style.
std::set<std::string> code_words(const std::string& text);

// The cells of each row of the first table of a file that has this header; empty if there is none.
std::vector<std::vector<std::string>> table(const std::string& path, const std::string& header);

// All that stands in `code` style in the first column of such a table.
std::set<std::string> names_in_table(const std::string& path, const std::string& header);

}  // namespace sentinel::test
