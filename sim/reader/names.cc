#include "sim/reader/names.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "sim/bad_input.h"
#include "sim/units.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

constexpr std::size_t kLongestText = 1'024;
constexpr std::size_t kMostTexts = 16'384;

bool is_host_character(char c) {
  const auto between = [c](char low, char high) { return low <= c && c <= high; };
  return between('a', 'z') || between('A', 'Z') || between('0', '9') || c == '.' || c == ':' || c == '-' || c == '_';
}

[[noreturn]] void fail_address(std::string_view text) {
  throw BadInput(in_quotes(text) + " is no address: expected 'host:port', such as '127.0.0.1:6379' or '[::1]:6379'");
}

}  // namespace

model::Symbol intern_text(SymbolTable& symbols, std::string_view text) {
  if (text.size() > kLongestText) {
    throw BadInput(in_quotes(text) + " is longer than " + std::to_string(kLongestText) + " characters");
  }
  const model::Symbol symbol = symbols.intern(text);
  if (symbols.texts().size() > kMostTexts) {
    throw BadInput("more than " + std::to_string(kMostTexts) + " different hosts, names and values in one scenario");
  }
  return symbol;
}

model::Symbol intern_name(SymbolTable& symbols, std::string_view name) {
  const auto printable = [](char c) { return static_cast<unsigned char>(c) > ' ' && c != '\x7F'; };
  if (name.empty() || name.size() > kLongestName || !std::ranges::all_of(name, printable)) {
    throw BadInput(in_quotes(name) + " is no name of a master: expected one word of up to 128 characters");
  }
  return intern_text(symbols, name);
}

model::Symbol name_of_ping(SymbolTable& symbols, std::string_view name) {
  const std::string lower = lower_case(name);
  return lower == "ping" || lower.empty() ? model::Symbol{} : intern_text(symbols, lower);
}

model::Symbol intern_host(SymbolTable& symbols, std::string_view host) {
  if (host.empty() || !std::ranges::all_of(host, is_host_character)) {
    throw BadInput(in_quotes(host) + " is no host: expected an address or a name, such as '127.0.0.1' or 'redis-1'");
  }
  return intern_text(symbols, host);
}

std::uint16_t parse_port(std::string_view text) {
  return static_cast<std::uint16_t>(parse_integer(text, 1, std::numeric_limits<std::uint16_t>::max()));
}

model::Address parse_address(SymbolTable& symbols, std::string_view host, std::string_view port) {
  return {intern_host(symbols, host), parse_port(port)};
}

model::Address parse_address(SymbolTable& symbols, std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) fail_address(text);
  std::string_view host = text.substr(0, colon);
  const bool in_brackets = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (in_brackets) host = host.substr(1, host.size() - 2);
  if (host.empty() || in_brackets != (host.find(':') != std::string_view::npos)) fail_address(text);
  return parse_address(symbols, host, text.substr(colon + 1));
}

model::Id parse_id(std::string_view text) {
  const std::optional<model::Id> id = model::Id::parse(text);
  if (!id || !id->known()) throw BadInput("expected 40 hexadecimal digits, not all 0, instead of " + in_quotes(text));
  return *id;
}

}  // namespace sentinel::sim
