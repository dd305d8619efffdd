#include "analysis/convert/export.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "sim/query/conf_file.h"
#include "sim/reader/conf_reader.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

// The words of a line that begins with `directive`; empty if it is another one.
std::vector<std::string> words_of(const std::string& line, std::string_view directive) {
  const sim::ConfLine conf{.text = line, .file = "", .line = 0, .json_path = ""};
  const std::vector<sim::Directive> found = sim::split_directives({&conf});
  return found.empty() || sim::lower_case(found[0].name()) != directive ? std::vector<std::string>{} : found[0].words;
}

bool says_that_it_is_a_sentinel(const std::vector<std::string>& lines) {
  return std::ranges::any_of(lines, [](const std::string& line) { return !words_of(line, "sentinel").empty(); });
}

// A process that binds all addresses, or none, does not say at which one the others reach it.
std::string text_of(const sim::Scenario& scenario, const sim::Node& node, std::vector<std::string> lines) {
  const std::string host{scenario.symbols.text(node.address.host)};
  const auto binds = [](const std::string& line) { return !words_of(line, "bind").empty(); };
  const auto binds_host = [&](const std::string& line) {
    const std::vector<std::string> words = words_of(line, "bind");
    return std::ranges::find(words, host) != words.end();
  };
  if (std::ranges::none_of(lines, binds_host)) {
    std::erase_if(lines, binds);
    lines.insert(lines.begin(), "bind " + host);
  }
  if (node.is_sentinel() && !says_that_it_is_a_sentinel(lines))
    lines.emplace_back("sentinel deny-scripts-reconfig yes");
  std::string text;
  for (const std::string& line : lines) text += line + '\n';
  return text;
}

}  // namespace

std::vector<ConfText> export_conf(const std::shared_ptr<const sim::Scenario>& scenario, std::optional<sim::SimTime> at,
                                  std::uint64_t seed) {
  std::vector<ConfText> files;
  for (std::size_t i = 0; i < scenario->nodes.size(); ++i) {
    const sim::Node& node = scenario->nodes[i];
    if (!node.listens()) continue;
    const auto id = static_cast<sim::NodeId>(i);
    std::string text;
    if (at) {
      sim::Run run(scenario, seed);
      text = sim::conf_text_at(run, id, *at);
    } else {
      text = sim::ConfFile(*scenario, id).text();
    }
    files.push_back({.file = node.name + ".conf", .text = text_of(*scenario, node, lines_of(text))});
  }
  return files;
}

}  // namespace sentinel::analysis
