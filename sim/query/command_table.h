// Tables of the commands that a process answers, and the errors of Redis about commands that it does not.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "sim/bad_input.h"
#include "sim/reply.h"
#include "sim/word_table.h"
#include "sim/words.h"

namespace sentinel::sim {

// A command in lower case, how many words may follow it, and what answers it.
template <class Asked>
struct ReplyRow {
  static constexpr std::size_t kAny = static_cast<std::size_t>(-1);

  std::string_view name;
  std::size_t least = 0;
  std::size_t most = 0;
  Reply (*answer)(const Asked&, Args) = nullptr;  // nullptr: Redis knows it, but it is not simulated
  bool (*is_known)(const Asked&) = nullptr;       // whether this version has it; nullptr: all have
};

inline Reply wrong_arguments(std::string_view command) {
  return error_reply("ERR wrong number of arguments for '" + std::string{command} + "' command");
}

// The words begin with a command.
inline Reply unknown_command(Args words) {
  std::string text = "ERR unknown command '" + words[0] + "', with args beginning with: ";
  for (const std::string& word : words.subspan(1)) text += "'" + word + "' ";
  return error_reply(text);
}

// `container` is the command whose subcommands are in the table.
inline Reply unknown_subcommand(std::string_view container, std::string_view word) {
  std::string upper{container};
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  return error_reply("ERR unknown subcommand '" + std::string{word} + "'. Try " + upper + " HELP.");
}

// Answers the words, the first of which is a command, or a subcommand of `container` if that is not empty. Throws
// BadInput for what Redis knows and the simulation does not.
template <class Asked>
Reply answer_from(std::span<const ReplyRow<Asked>> table, const Asked& asked, Args words, std::string_view container) {
  const ReplyRow<Asked>* const row = find_word(table, words[0]);
  if (row == nullptr || (row->is_known != nullptr && !row->is_known(asked))) {
    return container.empty() ? unknown_command(words) : unknown_subcommand(container, words[0]);
  }
  const std::string name =
      container.empty() ? std::string{row->name} : std::string{container} + "|" + std::string{row->name};
  if (row->answer == nullptr) {
    throw BadInput("command " + in_quotes(join_words({words.begin(), words.end()})) +
                   ": Redis knows it, but it is not simulated");
  }
  const Args arguments = words.subspan(1);
  if (arguments.size() < row->least || arguments.size() > row->most) return wrong_arguments(name);
  return row->answer(asked, arguments);
}

}  // namespace sentinel::sim
