// What the readers of redis.conf and of sentinel.conf share.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/reader/directives.h"
#include "sim/reader/names.h"
#include "sim/word_table.h"

namespace sentinel::sim {

// The words of a line that is no comment.
struct Directive {
  const ConfLine* line = nullptr;
  std::vector<std::string> words;  // at least one

  std::string_view name() const { return words.front(); }
  Args args() const { return Args{words}.subspan(1); }
};
// Passes over lines that are none, if `on_bad` returns.
std::vector<Directive> split_directives(const Conf& conf, const OnBadLine& on_bad = fail);

// Directives that Redis knows, and that change nothing that is simulated.
std::span<const std::string_view> directives_without_effect();

// Where a process listens: a given address with which `port` and `bind` must agree, or what they tell.
class Listening {
 public:
  Listening(std::optional<model::Address> given, SymbolTable& symbols) : given_(given), symbols_(&symbols) {}

  void set_port(std::string_view text);
  void bind(Args hosts);

  std::optional<model::Address> address(std::uint16_t default_port) const;
  std::uint16_t port(std::uint16_t default_port) const { return port_ == 0 ? default_port : port_; }
  const std::vector<model::Symbol>& hosts() const { return hosts_; }

 private:
  std::optional<model::Address> given_;
  std::vector<model::Symbol> hosts_;
  std::uint16_t port_ = 0;  // 0: not told
  SymbolTable* symbols_;
};

// The parts of an address that are announced instead of the real ones.
struct Announced {
  model::Symbol host{};
  std::uint16_t port = 0;

  void set_host(std::string_view text, SymbolTable& symbols);  // an empty text: the real one
  void set_port(std::string_view text);                        // likewise 0
  model::Address instead_of(const model::Address& real) const;
};

// The result of a reader that has read all lines.
template <class Config>
Configured<Config> configured(Config config, const Listening& listening, const Announced& announced,
                              std::uint16_t default_port) {
  const std::optional<model::Address> listens = listening.address(default_port);
  if (listens) config.announced = announced.instead_of(*listens);
  return {.config = std::move(config),
          .address = listens,
          .port = listening.port(default_port),
          .hosts = listening.hosts(),
          .announced = {announced.host, announced.port}};
}

bool parse_yes_no(std::string_view text);

// Lets the table say what a directive does. Throws BadInput if it knows none such; `owner` has this configuration.
template <class Target>
void apply_directive(std::span<const Word<Target>> table, Target& target, const Directive& directive,
                     std::string_view owner) {
  const Word<Target>* const word = find_word(table, directive.name());
  if (word != nullptr) {
    apply(*word, target, directive.args());
    return;
  }
  const std::span<const std::string_view> others = directives_without_effect();
  if (std::ranges::find(others, lower_case(directive.name())) != others.end()) return;
  std::vector<std::string_view> known = names_of(table);
  known.insert(known.end(), others.begin(), others.end());
  throw BadInput("unknown directive " + in_quotes(directive.name()) + " of " + std::string{owner} +
                 suggestion(directive.name(), known));
}

}  // namespace sentinel::sim
