#include "sim/agenda.h"

#include <algorithm>
#include <iterator>
#include <ranges>

namespace sentinel::sim {

// Half of the list, so that there is room for what is scheduled among it.
void Agenda::refill() {
  while (near_.size() < kNear / 2 && !far_.empty()) {
    near_.push_back(far_.top());
    far_.pop();
  }
  std::ranges::reverse(near_);
}

std::vector<Happening> Agenda::all() const {
  std::vector<Happening> all(near_.rbegin(), near_.rend());
  std::ranges::copy(far_, std::back_inserter(all));
  std::ranges::sort(all.begin() + static_cast<std::ptrdiff_t>(near_.size()), all.end(), std::less<>{});
  return all;
}

void Agenda::simultaneous(std::vector<Happening>& into) const {
  into.clear();
  const auto is_next = [&](const Happening& what) { return what.at == next_at(); };
  std::ranges::copy(near_ | std::views::reverse | std::views::take_while(is_next), std::back_inserter(into));
  if (into.size() == near_.size()) std::ranges::copy_if(far_, std::back_inserter(into), is_next);
  std::ranges::sort(into, {}, &Happening::sequence);
}

Happening Agenda::pop(std::size_t place) {
  std::vector<Happening> all;
  simultaneous(all);
  if (place == 0 || place >= all.size()) return pop();
  const SimTime at = next_at();
  for (std::size_t i = 0; i < all.size(); ++i) pop();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i != place) insert(all[i]);
  }
  now_ = at;
  return all[place];
}

}  // namespace sentinel::sim
