// What is wrong with something that a user gave, and what would be right: the one exception for bad input.
#pragma once

#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace sentinel::sim {

// what() is one line: `file:line: path: message`, with what is known of file, line and JSON path.
class BadInput : public std::runtime_error {
 public:
  explicit BadInput(std::string_view message);
  BadInput(const std::filesystem::path& file, std::size_t line, std::string_view json_path, std::string_view message);
};

// `text` without what would break a line, or the JSON that it is put into: that becomes `\xNN`.
std::string one_line(std::string_view text);

// `text` in quotes, shortened if it is long.
std::string in_quotes(std::string_view text);

// ` (did you mean 'X'?)` for the known word nearest to `word`, or nothing if none is near.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace sentinel::sim
