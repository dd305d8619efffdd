#include "sim/redis_cli.h"

#include <cstddef>
#include <type_traits>
#include <variant>

#include "sim/words.h"

namespace sentinel::sim {
namespace {

// sdscatrepr()
std::string quoted_reply(std::string_view text) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  static constexpr std::string_view kEscaped = "\\\"\n\r\t\a\b";
  static constexpr std::string_view kLetters = "\\\"nrtab";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const std::size_t place = kEscaped.find(c);
    if (place != std::string_view::npos) {
      out += '\\';
      out += kLetters[place];
    } else if (byte < 0x20U || byte >= 0x7FU) {
      out += "\\x";
      out += kDigits[byte >> 4U];
      out += kDigits[byte & 0xFU];
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string right_aligned(std::size_t number, std::size_t width) {
  const std::string text = std::to_string(number);
  return std::string(width - text.size(), ' ') + text;
}

void print(std::string& out, const Reply& reply, const std::string& indent);

// The first item goes on in the line of its own number's parent, the others begin lines.
void print_items(std::string& out, const std::vector<Reply>& items, const std::string& indent) {
  if (items.empty()) {
    out += "(empty array)\n";
    return;
  }
  const std::size_t width = std::to_string(items.size()).size();
  const std::string deeper = indent + std::string(width + 2, ' ');
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += indent;
    out += right_aligned(i + 1, width) + ") ";
    print(out, items[i], deeper);
  }
}

// cliFormatReplyTTY()
void print(std::string& out, const Reply& reply, const std::string& indent) {
  std::visit(
      [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, StatusText>) {
          out += value.text + '\n';
        } else if constexpr (std::is_same_v<Value, ErrorText>) {
          out += "(error) " + value.text + '\n';
        } else if constexpr (std::is_same_v<Value, Nil>) {
          out += "(nil)\n";
        } else if constexpr (std::is_same_v<Value, std::int64_t>) {
          out += "(integer) " + std::to_string(value) + '\n';
        } else if constexpr (std::is_same_v<Value, std::string>) {
          out += quoted_reply(value) + '\n';
        } else {
          print_items(out, value, indent);
        }
      },
      reply.value);
}

}  // namespace

std::string redis_cli_text(const Reply& reply, std::string_view command) {
  std::string out;
  const auto* const text = std::get_if<std::string>(&reply.value);
  if (text == nullptr || lower_case(command) != "info") {
    print(out, reply, "");
    return out;
  }
  for (const char c : *text) {
    if (c != '\r') out += c;
  }
  return out;
}

}  // namespace sentinel::sim
