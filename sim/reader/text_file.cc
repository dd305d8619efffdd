#include "sim/reader/text_file.h"

#include <fstream>
#include <system_error>

#include "sim/bad_input.h"

namespace sentinel::sim {

std::string read_text_file(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(file, error);
  if (status.type() == std::filesystem::file_type::not_found) throw BadInput(file, 0, "", "no such file");
  if (std::filesystem::is_directory(status)) throw BadInput(file, 0, "", "is a folder: expected a file");
  std::size_t room = kLargestFile;  // a pipe tells its size only at its end
  if (std::filesystem::is_regular_file(status)) {
    const std::uintmax_t size = std::filesystem::file_size(file, error);
    check_file_size(file, size);
    room = static_cast<std::size_t>(size);
  }

  std::ifstream stream(file, std::ios::binary);
  if (error || !stream) throw BadInput(file, 0, "", "cannot be opened");
  std::string text(room + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) throw BadInput(file, 0, "", "cannot be read");
  text.resize(static_cast<std::size_t>(stream.gcount()));
  check_file_size(file, text.size());
  return text;
}

void check_file_size(const std::filesystem::path& file, std::uintmax_t size) {
  if (size <= kLargestFile) return;
  throw BadInput(file, 0, "", "is larger than the 16 MiB that are read (" + std::to_string(size) + " bytes)");
}

}  // namespace sentinel::sim
