// Names that stand in events and addresses: what may be one, and their place in the table of symbols.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "model/ids.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// All throw BadInput, which says what would be right.

// Any text that no real one is longer than.
model::Symbol intern_text(SymbolTable& symbols, std::string_view text);

// The name of a master: one printable word, because it stands in events.
inline constexpr std::size_t kLongestName = 128;
model::Symbol intern_name(SymbolTable& symbols, std::string_view name);

// What PING is called now; none if it is PING, or nothing. In lower case, as Redis does not tell these apart.
model::Symbol name_of_ping(SymbolTable& symbols, std::string_view name);

// An address or a name of a host, not checked further: nobody may be there.
model::Symbol intern_host(SymbolTable& symbols, std::string_view host);

std::uint16_t parse_port(std::string_view text);

model::Address parse_address(SymbolTable& symbols, std::string_view host, std::string_view port);

// `10.0.0.1:6379`, `[::1]:6379` or `redis-1:6379`.
model::Address parse_address(SymbolTable& symbols, std::string_view text);

// 40 hexadecimal digits, not all of them 0.
model::Id parse_id(std::string_view text);

}  // namespace sentinel::sim
