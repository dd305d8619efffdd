// Tests that ask nodes of a run: what redis-cli would print.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/query/query.h"
#include "sim/reader/scenario_reader.h"
#include "sim/redis_cli.h"
#include "sim/run.h"
#include "sim/words.h"

namespace sentinel::sim {

// A run at one moment. `scenario` is the text of a file.
class Asking {
 public:
  Asking(const std::string& scenario, Micros at, std::uint64_t seed = 1)
      : run_(std::make_shared<Scenario>(parse_scenario(scenario, "x.json")), seed) {
    Scratch scratch;
    run_.run_until(SimTime{at}, scratch, [](const Record&) {});
    run_.wait_until(SimTime{at});
  }

  const Run& run() const { return run_; }
  NodeId node(std::string_view name) const { return run_.scenario().find_node(name).value(); }
  Reply reply(std::string_view name, std::string_view command) const {
    return answer(run_, node(name), split_words(command));
  }
  // Without the last line end.
  std::string ask(std::string_view name, std::string_view command) const {
    const std::vector<std::string> words = split_words(command);
    std::string text = redis_cli_text(answer(run_, node(name), words), words.front());
    if (text.ends_with('\n')) text.pop_back();
    return text;
  }

 private:
  Run run_;
};

// Names and values of a reply that has them in turn.
inline std::vector<std::string> names_in(const Reply& reply) {
  std::vector<std::string> names;
  const auto& items = std::get<std::vector<Reply>>(reply.value);
  for (std::size_t i = 0; i < items.size(); i += 2) names.push_back(std::get<std::string>(items[i].value));
  return names;
}

inline std::string value_in(const Reply& reply, std::string_view name) {
  const auto& items = std::get<std::vector<Reply>>(reply.value);
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (std::get<std::string>(items[i].value) == name) return std::get<std::string>(items[i + 1].value);
  }
  return "no such field";
}

// `scenario` with another version of Redis.
inline std::string in_version(std::string scenario, std::string_view profile) {
  return scenario.insert(1, R"("profile": ")" + std::string{profile} + "\", ");
}

}  // namespace sentinel::sim
