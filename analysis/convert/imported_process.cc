#include "analysis/convert/imported_process.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <system_error>
#include <utility>

#include "sim/bad_input.h"
#include "sim/reader/conf_reader.h"
#include "sim/reader/text_file.h"
#include "sim/words.h"

namespace sentinel::analysis {
namespace {

using sim::Args;
using sim::Conf;
using sim::ConfLine;
using sim::Directive;

std::string place_of(const ConfLine& line) { return line.file.string() + ":" + std::to_string(line.line) + ": "; }

// `sentinel auth-user`, `tls-port`
std::string name_of(const Directive& directive) {
  const std::string first = sim::lower_case(directive.name());
  return first == "sentinel" && directive.words.size() > 1 ? first + " " + sim::lower_case(directive.words[1]) : first;
}

void warn(ImportRemarks& remarks, const ConfLine& line, std::string_view directive, std::string_view why) {
  const std::size_t first = line.text.find_first_not_of(" \t");
  const std::string text = first == std::string::npos ? "" : line.text.substr(first);
  remarks.warnings.push_back(place_of(line) + sim::in_quotes(text) + ": " + std::string{why});
  if (directive.empty() || std::ranges::find(remarks.left_out, directive) != remarks.left_out.end()) return;
  remarks.left_out.emplace_back(directive);
}

// --- lines of files ---------------------------------------------------------------------------------------

constexpr std::size_t kMostLines = 20'000;
constexpr std::size_t kDeepest = 8;

std::vector<ConfLine> lines_of(const ConfText& conf) {
  std::vector<ConfLine> lines;
  std::string_view rest = conf.text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t first = line.find_first_not_of(" \t\r");
    if (first == std::string_view::npos || line[first] == '#') continue;
    line = line.substr(first, line.find_last_not_of(" \t\r") - first + 1);
    if (lines.size() == kMostLines) {
      throw sim::BadInput(conf.file, number, "", "more than 20000 directives: expected a redis.conf or sentinel.conf");
    }
    lines.push_back({.text = std::string{line}, .file = conf.file, .line = number, .json_path = ""});
  }
  return lines;
}

// The lines of a file, with those of included files in their places.
class Includer {
 public:
  Includer(std::list<ConfLine>& lines, ImportRemarks& remarks) : lines_(lines), remarks_(remarks) {}

  void add(const ConfText& conf, std::size_t depth = 0) {
    for (ConfLine& line : lines_of(conf)) {
      const std::vector<Directive> words = sim::split_directives({&line}, pass_over);
      const bool includes = !words.empty() && words[0].words.size() == 2 && name_of(words[0]) == "include";
      if (includes) {
        include(line, words[0].words[1], depth);
      } else if (lines_.size() == kMostLines) {
        throw sim::BadInput(line.file, line.line, "", "more than 20000 directives with those of included files");
      } else {
        lines_.push_back(std::move(line));
      }
    }
  }

 private:
  static void pass_over(const ConfLine& /*line*/, std::string_view /*why*/) {}

  void include(const ConfLine& line, const std::string& name, std::size_t depth) {
    const std::filesystem::path file = line.file.parent_path() / std::filesystem::path{name}.filename();
    std::error_code error;
    if (name.find('\0') != std::string::npos || !std::filesystem::is_regular_file(file, error)) {
      warn(remarks_, line, "include", "no file of that name is beside this one; what it says is left out");
    } else if (++included_ > kMostIncluded) {
      throw sim::BadInput(line.file, line.line, "", "more than 1000 files are included");
    } else if (depth == kDeepest) {
      warn(remarks_, line, "include", "more than 8 files include one another; this one is left out");
    } else {
      add({.file = file, .text = sim::read_text_file(file)}, depth + 1);
    }
  }

  static constexpr std::size_t kMostIncluded = 1'000;

  std::list<ConfLine>& lines_;
  ImportRemarks& remarks_;
  std::size_t included_ = 0;
};

// --- what is not simulated --------------------------------------------------------------------------------

struct NotSimulated {
  std::string_view name;  // a directive, or with `*` at its end how directives begin
  std::string_view why;
};

// Of what the readers pass over, or do not know, what makes a difference to a failover.
constexpr auto kNotSimulated = std::to_array<NotSimulated>({
    {"tls-*", "TLS is not simulated: connections are plain"},
    {"cluster-*", "Redis Cluster is not simulated: a node of it is no business of Sentinel"},
    {"loadmodule", "modules are not simulated"},
    {"aclfile", "users are not simulated: what they may not do is allowed"},
    {"user", "users are not simulated: what they may not do is allowed"},
    {"masteruser", "users are not simulated: replicas log in with masterauth alone"},
    {"sentinel auth-user", "users are not simulated: sentinels log in with auth-pass alone"},
    {"sentinel sentinel-user", "sentinels do not ask each other for passwords in the simulation"},
    {"sentinel sentinel-pass", "sentinels do not ask each other for passwords in the simulation"},
});

// The commands that sentinels and replicas send by their usual names, whatever the files say.
constexpr auto kSent = std::to_array<std::string_view>(
    {"auth", "client", "config", "exec", "info", "multi", "publish", "replconf", "role", "script", "subscribe"});

bool fits(std::string_view pattern, std::string_view name) {
  return pattern.ends_with('*') ? name.starts_with(pattern.substr(0, pattern.size() - 1)) : pattern == name;
}

// What CONFIG REWRITE writes of the user that all are.
bool is_usual_user(const Directive& directive, bool has_password) {
  const Args args = directive.args();
  const auto has = [&](std::string_view word) { return std::ranges::find(args, word) != args.end(); };
  return !args.empty() && args[0] == "default" && has("on") && has("~*") && has("+@all") &&
         (has("nopass") || has_password);
}

// `tls-port 0`, `cluster-enabled no`
bool is_turned_off(const Directive& directive) {
  const std::string name = name_of(directive);
  const Args args = directive.args();
  const bool is_off = args.size() == 1 && (args[0] == "0" || sim::lower_case(args[0]) == "no");
  return is_off && (name.starts_with("tls-") || name.starts_with("cluster-"));
}

std::string_view why_not_simulated(const Directive& directive, bool is_sentinel, bool has_password) {
  const std::string name = name_of(directive);
  if (name == "user" && is_usual_user(directive, has_password)) return {};
  if (name == "requirepass" && is_sentinel) return "sentinels do not ask for passwords in the simulation";
  if (name == "sentinel rename-command") {
    const bool is_ping = directive.words.size() > 3 && sim::lower_case(directive.words[3]) == "ping";
    return is_ping ? "" : "sentinels use the usual names of commands but PING in the simulation";
  }
  if (name == "rename-command" && !directive.args().empty()) {
    const bool is_sent = std::ranges::find(kSent, sim::lower_case(directive.args()[0])) != kSent.end();
    return is_sent ? "sentinels and replicas send this command, by its usual name in the simulation" : "";
  }
  const auto* const found =
      std::ranges::find_if(kNotSimulated, [&](const NotSimulated& each) { return fits(each.name, name); });
  return found == kNotSimulated.end() ? std::string_view{} : found->why;
}

// Of a process that takes TLS only, the port of TLS is the one that others use.
void use_port_of_tls(std::list<ConfLine>& lines, const std::vector<Directive>& directives, ImportRemarks& remarks) {
  const auto is = [](std::string_view name) {
    return [name](const Directive& each) { return name_of(each) == name && each.args().size() == 1; };
  };
  const auto plain = std::ranges::find_if(directives, is("port"));
  const auto tls = std::ranges::find_if(directives, is("tls-port"));
  if (plain == directives.end() || tls == directives.end() || plain->args()[0] != "0") return;
  const auto line = std::ranges::find_if(lines, [&](const ConfLine& each) { return &each == plain->line; });
  warn(remarks, *tls->line, "tls-port", "TLS is not simulated: its port is taken for the plain one");
  line->text = "port " + tls->args()[0];
  lines.remove_if([&](const ConfLine& each) { return &each == tls->line; });
}

void leave_out(std::list<ConfLine>& lines, const std::vector<const ConfLine*>& bad) {
  lines.remove_if([&](const ConfLine& line) { return std::ranges::find(bad, &line) != bad.end(); });
}

std::vector<Directive> directives_of(ImportedProcess& process, ImportRemarks& remarks) {
  std::vector<const ConfLine*> bad;
  const auto leave = [&](const ConfLine& line, std::string_view why) {
    warn(remarks, line, "", std::string{why} + "; left out");
    bad.push_back(&line);
  };
  for (const ConfLine& line : process.lines) {
    std::string text = line.text;
    std::ranges::replace(text, '\t', ' ');
    if (sim::one_line(text) != text) leave(line, "expected UTF-8 without control characters");
  }
  leave_out(process.lines, std::exchange(bad, {}));
  std::vector<Directive> directives = sim::split_directives(conf_of(process), leave);
  leave_out(process.lines, bad);
  return directives;
}

void leave_out_not_simulated(ImportedProcess& process, const std::vector<Directive>& directives,
                             ImportRemarks& remarks) {
  const bool has_password = std::ranges::find(directives, "requirepass", name_of) != directives.end();
  std::vector<const ConfLine*> bad;
  for (const Directive& directive : directives) {
    const std::string_view why = why_not_simulated(directive, process.is_sentinel, has_password);
    if (why.empty()) continue;
    if (!is_turned_off(directive)) warn(remarks, *directive.line, name_of(directive), why);
    bad.push_back(directive.line);
  }
  leave_out(process.lines, bad);
}

bool is_named_like_a_sentinel(const std::filesystem::path& file) {
  return sim::lower_case(file.filename().string()).find("sentinel") != std::string::npos;
}

bool has_port_of_sentinels(const std::vector<Directive>& directives) {
  return std::ranges::any_of(directives, [](const Directive& each) {
    return name_of(each) == "port" && each.args().size() == 1 && each.args()[0] == "26379";
  });
}

template <class Config>
void take(const sim::Configured<Config>& from, Config& config, ImportedProcess& process) {
  config = from.config;
  process.port = from.port;
  process.hosts = from.hosts;
  process.announced = from.announced;
}

}  // namespace

sim::Conf conf_of(const ImportedProcess& process) {
  Conf conf;
  for (const ConfLine& line : process.lines) conf.push_back(&line);
  return conf;
}

void read_lines(ImportedProcess& process, sim::SymbolTable& symbols, ImportRemarks& remarks) {
  std::vector<const ConfLine*> bad;
  const auto on_bad = [&](const ConfLine& line, std::string_view why) {
    bad.push_back(&line);
    const std::vector<Directive> words = sim::split_directives({&line}, [](const ConfLine&, std::string_view) {});
    const std::string name = words.empty() ? "" : name_of(words.front());
    if (process.address && (name == "port" || name == "bind")) {
      remarks.notes.push_back(place_of(line) + sim::in_quotes(line.text) + ": left out: " + std::string{why});
    } else {
      warn(remarks, line, name, std::string{why} + "; left out");
    }
  };
  const Conf conf = conf_of(process);
  if (process.is_sentinel) {
    take(sim::configure_sentinel(conf, process.address, symbols, on_bad), process.sentinel, process);
  } else {
    take(sim::configure_data_node(conf, process.address, symbols, on_bad), process.data_node, process);
  }
  leave_out(process.lines, bad);
}

ImportedProcess imported_process(const ConfText& conf, sim::SymbolTable& symbols, ImportRemarks& remarks) {
  ImportedProcess process{.file = conf.file};
  Includer(process.lines, remarks).add(conf);
  std::vector<Directive> directives = directives_of(process, remarks);
  use_port_of_tls(process.lines, directives, remarks);
  directives = directives_of(process, remarks);
  process.is_sentinel = sim::is_sentinel_conf(conf_of(process)) || has_port_of_sentinels(directives) ||
                        is_named_like_a_sentinel(conf.file);
  leave_out_not_simulated(process, directives, remarks);
  read_lines(process, symbols, remarks);
  return process;
}

}  // namespace sentinel::analysis
