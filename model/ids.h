// The names by which things in a deployment are told apart: hosts, masters, processes, epochs, sockets.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sentinel::model {

// What one process reads from its own, perhaps wrong, wall clock, in milliseconds. All rules of Sentinel
// are written in it. The default value means "never", as a zero does in sentinel.c.
struct WallClock {
  using duration = std::chrono::milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallClock>;
  static constexpr bool is_steady = false;
};
using Instant = WallClock::time_point;
using Millis = std::chrono::milliseconds;
inline constexpr Instant kNever{};

// A text that the scenario owns: a host, the name of a master, a password. Equal texts have equal indices.
// The length is kept because the bytes of a hello move a replication offset. Index 0 is "no text".
struct Symbol {
  std::uint32_t index = 0;
  std::uint16_t length = 0;

  explicit operator bool() const { return index != 0; }
  friend bool operator==(Symbol a, Symbol b) { return a.index == b.index; }
};

// Where a process listens.
struct Address {
  Symbol host;
  std::uint16_t port = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

// A run id of a data node or the id of a sentinel: 40 hexadecimal digits. All zeros means "not known".
// Ordered as sentinel.c orders run ids (ignoring case), which is the order of the bytes.
class Id {
 public:
  static constexpr std::size_t kBytes = 20;

  constexpr Id() = default;
  constexpr explicit Id(const std::array<std::uint8_t, kBytes>& bytes) : bytes_(bytes) {}
  static std::optional<Id> parse(std::string_view hex);  // nullopt unless 40 hexadecimal digits

  bool known() const { return *this != Id{}; }
  std::string text() const;
  const std::array<std::uint8_t, kBytes>& bytes() const { return bytes_; }
  std::uint64_t leading_bits() const;  // the first 16 digits
  friend auto operator<=>(const Id&, const Id&) = default;

 private:
  std::array<std::uint8_t, kBytes> bytes_{};
};

// The value of a hexadecimal digit; nullopt if it is none.
std::optional<int> hex_value(char c);

// Logical time of elections and configurations.
struct Epoch {
  std::uint64_t value = 0;

  Epoch next() const { return Epoch{value + 1}; }
  friend auto operator<=>(const Epoch&, const Epoch&) = default;
};

// Position in a replication history, in bytes.
using Offset = std::int64_t;

// One write of a client: which client, and the how-manieth of its writes, from 1 on. A data set is named by the last
// write that went into it: what came before is what the data set held when that write was made. Number 0: no data.
struct WriteId {
  std::uint32_t client = 0;
  std::uint32_t number = 0;

  explicit operator bool() const { return number != 0; }
  friend auto operator<=>(const WriteId&, const WriteId&) = default;
};

// The number that one process has for one end of a connection, like a file descriptor. A process chooses the
// numbers of the connections that it opens (below kAccepted); the network numbers those that it accepts.
enum class Socket : std::uint32_t {};
inline constexpr std::uint32_t kAccepted = 0x8000'0000U;

}  // namespace sentinel::model
