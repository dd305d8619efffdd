// Clients that are subscribed to the events of a sentinel.
#include <cstddef>
#include <variant>

#include "model/sentinel.h"

namespace sentinel::model {

// Pub/sub messages leave when the handlers of the step are done; a process that ends does not come to that.
void Sentinel::publish(Turn& turn) const {
  const std::size_t said = turn.out.actions.size();
  if (said > 0 && std::holds_alternative<Exit>(turn.out.actions.back())) return;
  for (std::size_t i = 0; i < said; ++i) {
    const auto* const event = std::get_if<Event>(&turn.out.actions[i]);
    if (event == nullptr || !event->published) continue;
    const EventPush push{*event};  // a copy: what is sent may move the actions
    for (const Socket subscriber : subscribers_) turn.out.send(subscriber, Callback{}, push);
  }
}

}  // namespace sentinel::model
