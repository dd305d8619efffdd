#include "sim/bad_input.h"

#include <algorithm>
#include <boost/locale/utf.hpp>
#include <numeric>

#include "sim/words.h"

namespace sentinel::sim {
namespace {

constexpr std::size_t kLongestPath = 200;

std::string escaped(char byte) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'\\', 'x', kDigits[value >> 4U], kDigits[value & 0xFU]};
}

std::string shortened(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string{text};
  const auto is_continuation = [&](std::size_t i) { return (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U; };
  std::size_t end = most;
  while (end > 0 && is_continuation(end)) --end;
  return std::string{text.substr(0, end)} + "...";
}

std::string located(const std::filesystem::path& file, std::size_t line, std::string_view json_path,
                    std::string_view message) {
  std::string text;
  if (!file.empty()) text = file.string() + ":";
  if (line != 0) text += std::to_string(line) + ":";
  if (!text.empty()) text += " ";
  if (!json_path.empty()) text += shortened(json_path, kLongestPath) + ": ";
  return text.append(message);
}

// Levenshtein's.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (const char c : from) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (c == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return row.back();
}

// How far `known` is from what was written; kFar if nobody can have meant it.
constexpr std::size_t kFar = 1'000;

std::size_t distance(const std::string& word, std::string_view known) {
  constexpr std::size_t kShortWord = 3;
  constexpr std::size_t kPrefix = 100;  // a word that was cut off is further away than one with a slip
  const std::size_t allowed = word.size() <= kShortWord ? 1 : 2;
  const std::size_t longer = std::max(word.size(), known.size());
  const std::size_t shorter = std::min(word.size(), known.size());
  if (longer - shorter <= allowed && shorter > allowed) {
    const std::size_t edits = edit_distance(word, lower_case(known));
    if (edits <= allowed) return edits;
  }
  if (shorter >= 2 && lower_case(known).starts_with(word)) {
    return std::min(kPrefix + longer - shorter, kFar - 1);
  }
  return kFar;
}

}  // namespace

// Control characters and what is not UTF-8 would break the line, or the JSON that it is put into.
std::string one_line(std::string_view text) {
  namespace utf = boost::locale::utf;
  constexpr utf::code_point kFirstPrintable = 0x20;
  constexpr utf::code_point kDelete = 0x7F;
  std::string line;
  for (auto at = text.begin(); at != text.end();) {
    const auto start = at;
    const utf::code_point code = utf::utf_traits<char>::decode(at, text.end());
    if (utf::is_valid_codepoint(code) && code >= kFirstPrintable && code != kDelete) {
      line.append(start, at);
    } else {
      line += escaped(*start);
      at = start + 1;
    }
  }
  return line;
}

BadInput::BadInput(std::string_view message) : std::runtime_error(one_line(message)) {}

BadInput::BadInput(const std::filesystem::path& file, std::size_t line, std::string_view json_path,
                   std::string_view message)
    : BadInput(located(file, line, json_path, message)) {}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMost = 80;
  return "'" + shortened(text, kMost) + "'";
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string written = lower_case(word);
  std::string_view nearest;
  std::size_t least = kFar;
  for (const std::string_view candidate : known) {
    const std::size_t far = distance(written, candidate);
    if (far >= least) continue;
    least = far;
    nearest = candidate;
  }
  return least == kFar ? std::string{} : " (did you mean " + in_quotes(nearest) + "?)";
}

}  // namespace sentinel::sim
