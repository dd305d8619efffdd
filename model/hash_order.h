// The order in which a process walks a hash table: drawn with the seed of the process, then a function of the keys.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>

#include "model/ids.h"
#include "model/random.h"

namespace sentinel::model {

class HashOrder {
 public:
  // Seed 0 stands for the order of insertion.
  explicit HashOrder(std::uint64_t seed) : seed_(seed) {}

  // Puts `entry` where its key belongs in `table`; what comes behind it moves. hash_of(entry) is hash_key() of its key.
  template <class Table, class HashOf>
  typename Table::iterator insert(Table& table, typename Table::value_type entry, HashOf hash_of) const {
    if (seed_ == 0) return table.insert(table.end(), std::move(entry));
    const auto behind = [&, own = rank(hash_of(entry))](const auto& other) { return rank(hash_of(other)) > own; };
    return table.insert(std::ranges::find_if(table, behind), std::move(entry));
  }

  // Keys of smaller rank come first.
  std::uint64_t rank(std::uint64_t key) const { return mix_bits(seed_ ^ mix_bits(key)); }

  // All of its state, for who compares runs (sim/state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    visit(seed_);
  }

  friend bool operator==(const HashOrder&, const HashOrder&) = default;

 private:
  std::uint64_t seed_;
};

inline std::uint64_t hash_key(Symbol symbol) { return symbol.index; }
inline std::uint64_t hash_key(const Address& address) {
  return (static_cast<std::uint64_t>(address.host.index) << 16U) | address.port;
}
inline std::uint64_t hash_key(const Id& id) { return id.leading_bits(); }

}  // namespace sentinel::model
