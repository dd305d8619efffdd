#include "sim/reader/fingerprint.h"

#include <boost/crc.hpp>
#include <string_view>

namespace sentinel::sim {
namespace {

using Crc64 = boost::crc_optimal<64, 0x42F0'E1EB'A9EA'3693ULL, ~0ULL, ~0ULL, true, true>;  // CRC-64/XZ

// With its end, so that no two texts are like two others.
void add(Crc64& crc, std::string_view text) {
  crc.process_bytes(text.data(), text.size());
  crc.process_byte(0);
}

void add(Crc64& crc, const Json& value) {
  crc.process_byte(static_cast<unsigned char>(value.kind));
  crc.process_byte(value.truth ? 1 : 0);
  add(crc, value.name);
  add(crc, value.text);
  for (const Json* const item : value.items) add(crc, *item);
  crc.process_byte(0);
}

}  // namespace

std::uint64_t fingerprint_of(const Json& scenario, const std::vector<Node>& nodes) {
  Crc64 crc;
  add(crc, scenario);
  for (const Node& node : nodes) {
    for (const std::string& line : node.conf) add(crc, line);
  }
  return crc.checksum();
}

std::uint64_t fingerprint_of(std::string_view text) {
  Crc64 crc;
  add(crc, text);
  return crc.checksum();
}

}  // namespace sentinel::sim
