#include "analysis/explain/message_text.h"

#include <optional>
#include <variant>
#include <vector>

#include "analysis/naming.h"
#include "model/step.h"
#include "sim/message_kind.h"

namespace sentinel::analysis {
namespace {

std::string epoch_text(model::Epoch epoch) { return "epoch " + std::to_string(epoch.value); }

std::string hello_text(const sim::Run& run, const model::Hello& hello) {
  const sim::Scenario& scenario = run.scenario();
  return name_of(scenario, hello.sender) + " says: " + std::string{scenario.symbols.text(hello.master_name)} + " is " +
         name_of(scenario, hello.master) + ", config " + epoch_text(hello.config_epoch) + ", current " +
         epoch_text(hello.current_epoch);
}

std::string question_text(const sim::Run& run, const model::IsMasterDown& question) {
  const std::string master = name_of(run.scenario(), question.master);
  if (!question.candidate) return "is " + master + " down?";
  return "is " + master + " down? vote for " + name_of(run, *question.candidate) + " in " + epoch_text(question.epoch);
}

std::string verdict_text(const sim::Run& run, const model::IsMasterDownReply& reply) {
  std::string text = reply.down ? "down" : "not down";
  if (reply.leader) text += ", vote for " + name_of(run, *reply.leader) + " in " + epoch_text(reply.leader_epoch);
  return text;
}

std::string info_text(const sim::Run& run, const model::InfoReply& info) {
  if (info.role == model::InstanceKind::kMaster) return "role: master";
  return "role: replica of " + name_of(run.scenario(), info.master) + (info.link_up ? "" : ", link down");
}

std::string status_text(model::Status status) {
  switch (status) {
    case model::Status::kOk: return "";
    case model::Status::kPong: return "PONG";
    case model::Status::kLoading: return "LOADING";
    case model::Status::kMasterDown: return "MASTERDOWN";
    case model::Status::kBusy: return "BUSY";
    case model::Status::kMisconf: return "MISCONF";
    case model::Status::kNoAuth: return "NOAUTH";
    case model::Status::kNoPermission: return "NOPERM";
    case model::Status::kNoMasterLink: return "NOMASTERLINK";
    case model::Status::kUnknownCommand: return "unknown command";
    case model::Status::kReadOnly: return "READONLY";
    case model::Status::kNoReplicas: return "NOREPLICAS";
    case model::Status::kUnblocked: return "UNBLOCKED";
    case model::Status::kUnkillable: return "UNKILLABLE";
    case model::Status::kNotBusy: return "NOTBUSY";
  }
  return "";
}

}  // namespace

std::string_view message_kind_text(const model::Message& message, const model::Callback& callback) {
  static const std::vector<std::string_view> names = sim::message_kind_names();
  std::string_view narrowest = "other";
  for (std::size_t kind = 0; kind < names.size(); ++kind) {
    // In the table a kind that is a part of another one stands behind it.
    if (sim::is_of_kind(sim::MessageKind{static_cast<std::uint8_t>(kind)}, message, callback)) narrowest = names[kind];
  }
  return narrowest;
}

std::string message_text(const sim::Run& run, const model::Message& message) {
  return std::visit(model::Overloaded{[&](const model::Publish& publish) { return hello_text(run, publish.hello); },
                                      [&](const model::HelloPush& push) { return hello_text(run, push.hello); },
                                      [&](const model::IsMasterDown& question) { return question_text(run, question); },
                                      [&](const model::IsMasterDownReply& reply) { return verdict_text(run, reply); },
                                      [&](const model::InfoReply& info) { return info_text(run, info); },
                                      [&](const model::StatusReply& reply) { return status_text(reply.status); },
                                      [&](const model::Reconfigure& order) {
                                        return "REPLICAOF " + (order.master ? name_of(run.scenario(), *order.master)
                                                                            : std::string{"NO ONE"});
                                      },
                                      [](const auto& /*says nothing more*/) { return std::string{}; }},
                    message);
}

}  // namespace sentinel::analysis
