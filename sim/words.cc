#include "sim/words.h"

#include <algorithm>
#include <optional>

#include "model/ids.h"
#include "sim/bad_input.h"

namespace sentinel::sim {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// Takes a line apart from the left.
class Splitter {
 public:
  explicit Splitter(std::string_view line) : rest_(line) {}

  bool next(std::string& word) {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return false;
    word.clear();
    while (!rest_.empty() && !is_space(rest_.front())) take_part(word);
    return true;
  }

 private:
  char take() {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  void take_part(std::string& word) {
    const char c = take();
    if (c == '"' || c == '\'') {
      take_quoted(word, c);
    } else {
      word += c;
    }
  }

  void take_quoted(std::string& word, char quote) {
    while (!rest_.empty() && rest_.front() != quote) {
      const char c = take();
      if (c == '\\' && !rest_.empty() && (quote == '"' || rest_.front() == quote)) {
        word += take_escaped(quote);
      } else {
        word += c;
      }
    }
    if (rest_.empty()) throw BadInput(std::string{"a quote is not closed: "} + quote + " is missing");
    rest_.remove_prefix(1);
    if (!rest_.empty() && !is_space(rest_.front())) {
      throw BadInput("a closing quote must be followed by a space or the end of the line");
    }
  }

  char take_escaped(char quote) {
    const char c = take();
    if (quote == '\'') return c;
    switch (c) {
      case 'n': return '\n';
      case 'r': return '\r';
      case 't': return '\t';
      case 'b': return '\b';
      case 'a': return '\a';
      case 'x': return take_hex();
      default: return c;
    }
  }

  // An `x` that no two digits follow is an x.
  char take_hex() {
    if (rest_.size() < 2) return 'x';
    const std::optional<int> high = model::hex_value(rest_[0]);
    const std::optional<int> low = model::hex_value(rest_[1]);
    if (!high || !low) return 'x';
    rest_.remove_prefix(2);
    return static_cast<char>(*high * 16 + *low);
  }

  std::string_view rest_;
};

std::string quoted_word(std::string_view word) {
  const bool is_plain = !word.empty() && one_line(word) == word && std::ranges::none_of(word, [](char c) {
    return is_space(c) || c == '"' || c == '\'' || c == '\\';
  });
  if (is_plain) return std::string{word};
  std::string text = "\"";
  for (const char c : word) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return one_line(text) + '"';
}

// Whether `c` is in the class that `pattern` begins with; moves `pattern` behind the class. A missing `]` is forgiven.
bool take_class(std::string_view& pattern, char c) {
  pattern.remove_prefix(1);
  const bool negated = pattern.starts_with('^');
  if (negated) pattern.remove_prefix(1);
  bool found = false;
  while (!pattern.empty() && pattern.front() != ']') {
    if (pattern.front() == '\\' && pattern.size() >= 2) {
      pattern.remove_prefix(1);
      found |= pattern.front() == c;
    } else if (pattern.size() >= 3 && pattern[1] == '-') {
      const auto [low, high] = std::minmax(pattern[0], pattern[2]);
      pattern.remove_prefix(2);
      found |= low <= c && c <= high;
    } else {
      found |= pattern.front() == c;
    }
    pattern.remove_prefix(1);
  }
  if (!pattern.empty()) pattern.remove_prefix(1);
  return found != negated;
}

// Whether `pattern` without leading stars begins with something that matches `c`; moves `pattern` behind that.
bool take_one(std::string_view& pattern, char c) {
  if (pattern.empty()) return false;
  if (pattern.front() == '[') return take_class(pattern, c);
  const bool any = pattern.front() == '?';
  if (pattern.front() == '\\' && pattern.size() >= 2) pattern.remove_prefix(1);
  const bool matches = any || pattern.front() == c;
  pattern.remove_prefix(1);
  return matches;
}

}  // namespace

std::vector<std::string> split_words(std::string_view line) {
  std::vector<std::string> words;
  Splitter splitter(line);
  for (std::string word; splitter.next(word);) words.push_back(word);
  return words;
}

std::string join_words(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    if (!line.empty()) line += ' ';
    line += quoted_word(word);
  }
  return line;
}

std::string lower_case(std::string_view text) {
  std::string lower{text};
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

// When a match fails, only the last star need take one character more.
bool glob_matches(std::string_view pattern, std::string_view text) {
  std::optional<std::string_view> behind_star;
  std::string_view text_at_star;
  while (true) {
    if (pattern.starts_with('*')) {
      pattern.remove_prefix(1);
      behind_star = pattern;
      text_at_star = text;
    } else if (text.empty()) {
      return pattern.empty();
    } else if (take_one(pattern, text.front())) {
      text.remove_prefix(1);
    } else if (behind_star) {
      text_at_star.remove_prefix(1);
      text = text_at_star;
      pattern = *behind_star;
    } else {
      return false;
    }
  }
}

}  // namespace sentinel::sim
