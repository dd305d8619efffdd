// How a client finds the master, and what it makes of a connection that is lost.
#include <variant>

#include "model/client.h"

namespace sentinel::model {
namespace {

Socket subscription_socket(std::size_t sentinel) { return Socket{static_cast<std::uint32_t>(2 + sentinel)}; }
std::size_t sentinel_of(Socket socket) { return static_cast<std::size_t>(socket) - 2; }

}  // namespace

// --- asking -----------------------------------------------------------------------------------------------

void Client::find_master(Turn& turn) {
  find_at_ = kNever;
  if (config_.fixed) {
    connect_to(turn, *config_.fixed);
  } else if (config_.on_loss == ClientConfig::OnLoss::kSame && link_.address) {
    connect_to(turn, *link_.address);
  } else if (!question_.asked) {
    ask(turn);
  }
}

void Client::ask(Turn& turn) {
  question_.asked = true;
  question_.deadline = deadline_after(config_.timeout, turn.now);
  turn.out.connect(kClientQuestion, config_.sentinels[question_.sentinel]);
}

// The next sentinel is asked; when all were asked in vain there is a pause.
void Client::no_answer(Turn& turn) {
  turn.out.disconnect(kClientQuestion);
  question_.asked = false;
  question_.sentinel = static_cast<std::uint16_t>((question_.sentinel + 1U) % config_.sentinels.size());
  if (++question_.failed < config_.sentinels.size()) return ask(turn);
  question_.failed = 0;
  if (link_.state == LinkState::kNone) find_at_ = turn.now + config_.retry_after;
}

void Client::told(Turn& turn, const std::optional<Address>& address) {
  if (!question_.asked) return;
  if (!address) return no_answer(turn);
  turn.out.disconnect(kClientQuestion);
  question_.asked = false;
  question_.failed = 0;
  if (link_.state == LinkState::kNone || link_.address != address) connect_to(turn, *address);
}

// --- the connection to the master -------------------------------------------------------------------------

void Client::connect_to(Turn& turn, const Address& address) {
  if (link_.state == LinkState::kGone) return;
  leave(turn, Outcome::Fate::kLost);
  find_at_ = kNever;
  link_ = {.state = LinkState::kConnecting, .address = address, .deadline = deadline_after(config_.timeout, turn.now)};
  turn.out.connect(kClientData, address);
}

void Client::connected(Turn& turn, Socket socket) {
  if (socket == kClientQuestion) {
    turn.out.send(kClientQuestion, Callback{}, MasterAddressRequest{config_.master});
  } else if (socket == kClientData) {
    introduce(turn);
  } else {
    turn.out.send(socket, Callback{}, SubscribeEvents{});
    if (link_.state != LinkState::kNone && !question_.asked) ask(turn);  // what was said before was missed
  }
}

void Client::introduce(Turn& turn) {
  if (config_.password) turn.out.send(kClientData, Callback{}, Auth{config_.password});
  if (!config_.verifies_role) return ready(turn);
  link_.state = LinkState::kVerifying;
  turn.out.send(kClientData, Callback{.what = Callback::What::kClient}, RoleRequest{});
}

void Client::verified(Turn& turn, InstanceKind role) {
  if (link_.state != LinkState::kVerifying) return;
  if (role == InstanceKind::kMaster) return ready(turn);
  leave(turn, Outcome::Fate::kRefused);
  find_at_ = turn.now + config_.retry_after;
}

void Client::ready(Turn& turn) {
  link_.state = LinkState::kReady;
  if (operation_.active && !operation_.sent) try_operation(turn);
}

// What was asked there will not be answered.
void Client::leave(Turn& turn, Outcome::Fate fate) {
  if (link_.state == LinkState::kNone || link_.state == LinkState::kGone) return;
  turn.out.disconnect(kClientData);
  if (operation_.active && operation_.sent) try_failed(turn, fate, Status::kOk);
  link_.state = LinkState::kNone;
}

// A connection that worked is replaced at once; one that could not be made is tried again after a pause.
void Client::link_failed(Turn& turn, Outcome::Fate fate) {
  const bool worked = link_.state == LinkState::kReady;
  leave(turn, fate);
  if (!worked) {
    find_at_ = turn.now + config_.retry_after;
  } else if (config_.on_loss == ClientConfig::OnLoss::kStop) {
    link_.state = LinkState::kGone;
    next_write_ = next_read_ = refresh_at_ = kNever;
    operation_.active = false;
  } else {
    find_master(turn);
  }
}

void Client::disconnected(Turn& turn, Socket socket) {
  if (socket == kClientQuestion) {
    if (question_.asked) no_answer(turn);
  } else if (socket == kClientData) {
    link_failed(turn, Outcome::Fate::kLost);
  } else {
    Subscription& subscription = subscriptions_[sentinel_of(socket)];
    subscription.open = false;
    subscription.retry_at = turn.now + config_.retry_after;
  }
}

// --- +switch-master ---------------------------------------------------------------------------------------

void Client::subscribe(Turn& turn, std::size_t sentinel) {
  subscriptions_[sentinel] = {.open = true, .retry_at = kNever};
  turn.out.connect(subscription_socket(sentinel), config_.sentinels[sentinel]);
}

void Client::event_arrived(Turn& turn, const Event& event) {
  if (event.kind != EventKind::kSwitchMaster || event.master_name != config_.master) return;
  if (link_.address != event.new_address) connect_to(turn, event.new_address);
}

}  // namespace sentinel::model
