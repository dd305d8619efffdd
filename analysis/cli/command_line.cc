#include "analysis/cli/command_line.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <thread>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "sim/units.h"

namespace sentinel::cli {

void CommandLine::positional(const char* name, int count) {
  hidden_.add_options()(name, po::value<std::vector<std::string>>(), "");
  positional_.add(name, count);
}

bool CommandLine::parse(const Arguments& arguments, po::variables_map& values) {
  visible_.add_options()("help,h", "print this");
  po::options_description all;
  all.add(visible_).add(hidden_);
  try {
    using Style = po::command_line_style::style_t;
    const auto style = Style::unix_style & ~Style::allow_guessing;
    po::store(po::command_line_parser(arguments).options(all).positional(positional_).style(style).run(), values);
  } catch (const po::unknown_option& unknown) {
    reject_unknown(unknown.get_option_name());
  } catch (const po::too_many_positional_options_error&) {
    throw sim::BadInput{"too many arguments; usage: " + usage_};
  } catch (const po::error& error) {
    throw sim::BadInput{std::string{error.what()} + "; usage: " + usage_};
  }
  if (values.count("help") == 0) return true;
  std::cout << "usage: " << usage_ << "\n\n" << visible_ << "\nexample: " << example_ << '\n';
  return false;
}

std::size_t CommandLine::through_positional(const Arguments& arguments, std::size_t count) const {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument.starts_with("--")) {
      const auto* const option = visible_.find_nothrow(argument.substr(2), false);
      if (option != nullptr && option->semantic()->min_tokens() > 0) ++i;  // its value
    } else if (!argument.starts_with("-") && --count == 0) {
      return i + 1;
    }
  }
  return arguments.size();
}

void CommandLine::reject_unknown(const std::string& option) const {
  std::vector<std::string> names;
  for (const auto& known : visible_.options()) names.push_back("--" + known->long_name());
  const std::vector<std::string_view> known(names.begin(), names.end());
  throw sim::BadInput{"unknown option '" + option + "'" + sim::suggestion(option, known) + "; usage: " + usage_};
}

std::optional<std::string> text_of(const po::variables_map& values, const std::string& option) {
  if (values.count(option) == 0) return std::nullopt;
  return values[option].as<std::string>();
}

void require_scenario(const po::variables_map& values, const std::string& command) {
  if (values.count("SCENARIO") != 0) return;
  throw sim::BadInput{command + " needs a scenario file; see sentinel-sim " + command + " --help"};
}

sim::Scenario scenario_of(const po::variables_map& values) {
  const std::string& file = values["SCENARIO"].as<std::vector<std::string>>().front();
  if (file.ends_with(".conf")) throw sim::BadInput{file + " is no scenario: sentinel-sim import makes one of it"};
  return sim::read_scenario(file, text_of(values, "case"));
}

sim::SimTime time_of(const std::string& text, const std::string& option) {
  try {
    return sim::SimTime{sim::parse_duration(text)};
  } catch (const sim::BadInput& bad) {
    throw sim::BadInput{option + ": " + bad.what()};
  }
}

std::uint64_t positive_number(const std::string& text, std::string_view option) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number == 0) {
    throw sim::BadInput{std::string{option} + " '" + text + "' is not a whole number from 1 on"};
  }
  return number;
}

po::typed_value<std::string>* jobs_value() {
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  return po::value<std::string>()->default_value(std::to_string(cores), "cores");
}

unsigned jobs_of(const po::variables_map& values) {
  constexpr std::uint64_t kMost = 1024;
  return static_cast<unsigned>(std::min(kMost, positive_number(values["jobs"].as<std::string>(), "--jobs")));
}

void write_out(std::string_view text, const std::string& file) {
  std::ofstream out{file, std::ios::binary};
  out << text << std::flush;
  if (!out) throw sim::BadInput{"--out " + sim::in_quotes(file) + " cannot be written"};
}

bool is_json(const std::string& format, const std::string& option) {
  if (format == "text" || format == "json") return format == "json";
  throw sim::BadInput{option + " '" + format + "' is not known" + sim::suggestion(format, {"text", "json"}) +
                      ": text or json"};
}

sim::NodeId node_named(const sim::Scenario& scenario, const std::string& name, const std::string& option,
                       const std::string& what, bool (*is_meant)(const sim::Node&)) {
  std::vector<std::string_view> known;
  for (const sim::Node& node : scenario.nodes) {
    if (is_meant(node)) known.push_back(node.name);
  }
  if (std::ranges::find(known, name) != known.end()) return *scenario.find_node(name);
  throw sim::BadInput{option + " '" + name + "' is no " + what + " of " + scenario.file.string() +
                      sim::suggestion(name, known)};
}

const model::Profile* profile_named(const std::string& name) {
  const model::Profile* profile = model::find_profile(name);
  if (profile != nullptr) return profile;
  std::vector<std::string_view> known;
  for (const model::Profile& each : model::profiles()) known.push_back(each.name);
  throw sim::BadInput{"--profile '" + name + "' is not known" + sim::suggestion(name, known)};
}

}  // namespace sentinel::cli
