#include "sim/reader/directive_overrides.h"

#include <algorithm>
#include <array>
#include <string>

#include "sim/bad_input.h"
#include "sim/reader/conf_reader.h"
#include "sim/reader/json_fields.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

// Of each master that a sentinel monitors.
constexpr auto kOfMasters = std::to_array<std::string_view>(
    {"quorum", "down-after-milliseconds", "failover-timeout", "parallel-syncs", "master-reboot-down-after-period"});

bool is_of_masters(std::string_view name) { return std::ranges::find(kOfMasters, name) != kOfMasters.end(); }

bool is_of_sentinels(std::string_view name) { return is_of_masters(name) || lower_case(name).starts_with("sentinel "); }

using Words = std::vector<std::string>;

bool begins_with(const Words& line, const Words& words) {
  return line.size() >= words.size() &&
         std::ranges::equal(words, std::span{line}.first(words.size()), {}, lower_case, lower_case);
}

constexpr std::size_t kNameOfMaster = 2;  // sentinel monitor NAME HOST PORT QUORUM
constexpr std::size_t kQuorum = 5;

// The lines of a node while they are changed.
class Lines {
 public:
  Lines(NodeDraft& node, ConfStore& store, const Json& value)
      : node_(node), store_(store), value_(value), directives_(split_directives(node.conf)) {}

  void set(Words words, const std::string& value) {
    for (const Directive& directive : directives_) {
      if (begins_with(directive.words, words)) std::erase(node_.conf, directive.line);
    }
    words.push_back(value);
    store_.give(node_, line(words));
  }

  // Only their quorum: the order of the masters stays.
  void set_of_masters(const std::string& option, const std::string& value) {
    for (const Directive& directive : directives_) {
      if (!begins_with(directive.words, {"sentinel", "monitor"}) || directive.words.size() <= kQuorum) continue;
      if (option == "quorum") {
        Words words = directive.words;
        words[kQuorum] = value;
        std::ranges::replace(node_.conf, directive.line, line(words));
      } else {
        set({"sentinel", option, directive.words[kNameOfMaster]}, value);
      }
    }
  }

 private:
  const ConfLine* line(const Words& words) {
    return store_.add(
        {.text = join_words(words), .file = value_.document->file(), .line = value_.line, .json_path = value_.path()});
  }

  NodeDraft& node_;
  ConfStore& store_;
  const Json& value_;
  std::vector<Directive> directives_;  // as they were
};

std::string word_of(const Json& value) {
  if (value.kind == Json::Kind::kNumber) return value.text;
  if (value.kind == Json::Kind::kBool) value.fail(R"(expected "yes" or "no")");
  return std::string{string_of(value)};
}

}  // namespace

bool is_directive(std::string_view name) {
  if (is_of_sentinels(name)) return true;
  return is_data_node_directive(name.substr(0, name.find(' ')));
}

void override_directives(const Json& directives, std::vector<NodeDraft>& drafts, ConfStore& store) {
  for (const Json* const directive : members_of(directives)) {
    const std::string& name = directive->name;
    const std::string value = word_of(*directive);
    const bool of_sentinels = is_of_sentinels(name);
    if (!is_directive(name)) directive->fail("unknown directive of a data node");
    bool is_used = false;
    for (NodeDraft& node : drafts) {
      if (node.is_sentinel.value_or(is_sentinel_conf(node.conf)) != of_sentinels) continue;
      is_used = true;
      Lines lines{node, store, *directive};
      if (is_of_masters(name)) {
        lines.set_of_masters(name, value);
      } else {
        lines.set(at(*directive, [&] { return split_words(name); }), value);
      }
    }
    if (!is_used)
      directive->fail("there is no " + std::string{of_sentinels ? "sentinel" : "data node"} + " that has it");
  }
}

}  // namespace sentinel::sim
