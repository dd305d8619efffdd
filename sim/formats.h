// How the event streams of a run are written: one writer a format.
#pragma once

#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>

#include "sim/run.h"

namespace sentinel::sim {

enum class Format : std::uint8_t {
  kEvents,    // `   15.315 S1 +sdown master mymaster 127.0.0.1 7000`: seconds, sentinel, event. Golden streams are this
  kPmessage,  // what `redis-cli psubscribe '*'` prints
  kLog,       // the log files of the sentinels, and of the data nodes as far as they tell of replication
  kJsonl,     // one JSON object a line
};
std::optional<Format> find_format(std::string_view name);
std::span<const std::string_view> format_names();

// Writes what is said in a run. Of one node only, if `only` is given; from Scenario::from on. With `reasons`, the
// formats events and jsonl also have what a real stream does not show: the scripts that ran.
class StreamWriter {
 public:
  // `scenario` and `out` must outlive the writer.
  StreamWriter(Format format, const Scenario& scenario, std::ostream& out, std::optional<NodeId> only = std::nullopt,
               bool reasons = false)
      : format_(format), scenario_(&scenario), out_(&out), only_(only), reasons_(reasons) {}

  void operator()(const Record& record);

 private:
  void write_event(const Record& record, const model::Event& event);
  void write_reply(const Record& record, const CommandReply& reply);
  void write_log(const Record& record, const model::LogLine& line);
  void write_script(const Record& record);

  Format format_;
  const Scenario* scenario_;
  std::ostream* out_;
  std::optional<NodeId> only_;
  bool reasons_;
};

// `15.315`: seconds since the start.
std::string time_text(SimTime at);
// `   15.315`: likewise, in a column.
std::string seconds_text(SimTime at);

// The line of Format::kEvents, without its end; empty for what was not published.
std::string event_line(const Scenario& scenario, const Record& record);

}  // namespace sentinel::sim
