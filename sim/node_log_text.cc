#include "sim/node_log_text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "model/profile.h"
#include "model/rows.h"
#include "sim/answer_reply.h"
#include "sim/event_text.h"

namespace sentinel::sim {
namespace {

using model::Level;
using model::LogLine;
using model::NodeLog;
using enum model::NodeLog;

// From when on versions have the line.
enum class Since : std::uint8_t { kAlways, k40, k62 };

// `{...}` stands for a fact; `{Master}` and the like for the word that the version has, in this spelling.
struct LogRow {
  NodeLog kind;
  Level level;
  std::string_view text;
  Since since = Since::kAlways;
  std::string_view before{};  // how it was until 3.2; empty: the same
  bool calmed = false;        // from 7.2 on a notice
};

constexpr Level kNotice = Level::kNotice;
constexpr Level kWarning = Level::kWarning;

constexpr std::array<LogRow, model::kNodeLogs> kLogRows = {{
    {kStarted, kWarning, "Server initialized", Since::kAlways, "Server started, Redis version {release}", true},
    {kReady, kNotice, "Ready to accept connections{transport}", Since::kAlways,
     "The server is now ready to accept connections on port {port}"},
    {kConnecting, kNotice, "Connecting to {MASTER} {address}"},
    {kReconnecting, kNotice, "Reconnecting to {MASTER} {address}", Since::k62},
    {kReconnectingAfterFailure, kNotice, "Reconnecting to {MASTER} {address} after failure", Since::k62},
    {kSyncStarted, kNotice, "{MASTER} <-> {REPLICA} sync started"},
    {kConnectFired, kNotice, "Non blocking connect for SYNC fired the event."},
    {kSocketError, kWarning, "Error condition on socket for SYNC: Connection refused"},
    {kPingReplied, kNotice, "{Master} replied to PING, replication can continue..."},
    {kPingRefused, kWarning, "Error reply to PING from {master}: '{error}'"},
    {kAuthFailed, kWarning,
     "Unable to AUTH to {MASTER}: -WRONGPASS invalid username-password pair or user is disabled.", Since::kAlways,
     "Unable to AUTH to {MASTER}: -ERR invalid password"},
    {kPortRefused, kNotice, "(Non critical) {Master} does not understand REPLCONF listening-port: {error}"},
    {kCapaRefused, kNotice, "(Non critical) {Master} does not understand REPLCONF capa: {error}"},
    {kHandshakeLost, kWarning, "Failed to read response from the server: Connection reset by peer", Since::kAlways,
     "I/O error reading PING reply from master: Connection reset by peer"},
    {kNoCachedMaster, kNotice, "Partial resynchronization not possible (no cached {master})"},
    {kTryingPartial, kNotice, "Trying a partial resynchronization (request {id}:{offset})."},
    {kPartialAccepted, kNotice, "Successful partial resynchronization with {master}."},
    {kHistoryChanged, kWarning, "{Master} replication ID changed to {id}", Since::k40, {}, true},
    {kPartialDone, kNotice, "{MASTER} <-> {REPLICA} sync: {Master} accepted a Partial Resynchronization."},
    {kFullResync, kNotice, "Full resync from {master}: {id}:{offset}"},
    {kPsyncLater, kNotice, "{Master} is currently unable to PSYNC but should be in the future: {error}"},
    {kPsyncUnknown, kNotice, "{Master} does not support PSYNC or is in error state (reply: {error})"},
    {kPsyncRefused, kWarning, "Unexpected reply to PSYNC from {master}: {error}"},
    {kRetryingWithSync, kNotice, "Retrying with SYNC..."},
    {kSyncAborted, kWarning, "{MASTER} aborted replication with an error: {bare-error}"},
    {kReceiving, kNotice, "{MASTER} <-> {REPLICA} sync: receiving {size} bytes from {master} to disk", Since::kAlways,
     "{MASTER} <-> {REPLICA} sync: receiving {size} bytes from {master}"},
    {kReceivingStream, kNotice, "{MASTER} <-> {REPLICA} sync: receiving streamed RDB from {master} with EOF to disk",
     Since::kAlways, "{MASTER} <-> {REPLICA} sync: receiving streamed RDB from {master}"},
    {kFlushing, kNotice, "{MASTER} <-> {REPLICA} sync: Flushing old data"},
    {kLoading, kNotice, "{MASTER} <-> {REPLICA} sync: Loading DB in memory"},
    {kFinished, kNotice, "{MASTER} <-> {REPLICA} sync: Finished with success"},
    {kCountLost, kWarning, "I/O error reading bulk count from {MASTER}: Success"},
    {kTransferLost, kWarning, "I/O error trying to sync with {MASTER}: connection lost"},
    {kMasterTimeout, kWarning, "{MASTER} timeout: no data nor PING received..."},
    {kConnectTimeout, kWarning, "Timeout connecting to the {MASTER}..."},
    {kTransferTimeout, kWarning,
     "Timeout receiving bulk data from {MASTER}... If the problem persists try to set the 'repl-timeout' parameter in "
     "redis.conf to a larger value."},
    {kMasterLost, kWarning, "Connection with {master} lost.", Since::kAlways, {}, true},
    {kCaching, kNotice, "Caching the disconnected {master} state."},
    {kDiscarding, kNotice, "Discarding previously cached {master} state."},
    {kOwnHistory, kNotice,
     "Before turning into a {replica}, using my own {master} parameters to synthesize a cached {master}: I may be able "
     "to synchronize with the new {master} with just a partial transfer.",
     Since::k40},
    {kSecondHistory,
     kWarning,
     "Setting secondary replication ID to {second-id}, valid up to offset: {offset}. New replication ID is {id}",
     Since::k40,
     {},
     true},
    {kMasterMode, kNotice, "{MASTER} MODE enabled (user request from '{client}')"},
    {kReplicaMode, kNotice, "REPLICAOF {address} enabled (user request from '{client}')", Since::kAlways,
     "SLAVE OF {address} enabled (user request from '{client}')"},
    {kSameMaster, kNotice,
     "REPLICAOF would result into synchronization with the {master} we are already connected with. No operation "
     "performed.",
     Since::kAlways,
     "SLAVE OF would result into synchronization with the master we are already connected with. No operation "
     "performed."},
    {kAsked, kNotice, "{Replica} {peer} asks for synchronization"},
    {kFullRequested, kNotice, "Full resync requested by {replica} {peer}"},
    {kOtherHistory, kNotice,
     "Partial resynchronization not accepted: Replication ID mismatch ({Replica} asked for '{asked}', my replication "
     "IDs are '{id}' and '{second-id}')",
     Since::kAlways,
     "Partial resynchronization not accepted: Runid mismatch (Client asked for runid '{asked}', my runid is '{id}')"},
    {kBeyondSecondHistory, kNotice,
     "Partial resynchronization not accepted: Requested offset for second ID was {offset}, but I can reply up to "
     "{number}"},
    {kLackOfBacklog, kNotice,
     "Unable to partial resync with {replica} {peer} for lack of backlog ({Replica} request was: {offset})."},
    {kAhead, kWarning,
     "Warning: {replica} {peer} tried to PSYNC with an offset that is greater than the {master} replication offset."},
    {kContinuing, kNotice,
     "Partial resynchronization request from {peer} accepted. Sending {number} bytes of backlog starting from offset "
     "{offset}."},
    {kBacklogCreated, kNotice, "Replication backlog created, my new replication IDs are '{id}' and '{second-id}'",
     Since::k40},
    {kDumpAttached, kNotice, "Waiting for end of BGSAVE for SYNC"},
    {kDumpNotAttached, kNotice, "Can't attach the {replica} to the current BGSAVE. Waiting for next BGSAVE for SYNC"},
    {kDumpHasSockets, kNotice, "Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC"},
    {kDumpDelayed, kNotice, "Delay next BGSAVE for diskless SYNC"},
    {kDumpToDisk, kNotice, "Starting BGSAVE for SYNC with target: disk"},
    {kDumpToReplicas, kNotice, "Starting BGSAVE for SYNC with target: {replica}s sockets"},
    {kSaveStarted, kNotice, "Background saving started by pid {child}"},
    {kStreamStarted, kNotice, "Background RDB transfer started by pid {child}"},
    {kSaveEnded, kNotice, "Background saving terminated with success"},
    {kStreamEnded, kNotice, "Background RDB transfer terminated with success"},
    {kStreamed, kNotice,
     "Streamed RDB transfer with {replica} {peer} succeeded (socket). Waiting for REPLCONF ACK from {slave-still} "
     "to "
     "enable streaming"},
    {kOnline, kNotice, "Synchronization with {replica} {peer} succeeded"},
    {kReplicaLost, kWarning, "Connection with {replica} {peer} lost.", Since::kAlways, {}, true},
    {kReplicaTimeout, kWarning, "Disconnecting timedout {replica} (streaming sync): {peer}", Since::kAlways,
     "Disconnecting timedout slave: {peer}"},
    {kBacklogFreed, kNotice, "Replication backlog freed after {number} seconds without connected {replica}s."},
    {kSaveFailed, kWarning, "Background saving error"},
    {kSyncFailed, kWarning, "SYNC failed. BGSAVE child returned an error"},
    {kUnwritable, kWarning,
     "Write error or short write writing to the DB dump file needed for {MASTER} <-> {REPLICA} synchronization: No "
     "space left on device",
     Since::kAlways,
     "Write error or short write writing to the DB dump file needed for MASTER <-> SLAVE synchronization: No space "
     "left on device"},
}};

static_assert(model::in_order<&LogRow::kind>(kLogRows), "rows are looked up by their kind");

// An RDB file without keys; 7.0.
constexpr std::int64_t kEmptySnapshot = 175;

// An error as it comes over the wire.
std::string error_text(const LogLine& line, const Scenario& scenario) {
  using model::Status;
  using Kind = model::Answer::Kind;
  const bool old = !scenario.profile->data_node.shares_history;
  const auto answer = [&](Kind kind) {
    const Reply reply = reply_of({.kind = kind}, scenario.symbols, *scenario.profile);
    return "-" + std::get<ErrorText>(reply.value).text;
  };
  switch (line.status) {
    case Status::kLoading: return answer(Kind::kLoading);
    case Status::kMasterDown: return answer(Kind::kMasterDown);
    case Status::kBusy: return answer(Kind::kBusy);
    case Status::kMisconf: return answer(Kind::kMisconf);
    case Status::kNoAuth: return "-NOAUTH Authentication required.";
    case Status::kNoMasterLink:
      return std::string{old ? "-ERR" : "-NOMASTERLINK"} + " Can't SYNC while not connected with my master";
    case Status::kUnknownCommand:
      return line.kind == kPingRefused ? "-ERR unknown command 'PING'" : "-ERR unknown command 'PSYNC'";
    default: return "-ERR";
  }
}

class Writer {
 public:
  Writer(const LogLine& line, const Scenario& scenario)
      : line_(line), scenario_(scenario), profile_(*scenario.profile), old_(!profile_.data_node.shares_history) {}

  LogText write() const {
    const LogRow& row = kLogRows[static_cast<std::size_t>(line_.kind)];
    const bool calm = row.calmed && !profile_.data_node.warns_of_changes;
    LogText written{.level = calm ? kNotice : row.level, .text = {}};
    if (has(row.since)) written.text = filled(old_ && !row.before.empty() ? row.before : row.text);
    return written;
  }

 private:
  bool has(Since since) const {
    switch (since) {
      case Since::k40: return !old_;
      case Since::k62: return profile_.data_node.connects_at_once;
      case Since::kAlways: break;
    }
    return true;
  }

  std::string filled(std::string_view text) const {
    std::string out;
    while (!text.empty()) {
      const std::size_t open = std::min(text.find('{'), text.size());
      out += text.substr(0, open);
      text.remove_prefix(open);
      if (text.empty()) break;
      const std::size_t close = text.find('}');
      out += fact(text.substr(1, close - 1));
      text.remove_prefix(close + 1);
    }
    return out;
  }

  std::string fact(std::string_view name) const {
    if (name == "address") return address(line_.address);
    if (name == "peer") return peer();
    if (name == "port") return std::to_string(line_.address.port);
    if (name == "id") return line_.id.text();
    if (name == "second-id") return line_.second_id.text();
    if (name == "asked") return line_.asked_id.text();
    if (name == "offset") return std::to_string(line_.offset);
    if (name == "number") return std::to_string(line_.number);
    if (name == "size") return std::to_string(line_.number == 0 ? kEmptySnapshot : line_.number);
    if (name == "child") return std::to_string(kChild);
    if (name == "error") return error_text(line_, scenario_);
    if (name == "bare-error") return error_text(line_, scenario_).substr(1);
    if (name == "client") return client();
    if (name == "release") return std::string{profile_.release};
    if (name == "transport") return profile_.data_node.names_transport ? " tcp" : "";
    // Where Redis did not change its words.
    if (name == "slave-still") return profile_.sentinel.says_primary ? "replica" : "slave";
    return word(name);
  }

  // Which word the version has, in the spelling of the name: lower case, upper case or a capital.
  std::string word(std::string_view name) const {
    const bool of_master = name[1] == 'a' || name[1] == 'A';
    std::string word = of_master ? (profile_.sentinel.says_primary ? "primary" : "master")
                                 : (profile_.data_node.says_replica ? "replica" : "slave");
    const auto upper = [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); };
    const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (is_upper(name[0])) word[0] = upper(word[0]);
    if (is_upper(name[1])) std::ranges::transform(word, word.begin(), upper);
    return word;
  }

  // A master is named without the brackets of IPv6.
  std::string address(const model::Address& address) const {
    return std::string{scenario_.symbols.text(address.host)} + ":" + std::to_string(address.port);
  }
  std::string peer() const {
    return line_.address.port == 0 ? "client id #" + std::to_string(kClient)
                                   : name_and_port(line_.address, scenario_.symbols);
  }

  // CLIENT LIST of the connection that asked. What is not simulated has the values of a quiet connection.
  std::string client() const {
    const bool is_sentinel = line_.by_sentinel;
    const std::string number = std::to_string(kClient);
    const std::string name = is_sentinel ? "sentinel-cmd" : "";
    const std::string flags = is_sentinel ? "x" : "N";
    const std::string multi = is_sentinel ? "4" : "-1";
    const std::string command = is_sentinel ? "exec" : "slaveof";
    if (old_) {
      return "id=" + number + " addr=127.0.0.1:41930 fd=7 name=" + name + " age=5 idle=0 flags=" + flags +
             " db=0 sub=0 psub=0 multi=" + multi + " qbuf=0 qbuf-free=32768 obl=0 oll=0 omem=0 events=r cmd=" + command;
    }
    return "id=" + number + " addr=127.0.0.1:41930 laddr=127.0.0.1:6379 fd=9 name=" + name +
           " age=5 idle=0 flags=" + flags + " db=0 sub=0 psub=0 ssub=0 multi=" + multi +
           " qbuf=34 qbuf-free=20440 argv-mem=12 multi-mem=0 rbs=16384 rbp=16384 obl=0 oll=0 omem=0 tot-mem=37668 "
           "events=r cmd=" +
           command + " user=default redir=-1 resp=2";
  }

  static constexpr int kChild = 2990;  // process and client numbers are not simulated
  static constexpr int kClient = 22;

  const LogLine& line_;
  const Scenario& scenario_;
  const model::Profile& profile_;
  bool old_;  // up to 3.2
};

}  // namespace

LogText node_log_text(const LogLine& line, const Scenario& scenario) { return Writer{line, scenario}.write(); }

}  // namespace sentinel::sim
