// A configuration file that its process rewrites: CONFIG REWRITE, and what a sentinel does when it learns something.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/profile.h"

namespace sentinel::sim {

// One rewrite of the lines of a file. A line that is put takes the place of the next old line of its directive, or
// else goes to the end, below a heading. What is left of a directive becomes empty, and of several empty lines one
// is kept (rewriteConfig).
class RewrittenLines {
 public:
  RewrittenLines(std::vector<std::string> old, const model::Profile& profile);

  bool has(std::string_view name) const;
  // `line` begins with the directive.
  void put(const std::string& line);
  // The old lines of this directive that nothing took the place of.
  void drop_rest(std::string_view name);

  std::vector<std::string> finished() &&;

  // What tells apart the directives of a file: its first word, for `sentinel` the second one as well from 6.2 on. Old
  // and new names are the same.
  static std::string directive_of(std::string_view line, const model::Profile& profile);

 private:
  const model::Profile* profile_;
  std::vector<std::string> lines_;
  std::map<std::string, std::deque<std::size_t>, std::less<>> places_;  // of old lines, by directive
  bool has_heading_ = false;
};

}  // namespace sentinel::sim
