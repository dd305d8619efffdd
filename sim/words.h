// Words and globs, as Redis reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sentinel::sim {

// The words of a line, with quotes and escapes as in sdssplitargs(). Throws BadInput if a quote does not end.
std::vector<std::string> split_words(std::string_view line);

// One line that split_words() takes apart into `words` again.
std::string join_words(const std::vector<std::string>& words);

// Only ASCII letters change.
std::string lower_case(std::string_view text);

// Whether Redis' glob, with `*`, `?`, `[abc]`, `[^a-z]` and `\x`, matches all of `text` (stringmatchlen).
bool glob_matches(std::string_view pattern, std::string_view text);

}  // namespace sentinel::sim
