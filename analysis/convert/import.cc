#include "analysis/convert/import.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

#include "analysis/convert/imported_addresses.h"
#include "sim/bad_input.h"
#include "sim/event_text.h"
#include "sim/reader/scenario_reader.h"
#include "sim/words.h"

namespace sentinel::analysis {
namespace {

using nlohmann::ordered_json;
using Processes = std::vector<ImportedProcess>;

constexpr std::size_t kMostReplicas = 100;

// --- the cast ---------------------------------------------------------------------------------------------

struct Master {
  std::string name;
  model::Address address{};
  model::MonitoredMaster monitored{};  // as the first sentinel that knows it has it
};

// By name, as the sentinels know them.
std::vector<Master> masters_of(const Processes& processes, const sim::SymbolTable& symbols) {
  std::vector<Master> masters;
  for (const ImportedProcess& process : processes) {
    for (const model::MonitoredMaster& monitored : process.sentinel.masters) {
      const std::string name{symbols.text(monitored.name)};
      if (std::ranges::find(masters, name, &Master::name) != masters.end()) continue;
      masters.push_back({.name = name, .address = monitored.address, .monitored = monitored});
    }
  }
  return masters;
}

bool is_replica_of(const ImportedProcess& process, const model::Address& master) {
  return !process.is_sentinel && process.data_node.replicaof == master;
}

// Masters first, in the order in which the sentinels name them; then the other data nodes, then sentinels.
void sort_cast(Processes& processes, const std::vector<Master>& masters) {
  const auto place_of = [&](const ImportedProcess& process) {
    const auto found = std::ranges::find(masters, *process.address, &Master::address);
    const auto monitored = static_cast<std::size_t>(found - masters.begin());
    if (process.is_sentinel) return masters.size() + 2;
    if (found != masters.end()) return monitored;
    return masters.size() + (process.data_node.replicaof ? 1U : 0U);
  };
  std::ranges::stable_sort(processes, {}, place_of);
}

std::vector<std::string> names_of(const Processes& processes) {
  std::vector<std::string> names;
  std::size_t data_nodes = 0;
  std::size_t sentinels = 0;
  for (const ImportedProcess& process : processes) {
    names.push_back(process.is_sentinel ? "S" + std::to_string(++sentinels) : "R" + std::to_string(++data_nodes));
  }
  return names;
}

// --- the file, laid out as by hand ------------------------------------------------------------------------

std::string quoted(const std::string& text) {
  return ordered_json(text).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string node_text(const ImportedProcess& process, const sim::SymbolTable& symbols) {
  std::string text = R"({"address": )" + quoted(sim::name_and_port(*process.address, symbols));
  if (process.is_sentinel && !sim::is_sentinel_conf(conf_of(process))) text += R"(, "kind": "sentinel")";
  std::string lines;
  for (const sim::ConfLine& line : process.lines) {
    lines.append(lines.empty() ? "\n      " : ",\n      ").append(quoted(line.text));
  }
  return text + (lines.empty() ? "}" : R"(, "conf": [)" + lines + "\n    ]}");
}

std::string listed(const std::vector<std::string>& words) {
  constexpr std::size_t kMost = 12;
  std::string text;
  for (std::size_t i = 0; i < std::min(words.size(), kMost); ++i) text.append(i == 0 ? "" : ", ").append(words[i]);
  return words.size() > kMost ? text + " and " + std::to_string(words.size() - kMost) + " more" : text;
}

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

class Story {
 public:
  Story(const Processes& processes, const sim::SymbolTable& symbols, const ImportOptions& options,
        const ImportRemarks& remarks)
      : processes_(processes), symbols_(symbols), options_(options), remarks_(remarks), names_(names_of(processes)) {
    const std::vector<Master> masters = masters_of(processes, symbols);
    if (masters.empty() && !options.down.empty()) throw sim::BadInput("--down: no sentinel monitors a master");
    std::vector<std::string_view> known;
    known.reserve(masters.size());
    for (const Master& master : masters) known.push_back(master.name);
    const auto meant = options.down.empty() ? masters.begin() : std::ranges::find(masters, options.down, &Master::name);
    if (!masters.empty() && meant == masters.end()) {
      throw sim::BadInput("--down " + sim::in_quotes(options.down) + " is no master that a sentinel monitors" +
                          sim::suggestion(options.down, known));
    }
    if (!masters.empty()) master_ = *meant;
  }

  std::string text(const std::vector<ConfText>& files) const {
    std::string text = "{\n  \"about\": " + quoted(about(files)) + ",\n";
    text += "  \"profile\": " + quoted(options_.profile) + ",\n  \"nodes\": {\n";
    for (std::size_t i = 0; i < processes_.size(); ++i) {
      text += "    " + quoted(names_[i]) + ": " + node_text(processes_[i], symbols_);
      text += i + 1 < processes_.size() ? ",\n" : "\n";
    }
    text += "  },\n";
    if (master_) text += "  \"steps\": [\n    " + step() + "\n  ],\n";
    text += "  \"until\": " + quoted(std::to_string(until().count()) + "s");
    if (master_) text += ",\n  \"expect\": {\n    \"eventually\": [" + quoted(expected()) + "]\n  }";
    return text + "\n}\n";
  }

 private:
  std::size_t count(bool (*is_meant)(const ImportedProcess&)) const {
    return static_cast<std::size_t>(std::ranges::count_if(processes_, is_meant));
  }
  std::size_t sentinels() const {
    return count([](const ImportedProcess& process) { return process.is_sentinel; });
  }

  std::string about(const std::vector<ConfText>& files) const {
    std::vector<std::string> sources;
    sources.reserve(files.size());
    for (const ConfText& file : files) sources.push_back(file.file.filename().string());
    std::string text = counted(processes_.size() - sentinels(), "data node") + " and " +
                       counted(sentinels(), "sentinel") + ", imported from " + listed(sources) + ".";
    if (master_) text = "The master of " + master_->name + " dies. " + text;
    if (!remarks_.left_out.empty()) text += " Left out: " + listed(remarks_.left_out) + ".";
    return sim::one_line(text);
  }

  std::string step() const {
    const auto place = std::ranges::find(processes_, std::optional{master_->address}, &ImportedProcess::address);
    const std::string node = names_[static_cast<std::size_t>(place - processes_.begin())];
    return R"({"at": "10s", "do": "crash", "node": )" + quoted(node) + R"(, "why": )" +
           quoted("the process of the master is killed") + "}";
  }

  // Replaced, if somebody can be promoted and enough sentinels are there to agree and to vote.
  std::string expected() const {
    const bool has_replica = std::ranges::any_of(processes_, [&](const ImportedProcess& process) {
      return is_replica_of(process, master_->address) && process.data_node.priority > 0 &&
             process.data_node.announce_replica;
    });
    const auto monitors = [&](const ImportedProcess& process) {
      return std::ranges::find(process.sentinel.masters, master_->monitored.name, &model::MonitoredMaster::name) !=
             process.sentinel.masters.end();
    };
    const bool can = has_replica && std::ranges::count_if(processes_, monitors) >= master_->monitored.quorum;
    return (can ? "+switch-master " : "+sdown master ") + master_->name + " *";
  }

  // Long enough for two elections, in whole tens of seconds.
  std::chrono::seconds until() const {
    using std::chrono::seconds;
    constexpr seconds kLeast{60};
    constexpr seconds kRound{10};
    constexpr seconds kMost{86'400};
    if (!master_) return kLeast;
    const auto after = std::chrono::ceil<seconds>(master_->monitored.down_after) + seconds{40};
    return std::min(kMost, std::max(kLeast, (after + kRound - seconds{1}) / kRound * kRound));
  }

  const Processes& processes_;
  const sim::SymbolTable& symbols_;
  const ImportOptions& options_;
  const ImportRemarks& remarks_;
  std::vector<std::string> names_;
  std::optional<Master> master_{};
};

// --- what is worth a remark -------------------------------------------------------------------------------

void remark_on_ids(const Processes& processes, ImportRemarks& remarks) {
  for (auto process = processes.begin(); process != processes.end(); ++process) {
    const auto same = std::find_if(processes.begin(), process, [&](const ImportedProcess& other) {
      return process->is_sentinel && other.is_sentinel && process->sentinel.id != model::Id{} &&
             other.sentinel.id == process->sentinel.id;
    });
    if (same == process) continue;
    remarks.notes.push_back(process->file.string() + ": has the myid of " + same->file.string() +
                            ": the other sentinels take the two for one");
  }
}

void remark_on_secrets(const Processes& processes, ImportRemarks& remarks) {
  for (const ImportedProcess& process : processes) {
    const auto& masters = process.sentinel.masters;
    const bool has_one = process.data_node.password || process.data_node.master_password ||
                         std::ranges::any_of(masters, [](const auto& master) { return bool{master.auth_pass}; });
    if (!has_one || process.file.empty()) continue;  // who is only named got it from a file
    remarks.notes.push_back(process.file.string() + ": the scenario holds its password, in plain text");
    return;
  }
}

void remark_on_scripts(const Processes& processes, const sim::SymbolTable& symbols, ImportRemarks& remarks) {
  std::vector<model::Symbol> told;
  for (const ImportedProcess& process : processes) {
    for (const model::MonitoredMaster& master : process.sentinel.masters) {
      for (const model::Symbol script : {master.notification_script, master.client_reconfig_script}) {
        if (!script || std::ranges::find(told, script) != told.end()) continue;
        told.push_back(script);
        remarks.notes.push_back(process.file.string() + ": the script " + std::string{symbols.text(script)} +
                                " is taken to succeed in 100 ms; 'scripts' of the scenario may say otherwise");
      }
    }
  }
}

// Neither an address nor a password: the real one talks to its own machine only, unless that is turned off. Images for
// containers are built so.
void remark_on_protection(const Processes& processes, const sim::SymbolTable& symbols, ImportRemarks& remarks) {
  const auto lets_in = [](const sim::ConfLine& line) {
    const std::vector<std::string> words = sim::split_words(line.text);
    const std::string directive = sim::lower_case(words.front());
    return directive == "bind" || (directive == "protected-mode" && sim::lower_case(words.back()) == "no");
  };
  for (const ImportedProcess& process : processes) {
    const bool is_meant = !process.is_sentinel && !process.file.empty() && !process.data_node.password &&
                          !process.announced.host && !symbols.text(process.address->host).starts_with("127.");
    if (!is_meant || std::ranges::any_of(process.lines, lets_in)) continue;
    remarks.notes.push_back(process.file.string() +
                            ": neither 'bind' nor 'requirepass': from 3.2 on, Redis then refuses clients of other "
                            "hosts unless 'protected-mode no' is said or built in, which is assumed");
  }
}

void add_missing_replicas(Processes& processes, std::size_t replicas, sim::SymbolTable& symbols,
                          ImportRemarks& remarks) {
  for (const Master& master : masters_of(processes, symbols)) {
    const auto is_replica = [&](const ImportedProcess& process) { return is_replica_of(process, master.address); };
    auto count = static_cast<std::size_t>(std::ranges::count_if(processes, is_replica));
    if (count == 0 && replicas == 0) {
      remarks.notes.push_back("no replica of " + master.name + " is named: give its file, or say --replicas N");
    }
    for (; count < replicas; ++count) add_replica(processes, master.address, symbols, remarks);
  }
}

}  // namespace

ImportedScenario import_conf(const std::vector<ConfText>& files, const ImportOptions& options) {
  if (options.replicas > kMostReplicas) throw sim::BadInput("--replicas: expected at most 100");
  ImportedScenario made;
  sim::SymbolTable symbols;
  Processes processes;
  for (const ConfText& file : files) processes.push_back(imported_process(file, symbols, made.remarks));
  settle_addresses(processes, symbols, made.remarks);
  add_missing_replicas(processes, options.replicas, symbols, made.remarks);
  sort_cast(processes, masters_of(processes, symbols));
  remark_on_ids(processes, made.remarks);
  remark_on_protection(processes, symbols, made.remarks);
  remark_on_scripts(processes, symbols, made.remarks);
  remark_on_secrets(processes, made.remarks);
  for (std::vector<std::string>* const remarks : {&made.remarks.notes, &made.remarks.warnings}) {
    for (std::string& remark : *remarks) remark = sim::one_line(remark);
  }
  made.text = Story(processes, symbols, options, made.remarks).text(files);
  try {
    sim::parse_scenario(made.text, "(scenario)");
  } catch (const sim::BadInput& bad) {
    throw sim::BadInput("the files cannot be made a scenario: " + std::string{bad.what()});
  }
  return made;
}

}  // namespace sentinel::analysis
