#include "sim/agenda.h"

#include <iterator>

namespace sentinel::sim {

void Agenda::simultaneous(std::vector<Happening>& into) const {
  into.clear();
  std::ranges::copy_if(heap_, std::back_inserter(into), [&](const Happening& what) { return what.at == next_at(); });
  std::ranges::sort(into, {}, &Happening::sequence);
}

Happening Agenda::pop(std::size_t place) {
  std::vector<Happening> all;
  simultaneous(all);
  if (place == 0 || place >= all.size()) return pop();
  const auto chosen = std::ranges::find(heap_, all[place].sequence, &Happening::sequence);
  const Happening next = *chosen;
  *chosen = heap_.back();
  heap_.pop_back();
  std::ranges::make_heap(heap_, std::greater<>{});
  now_ = next.at;
  return next;
}

}  // namespace sentinel::sim
