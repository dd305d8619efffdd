#include "sim/answer_reply.h"

#include <string>

namespace sentinel::sim {
namespace {

std::string no_quorum_text(const model::Answer& answer) {
  std::string text = "NOQUORUM " + std::to_string(answer.number) + " usable Sentinels. ";
  if (answer.quorum_unreachable) {
    text += "Not enough available Sentinels to reach the specified quorum for this master";
  }
  if (answer.quorum_unreachable && answer.majority_unreachable) text += ". ";
  if (answer.majority_unreachable) {
    text += "Not enough available Sentinels to reach the majority and authorize a failover";
  }
  return text;
}

}  // namespace

Reply reply_of(const model::Answer& answer, const SymbolTable& symbols, const model::Profile& profile) {
  using Kind = model::Answer::Kind;
  const std::string replica = profile.data_node.says_replica ? "replica" : "slave";
  switch (answer.kind) {
    case Kind::kOk: return status_reply("OK");
    case Kind::kInteger: return integer_reply(answer.number);
    case Kind::kAddress:
      return array_reply({bulk_reply(std::string{symbols.text(answer.address.host)}),
                          bulk_reply(std::to_string(answer.address.port))});
    case Kind::kNull: return {Nil{}};
    case Kind::kNoSuchMaster: return error_reply("ERR No such master with that name");
    case Kind::kInProgress: return error_reply("INPROG Failover already in progress");
    case Kind::kNoGoodReplica: return error_reply("NOGOODSLAVE No suitable replica to promote");
    case Kind::kNoGoodSlave: return error_reply("NOGOODSLAVE No suitable slave to promote");
    case Kind::kDuplicateMaster: return error_reply("ERR Duplicate master name.");
    case Kind::kQuorumReachable:
      return status_reply("OK " + std::to_string(answer.number) +
                          " usable Sentinels. Quorum and failover authorization can be reached");
    case Kind::kNoQuorum: return error_reply(no_quorum_text(answer));
    case Kind::kLoading: return error_reply("LOADING Redis is loading the dataset in memory");
    case Kind::kAlreadyConnected: return status_reply("OK Already connected to specified master");
    case Kind::kReadOnly: return error_reply("READONLY You can't write against a read only " + replica + ".");
    case Kind::kNoReplicas: return error_reply("NOREPLICAS Not enough good " + replica + "s to write.");
    case Kind::kMisconf:
      return error_reply(
          "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. "
          "Commands that may modify the data set are disabled, because this instance is configured to report errors "
          "during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Redis logs "
          "for details about the RDB error.");
    case Kind::kMasterDown:
      return error_reply("MASTERDOWN Link with MASTER is down and " + replica + "-serve-stale-data is set to 'no'.");
    case Kind::kBusy:
      return error_reply("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.");
    case Kind::kUnknownCommand: return error_reply("ERR unknown command");
    case Kind::kScriptsDenied:
      return error_reply(
          "ERR Reconfiguration of scripts path is denied for security reasons. Check the deny-scripts-reconfig "
          "configuration directive in your Sentinel configuration");
    case Kind::kNotSaved: return error_reply("ERR Failed to save config file. Check server logs.");
    case Kind::kUnkillable:
      return error_reply(
          "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either wait the "
          "script termination or kill the server in a hard way using the SHUTDOWN NOSAVE command.");
    case Kind::kNotBusy: return error_reply("NOTBUSY No scripts in execution right now.");
    case Kind::kNoConnection: return status_reply("Could not connect: Connection refused");
  }
  return {};
}

}  // namespace sentinel::sim
