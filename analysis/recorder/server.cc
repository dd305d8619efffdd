#include "analysis/recorder/server.h"

#include <regex>
#include <stdexcept>

#include "analysis/recorder/process.h"
#include "analysis/recorder/temporary_folder.h"
#include "sim/bad_input.h"
#include "sim/words.h"

namespace sentinel::analysis::recorder {

std::string Server::version_text() const {
  return std::to_string(version[0]) + "." + std::to_string(version[1]) + "." + std::to_string(version[2]);
}

Server find_server(const std::string& program) {
  const TemporaryFolder scratch;
  try {
    return parse_version(program, Tool({.command = {program, "--version"}}, scratch.path()).finish());
  } catch (const sim::BadInput&) {
    throw;
  } catch (const std::runtime_error& error) {
    throw sim::BadInput{std::string{error.what()} +
                        ": expected the path of a redis-server (Debian's package is redis-server), see --redis-server"};
  }
}

Server parse_version(const std::string& program, std::string_view printed) {
  static const std::regex pattern{R"((\w+) server v=(\d{1,4})\.(\d{1,4})\.(\d{1,4}))"};
  constexpr Version kOldest{2, 8, 0};
  std::match_results<std::string_view::const_iterator> match;
  if (!std::regex_search(printed.begin(), printed.end(), match, pattern)) {
    throw sim::BadInput{program + " is no redis-server: its --version prints " +
                        sim::in_quotes(printed.substr(0, printed.find('\n')))};
  }
  Server server{.program = program, .product = sim::lower_case(match[1].str())};
  for (std::size_t i = 0; i < server.version.size(); ++i) server.version[i] = std::stoi(match[i + 2].str());
  if (!server.is_at_least(kOldest)) {
    throw sim::BadInput{program + " is version " + server.version_text() + ": expected 2.8 or later"};
  }
  return server;
}

}  // namespace sentinel::analysis::recorder
