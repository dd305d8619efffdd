// A text file as a whole.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace sentinel::sim {

// What is larger is no scenario and no configuration.
inline constexpr std::size_t kLargestFile = std::size_t{16} << 20U;

// Throws BadInput if there is no such file, or if it is too large.
std::string read_text_file(const std::filesystem::path& file);

// Throws BadInput if a text of this size is too large.
void check_file_size(const std::filesystem::path& file, std::uintmax_t size);

}  // namespace sentinel::sim
