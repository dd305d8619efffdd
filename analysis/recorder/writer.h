// A client that writes at a fixed rate, one write after the other, and what becomes of its writes.
#pragma once

#include <poll.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/recorder/connection.h"
#include "analysis/recorder/plan.h"
#include "analysis/recorder/time_axis.h"

namespace sentinel::analysis::recorder {

// Times are those of the recording, in milliseconds.
struct WriterRecord {
  struct Failures {
    std::uint64_t count = 0;
    double first_ms = 0;
    double last_ms = 0;
  };
  std::string name;                                     // also the key of its list
  std::string master;                                   // that it writes, as sentinels call it
  std::vector<std::pair<std::uint64_t, double>> acked;  // number, and when its reply came
  std::map<std::string, Failures> errors;               // by kind: READONLY, ConnectionError
  std::vector<std::pair<double, std::string>> targets;  // from when on which node was written
};

class Writer {
 public:
  Writer(const WriteAction& action, const Plan& plan, const TimeAxis& axis);

  // Takes what has arrived, and sends what is due. A write is skipped while the one before it is not answered; a
  // connection that was lost is made again for the next one.
  void work(SteadyTime now);
  void stop();

  SteadyTime next_wake() const;
  void add_interests(std::vector<pollfd>& sockets) const;
  const WriterRecord& record() const { return record_; }

 private:
  struct Exchange {  // one request at a time
    std::optional<Connection> connection{};
    std::size_t unwanted = 0;  // replies before the one that counts
    bool waiting = false;
    bool was_up = false;
  };

  void request(Exchange& exchange, const Endpoint& endpoint, const std::vector<std::string>& words);
  std::optional<Reply> receive(Exchange& exchange);
  void take_replies();
  void follow(const Reply& address);
  void write_to(const Endpoint& endpoint);
  void count(const Reply& reply);
  void count_error(const std::string& kind);

  const Plan* plan_;
  WriteAction action_;
  TimeAxis axis_;
  WriterRecord record_{};
  Exchange data_{};
  Exchange sentinel_{};
  std::optional<Endpoint> target_{};
  std::uint64_t number_ = 0;  // of the last write
  SteadyTime next_write_{};
  SteadyTime next_question_{};
  bool over_ = false;
};

// `RPUSH key number`, the number padded so that the command has so many bytes on the wire, or, where no padding has
// exactly as many, one less.
std::vector<std::string> write_command(const std::string& key, std::uint64_t number, std::int64_t bytes);

// As it was padded.
std::uint64_t number_of(const std::string& text);

}  // namespace sentinel::analysis::recorder
