// Tables of the words that Redis knows: what follows each, and what it does.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/bad_input.h"
#include "sim/words.h"

namespace sentinel::sim {

using Args = std::span<const std::string>;

// A word in lower case. `usage` names what follows it, like `<host> <port>`; `...` at its end: and more.
template <class Target>
struct Word {
  std::string_view name;
  std::string_view usage;
  void (*apply)(Target&, Args);
};

inline bool has_usage(Args args, std::string_view usage) {
  const auto count = static_cast<std::size_t>(std::ranges::count(usage, '<'));
  return usage.ends_with("...") ? args.size() >= count : args.size() == count;
}

// nullptr if the table does not have it.
template <class Table>
auto find_word(const Table& table, std::string_view name) {
  const std::string lower = lower_case(name);
  const auto found = std::ranges::find_if(table, [&](const auto& row) { return row.name == lower; });
  return found == table.end() ? nullptr : &*found;
}

template <class Table>
std::vector<std::string_view> names_of(const Table& table) {
  std::vector<std::string_view> names;
  names.reserve(table.size());
  for (const auto& row : table) names.push_back(row.name);
  return names;
}

// Does what the word says. Throws BadInput if other things follow it than its usage says.
template <class Target>
void apply(const Word<Target>& word, Target& target, Args args) {
  if (!has_usage(args, word.usage)) {
    const std::string usage = word.usage.empty() ? "" : " " + std::string{word.usage};
    throw BadInput("expected " + in_quotes(std::string{word.name} + usage));
  }
  word.apply(target, args);
}

// Does what the word that `args` begin with says. Throws BadInput if the table, of words of this `kind`, has none such.
template <class Target>
void run_word(std::span<const Word<Target>> table, Target& target, Args args, std::string_view kind) {
  const std::vector<std::string_view> names = names_of(table);
  if (args.empty()) throw BadInput("expected a " + std::string{kind} + ", such as " + in_quotes(names.front()));
  const Word<Target>* const word = find_word(table, args.front());
  if (word == nullptr) {
    throw BadInput("unknown " + std::string{kind} + " " + in_quotes(args.front()) + suggestion(args.front(), names));
  }
  apply(*word, target, args.subspan(1));
}

}  // namespace sentinel::sim
