#include "sim/script_text.h"

#include "sim/event_text.h"
#include "sim/units.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

std::string end_text(const model::ScriptEnd& end) {
  return end.signal != 0 ? "killed by signal " + std::to_string(end.signal)
                         : "exit code " + std::to_string(end.exit_code);
}

}  // namespace

std::vector<std::string> script_words(model::Symbol path, const model::ScriptArguments& arguments,
                                      const SymbolTable& symbols) {
  std::vector<std::string> words{std::string{symbols.text(path)}};
  if (const auto* event = std::get_if<model::Event>(&arguments)) {
    words.emplace_back(model::event_row(event->kind).channel);
    words.push_back(payload_text(*event, symbols));
    return words;
  }
  const auto& change = std::get<model::ClientReconfiguration>(arguments);
  words.emplace_back(symbols.text(change.master));
  words.emplace_back(change.leads ? "leader" : "observer");
  words.emplace_back("start");
  for (const model::Address& address : {change.from, change.to}) {
    words.emplace_back(symbols.text(address.host));
    words.push_back(std::to_string(address.port));
  }
  return words;
}

std::string script_text(const Record& record, const SymbolTable& symbols) {
  const auto name = [](std::uint32_t pid) { return "script " + std::to_string(pid); };
  if (const auto* start = std::get_if<model::StartScript>(&record.what)) {
    return name(start->pid) + " starts (run " + std::to_string(start->run) +
           "): " + join_words(script_words(start->path, start->arguments, symbols));
  }
  if (const auto* collected = std::get_if<model::ScriptCollected>(&record.what)) {
    const std::string again =
        collected->again_after ? ", runs again in " + format_duration(*collected->again_after) : std::string{};
    return name(collected->pid) + " ended (run " + std::to_string(collected->run) + "): " + end_text(collected->end) +
           again;
  }
  if (const auto* dropped = std::get_if<model::ScriptDropped>(&record.what)) {
    return "script dropped, the queue is full: " + join_words(script_words(dropped->path, dropped->arguments, symbols));
  }
  return {};
}

}  // namespace sentinel::sim
