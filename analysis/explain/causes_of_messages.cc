// Why a message was sent when it was sent, and why it came when it came.
#include <algorithm>
#include <variant>

#include "analysis/explain/causes.h"
#include "analysis/explain/message_text.h"

namespace sentinel::analysis {
namespace {

using sim::Moment;
using sim::MomentNumber;
using sim::SentMessage;
using Kind = Fact::Kind;
using model::EventKind;

template <class T>
bool is(const SentMessage& message) {
  return std::holds_alternative<T>(message.message);
}

// A question and its answer go over the same connection in opposite directions, with the same callback.
bool answers(const SentMessage& answer, const SentMessage& question) {
  return answer.from == question.to && answer.to == question.from && answer.callback == question.callback;
}

}  // namespace

std::vector<Cause> CauseFinder::causes_of_sent(const Fact& fact) const {
  const SentMessage& message = history().messages()[fact.index];
  if (const std::optional<Fact> input = input_fact(fact.moment)) {
    std::vector<Cause> causes{{*input, wait_for_disk(fact.moment)}};
    // What the answer tells became true after the question was sent.
    if (input->kind == Kind::kArrived && (is<model::InfoReply>(message) || is<model::IsMasterDownReply>(message))) {
      const SentMessage& question = history().messages()[input->index];
      const std::optional<Fact> content = news(question);
      if (content && content->moment > question.sent_in) causes.push_back({*content, ""});
    }
    return causes;
  }
  return of_question(fact, message);
}

// What a sentinel asks or says by itself, at a tick.
std::vector<Cause> CauseFinder::of_question(const Fact& fact, const SentMessage& message) const {
  const sim::NodeId node = message.from;
  std::vector<Cause> causes;
  const auto add = [&](const std::optional<Fact>& found, const std::string& wait) {
    if (found) causes.push_back({*found, wait});
  };
  if (const auto* const ask = std::get_if<model::IsMasterDown>(&message.message)) {
    const auto is_of_master = [&](const model::Event& event) { return event.master_address == ask->master; };
    if (ask->candidate) {
      add(last_event(
              node, fact,
              [&](const model::Event& event) { return event.kind == EventKind::kTryFailover && is_of_master(event); }),
          "asks the others for their votes");
    } else {
      add(last_event(node, fact,
                     [&](const model::Event& event) {
                       return event.kind == EventKind::kSdown && event.subject == model::InstanceKind::kMaster &&
                              is_of_master(event);
                     }),
          "asks the others whether they agree");
    }
    const std::optional<Fact> content = news(message);
    if (content && content->at <= fact.at) add(content, name(node) + " asks again: each sentinel once a second");
  } else if (is<model::InfoRequest>(message)) {
    // What the answer is looked at for: something new, or what it is waited for since.
    std::optional<Fact> content = news(message);
    const std::optional<Fact> waits = last_event(node, fact, [&](const model::Event& event) {
      return (event.kind == EventKind::kWaitPromotion || event.kind == EventKind::kReconfSent) &&
             scenario().node_at(event.address) == message.to;
    });
    if (waits && (!content || content->at < waits->at)) content = waits;
    if (content && content->at <= fact.at) {
      const sim::Run then = replay_->before(history().handled_in(fact.moment));
      const model::Sentinel* const sentinel = then.sentinel(node);
      const bool fast =
          sentinel != nullptr && std::ranges::any_of(sentinel->masters(), [](const model::Master& master) {
            return master.o_down || master.in_progress;
          });
      const std::string whom = message.to ? name(*message.to) : "it";
      add(content, "until " + name(node) + " polls " + whom + "'s INFO again (period " + (fast ? "1 s" : "10 s") + ")");
    }
  } else if (const auto* const publish = std::get_if<model::Publish>(&message.message)) {
    add(last_event(node, fact,
                   [&](const model::Event& event) {
                     const bool changes =
                         event.kind == EventKind::kPromotedReplica || event.kind == EventKind::kSwitchMaster;
                     return changes && event.master_name == publish->hello.master_name;
                   }),
        "until " + name(node) + "'s next hello (every 2 s, at once after a promotion)");
  } else if (is<model::Reconfigure>(message)) {
    add(last_event(node, fact,
                   [&](const model::Event& event) {
                     using enum EventKind;
                     const bool sends = event.kind == kWaitPromotion || event.kind == kReconfSent ||
                                        event.kind == kSendReplicaofNoOne || event.kind == kReconfSentBestEffort;
                     return sends && scenario().node_at(event.address) == message.to;
                   }),
        "");
  } else if (is<model::Ping>(message) && message.to) {
    add(change_of(*message.to, node, fact.at),
        "until the next PING: every 1 s (or down-after), or on a new connection");
  }
  return causes;
}

// What a question is the first to find out: what happened to who is asked since its last answer to such a question.
std::optional<Fact> CauseFinder::news(const SentMessage& question) const {
  if (!question.to || question.arrived_in == 0) return std::nullopt;
  const sim::NodeId asked = *question.to;
  const bool is_info = is<model::InfoRequest>(question);
  const auto last = last_arrived(question.sent_in, [&](const SentMessage& answer) {
    return answers(answer, question) && (is_info ? is<model::InfoReply>(answer) : is<model::IsMasterDownReply>(answer));
  });
  const MomentNumber since = last ? history().messages()[*last].sent_in : 0;
  if (!is_info) {
    const Fact end = moment_fact(Kind::kArrived, 0, question.arrived_in);
    const auto& ask = std::get<model::IsMasterDown>(question.message);
    std::optional<Fact> down = last_event(asked, end, [&](const model::Event& event) {
      return event.kind == EventKind::kSdown && event.subject == model::InstanceKind::kMaster &&
             event.master_address == ask.master;
    });
    if (down && down->moment < since) down.reset();
    return down;
  }
  for (MomentNumber number = question.arrived_in; number > since;) {
    number = history().previous(asked, number);
    if (number <= since) break;
    const Moment& moment = history().moment(number);
    if (moment.input == Moment::Input::kStarted || moment.input == Moment::Input::kCommand) return input_fact(number);
    if (!moment.message) continue;
    const SentMessage& given = history().messages()[*moment.message];
    if (is<model::Reconfigure>(given) || is<model::Snapshot>(given) || is<model::PsyncReply>(given)) {
      return arrived_fact(*moment.message);
    }
  }
  return std::nullopt;
}

std::vector<Cause> CauseFinder::causes_of_arrived(const Fact& fact) const {
  std::vector<Cause> causes{{sent_fact(fact.index), "on its way"}};
  const Moment& moment = history().moment(fact.moment);
  const bool was_held_up = moment.scheduled_in > moment.sent_in;
  const std::optional<Fact> step = was_held_up ? step_fact_of(moment.scheduled_in) : std::nullopt;
  if (step) causes.push_back({*step, "held up until then"});
  return causes;
}

// `info (S2 -> R3) leaves`.
std::string CauseFinder::message_text(const SentMessage& message, std::string_view verb) const {
  const std::string to = message.to ? name(*message.to) : "an address that nobody has";
  std::string text = std::string{message_kind_text(message.message, message.callback)} + " (" + name(message.from) +
                     " -> " + to + ") " + std::string{verb};
  const bool is_long = is<model::Publish>(message) || is<model::HelloPush>(message);
  const std::string says = is_long ? std::string{} : analysis::message_text(end_, message.message);
  return says.empty() ? text : text + ": " + says;
}

}  // namespace sentinel::analysis
