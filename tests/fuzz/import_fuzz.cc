// Feeds anything to the import of configuration files: it makes a scenario, which its reader takes, or refuses in one
// line. A NUL byte ends a file.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/convert/import.h"
#include "sim/bad_input.h"

namespace {

using sentinel::analysis::ConfText;

std::vector<ConfText> files_of(std::string_view text) {
  std::vector<ConfText> files;
  while (files.empty() || !text.empty()) {
    const std::size_t end = std::min(text.find('\0'), text.size());
    // Nothing can lie below a device, so an included file is never there.
    files.push_back({.file = "/dev/null/x.conf", .text = std::string{text.substr(0, end)}});
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return files;
}

void check_line(std::string_view line) {
  const auto breaks_line = [](char c) { return static_cast<unsigned char>(c) < ' '; };
  if (std::ranges::any_of(line, breaks_line)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto imported = sentinel::analysis::import_conf(files_of(text), {});
    for (const std::string& warning : imported.remarks.warnings) check_line(warning);
    for (const std::string& note : imported.remarks.notes) check_line(note);
  } catch (const sentinel::sim::BadInput& bad) {
    check_line(bad.what());
    // The reader refuses what is too large; anything else that it refuses must not have been made.
    const std::string_view why = bad.what();
    const bool is_refused = why.find("cannot be made a scenario") != std::string_view::npos;
    if (is_refused && why.find("more than") == std::string_view::npos) std::abort();
  }
  return 0;
}
