#include "analysis/convert/imported_addresses.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "sim/bad_input.h"
#include "sim/event_text.h"
#include "sim/reader/conf_reader.h"
#include "sim/reader/names.h"
#include "sim/reader/node_draft.h"
#include "sim/words.h"

namespace sentinel::analysis {
namespace {

using model::Address;
using Processes = std::vector<ImportedProcess>;

// --- what others call a process ---------------------------------------------------------------------------

enum class Role : std::uint8_t { kMonitored, kMaster, kReplica, kSentinel };

struct Named {
  Address address{};
  Role role{};
  model::Id id{};      // of a sentinel
  Address master{};    // of a replica or a sentinel
  std::size_t by = 0;  // the process that names it

  bool is_master() const { return role == Role::kMonitored || role == Role::kMaster; }
};

// All that processes name, in their order; each address once, with the first role in the order of Role.
std::vector<Named> all_named(const Processes& processes) {
  std::vector<Named> all;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const ImportedProcess& process = processes[i];
    if (!process.is_sentinel && process.data_node.replicaof) {
      all.push_back({.address = *process.data_node.replicaof, .role = Role::kMaster, .by = i});
    }
    for (const model::MonitoredMaster& master : process.sentinel.masters) {
      all.push_back({.address = master.address, .role = Role::kMonitored, .by = i});
      for (const Address& replica : master.known_replicas) {
        all.push_back({.address = replica, .role = Role::kReplica, .master = master.address, .by = i});
      }
      for (const model::KnownSentinel& known : master.known_sentinels) {
        all.push_back(
            {.address = known.address, .role = Role::kSentinel, .id = known.id, .master = master.address, .by = i});
      }
    }
  }
  std::ranges::stable_sort(all, {}, &Named::role);
  std::vector<Named> once;
  for (const Named& named : all) {
    if (std::ranges::find(once, named.address, &Named::address) == once.end()) once.push_back(named);
  }
  return once;
}

bool is_loopback(std::string_view host) {
  return host.starts_with("127.") || host == "::1" || sim::lower_case(host) == "localhost";
}

// Not an address.
bool is_name(std::string_view host) {
  return host.find(':') == std::string_view::npos && host.find_first_not_of("0123456789.") != std::string_view::npos;
}

// --- IPv4 addresses, to find one that is free -------------------------------------------------------------

std::optional<std::uint32_t> number_of(std::string_view host) {
  constexpr unsigned kParts = 4;
  constexpr unsigned kMost = 255;
  constexpr unsigned kBits = 8;
  std::uint32_t number = 0;
  const char* at = host.data();
  const char* const end = at + host.size();
  for (unsigned part = 0; part < kParts; ++part) {
    unsigned value = 0;
    if (part > 0) {
      if (at == end || *at != '.') return std::nullopt;
      ++at;
    }
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{} || value > kMost) return std::nullopt;
    at = next;
    number = (number << kBits) | value;
  }
  return at == end ? std::optional{number} : std::nullopt;
}

std::string host_of(std::uint32_t number) {
  constexpr std::uint32_t kPart = 0xFF;
  std::string host;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    host += std::to_string((number >> shift) & kPart) + (shift > 0 ? "." : "");
  }
  return host;
}

// --- who is where -----------------------------------------------------------------------------------------

class Settler {
 public:
  Settler(Processes& processes, sim::SymbolTable& symbols, ImportRemarks& remarks)
      : processes_(processes), symbols_(symbols), remarks_(remarks), named_(all_named(processes)) {}

  void settle() {
    for_each_open([&](ImportedProcess& process) { claim_announced(process); });
    for_each_open([&](ImportedProcess& process) { claim_by_id(process); });
    for_each_open([&](ImportedProcess& process) { claim_bound_and_named(process); });
    for (const bool is_replica : {false, true}) {
      for_each_open([&](ImportedProcess& process) {
        if (process.data_node.replicaof.has_value() == is_replica) claim_named(process);
      });
    }
    for_each_open([&](ImportedProcess& process) { claim_bound(process); });
    for_each_open([&](ImportedProcess& process) { claim_any(process); });
    drop_other_names();
    for (ImportedProcess& process : processes_) read_lines(process, symbols_, remarks_);
    add_named();
  }

  // An address that nobody has, and that nobody is called by.
  Address free_address(std::uint16_t port) {
    std::uint32_t number = first_host();
    for (;; ++number) {
      const Address address{sim::intern_host(symbols_, host_of(number)), port};
      const bool is_named = std::ranges::find(named_, address, &Named::address) != named_.end();
      if (is_free(address) && !is_named) return address;
    }
  }

 private:
  template <class Claim>
  void for_each_open(Claim claim) {
    for (ImportedProcess& process : processes_) {
      if (!process.address) claim(process);
    }
  }

  bool is_free(const Address& address) const {
    return std::ranges::find(processes_, std::optional{address}, &ImportedProcess::address) == processes_.end();
  }

  std::string text(const Address& address) const { return sim::name_and_port(address, symbols_); }

  void note(const ImportedProcess& process, const std::string& what) const {
    remarks_.notes.push_back(process.file.string() + ": " + what);
  }

  static std::uint16_t port_of(const ImportedProcess& process) {
    return process.announced.port == 0 ? process.port : process.announced.port;
  }

  void claim_announced(ImportedProcess& process) {
    if (!process.announced.host) return;
    const Address address{process.announced.host, port_of(process)};
    if (is_free(address)) process.address = address;
  }

  void claim_by_id(ImportedProcess& process) {
    if (!process.is_sentinel || process.sentinel.id == model::Id{}) return;
    const auto known = std::ranges::find(named_, process.sentinel.id, &Named::id);
    if (known != named_.end() && is_free(known->address)) process.address = known->address;
  }

  void claim_bound_and_named(ImportedProcess& process) {
    for (const model::Symbol host : process.hosts) {
      const Address address{host, port_of(process)};
      const auto known = std::ranges::find(named_, address, &Named::address);
      if (known == named_.end() || (known->role == Role::kSentinel) != process.is_sentinel || !is_free(address))
        continue;
      process.address = address;
      return;
    }
  }

  bool binds_a_real_host(const ImportedProcess& process) const {
    return std::ranges::any_of(process.hosts, [&](model::Symbol host) { return is_elsewhere(host); });
  }

  bool may_be(const ImportedProcess& process, const Named& named) const {
    if ((named.role == Role::kSentinel) != process.is_sentinel) return false;
    if (named.address.port != port_of(process) || !is_free(named.address)) return false;
    if (named.is_master() && process.data_node.replicaof) return false;
    if (named.role == Role::kSentinel && (&process == &processes_[named.by] || process.sentinel.id != model::Id{})) {
      return false;
    }
    return !binds_a_real_host(process) || is_name(symbols_.text(named.address.host));
  }

  // It says nothing of its host, but somebody has this role at its port.
  void claim_named(ImportedProcess& process) {
    const auto found = std::ranges::find_if(named_, [&](const Named& named) { return may_be(process, named); });
    if (found == named_.end()) return;
    process.address = found->address;
    note(process, "taken for " + text(found->address) + ", which " + processes_[found->by].file.string() + " names");
  }

  bool is_elsewhere(model::Symbol host) const { return host && !is_loopback(symbols_.text(host)); }

  // Nobody speaks of another one.
  bool is_one_machine() const {
    return std::ranges::none_of(named_, [&](const Named& named) { return is_elsewhere(named.address.host); }) &&
           std::ranges::none_of(processes_, [&](const ImportedProcess& process) {
             return binds_a_real_host(process) || is_elsewhere(process.announced.host);
           });
  }

  // Loopback is no address for other machines, and a second name of it would hide that a file is there twice.
  void claim_bound(ImportedProcess& process) {
    for (const model::Symbol host : process.hosts) {
      const bool is_usable = is_elsewhere(host) || (host == process.hosts.front() && is_one_machine());
      const Address address{host, port_of(process)};
      if (!is_usable || !is_free(address)) continue;
      process.address = address;
      return;
    }
  }

  void claim_any(ImportedProcess& process) {
    process.address = free_address(port_of(process));
    note(process, "does not say at which address others reach it: " + text(*process.address) + " is assumed");
  }

  // Beside the first master, or the first process.
  std::uint32_t first_host() const {
    constexpr std::uint32_t kLoopback = (127U << 24U) | 1U;
    constexpr std::uint32_t kPrivate = (10U << 24U) | 1U;
    for (const Named& named : named_) {
      if (const auto number = number_of(symbols_.text(named.address.host))) return *number;
    }
    for (const ImportedProcess& process : processes_) {
      if (!process.address) continue;
      if (const auto number = number_of(symbols_.text(process.address->host))) return *number;
    }
    return named_.empty() ? kLoopback : kPrivate;
  }

  // --- second names ---

  // Whom a process is meant by that has no file at this address: the owner of the network interface, or else the only
  // master of that port if a name, or loopback, cannot be told from its address.
  std::optional<Address> other_name_of(const Named& named) const {
    for (const ImportedProcess& process : processes_) {
      const bool has_host = std::ranges::find(process.hosts, named.address.host) != process.hosts.end();
      const bool is_loop = is_loopback(symbols_.text(named.address.host));
      if (has_host && !is_loop && named.address.port == port_of(process)) return process.address;
    }
    const std::string_view host = symbols_.text(named.address.host);
    if (!named.is_master() || (!is_name(host) && !is_loopback(host))) return std::nullopt;
    return only_master(named);
  }

  // Of this port, and at an address that is one.
  std::optional<Address> only_master(const Named& named) const {
    std::optional<Address> found;
    const auto add = [&](const Address& address) {
      if (address.port != named.address.port || address == named.address || found == address) return true;
      if (found || is_name(symbols_.text(address.host))) return false;
      found = address;
      return true;
    };
    for (const Named& other : named_) {
      const bool are_both_monitored = other.role == Role::kMonitored && named.role == Role::kMonitored;
      if (other.is_master() && !are_both_monitored && !add(other.address)) return std::nullopt;
    }
    for (const ImportedProcess& process : processes_) {
      if (!process.is_sentinel && !process.data_node.replicaof && !add(*process.address)) return std::nullopt;
    }
    return found;
  }

  void drop_other_names() {
    for (const Named& named : named_) {
      if (!is_free(named.address)) continue;
      const std::optional<Address> real = other_name_of(named);
      if (!real || *real == named.address) continue;
      const ImportedProcess& by = processes_[named.by];
      note(by, "takes " + text(named.address) + " for another name of " + text(*real) + ": its lines name that");
      rename(named.address, *real);
    }
    named_ = all_named(processes_);
  }

  void rename(const Address& from, const Address& to) {
    const std::string host{symbols_.text(from.host)};
    const std::string port = std::to_string(from.port);
    for (ImportedProcess& process : processes_) {
      bool changes = false;
      for (sim::ConfLine& line : process.lines) {
        std::vector<std::string> words = sim::split_words(line.text);
        const auto at = std::ranges::search(words, std::array{host, port}).begin();
        if (at == words.end()) continue;
        *at = symbols_.text(to.host);
        line.text = sim::join_words(words);
        changes = true;
      }
      if (changes) read_lines(process, symbols_, remarks_);
    }
  }

  // --- processes without a file ---

  void add_named() {
    for (const Named& named : named_) {
      if (!is_free(named.address)) continue;
      if (processes_.size() == sim::kMostNodes) throw sim::BadInput("the files name more than 4096 processes");
      const std::string by = processes_[named.by].file.string();
      ImportedProcess added{.is_sentinel = named.role == Role::kSentinel, .address = named.address};
      if (added.is_sentinel) {
        lend_masters(processes_[named.by], added);
        give(added, {"sentinel", "myid", named.id.text()});
      } else {
        if (named.role == Role::kReplica) be_replica(added, named.master);
        log_in(added, named.is_master() ? named.address : named.master);
      }
      read_lines(added, symbols_, remarks_);
      static constexpr auto kRoles = std::to_array<std::string_view>({"master", "master", "replica", "sentinel"});
      remarks_.notes.push_back(by + ": the " + std::string{kRoles[static_cast<std::size_t>(named.role)]} + " " +
                               text(named.address) + " has no file: its configuration is assumed");
      processes_.push_back(std::move(added));
    }
  }

  void give(ImportedProcess& process, const std::vector<std::string>& words) const {
    process.lines.push_back({.text = sim::join_words(words), .file = "(assumed)", .line = 1, .json_path = ""});
  }

  // What a sentinel says of its masters, but for what it has found out.
  static void lend_masters(const ImportedProcess& from, ImportedProcess& to) {
    static constexpr auto kOwn = std::to_array<std::string_view>(
        {"announce-ip", "announce-port", "known-replica", "known-sentinel", "known-slave", "myid"});
    for (const sim::Directive& directive : sim::split_directives(conf_of(from))) {
      const bool is_about_sentinel = sim::lower_case(directive.name()) == "sentinel" && directive.words.size() > 1;
      if (!is_about_sentinel || std::ranges::find(kOwn, sim::lower_case(directive.words[1])) != kOwn.end()) continue;
      to.lines.push_back(*directive.line);
    }
  }

 public:
  void be_replica(ImportedProcess& process, const Address& master) const {
    give(process, {"replicaof", std::string{symbols_.text(master.host)}, std::to_string(master.port)});
  }

  // With the password that sentinels use for the master, or that the master asks for.
  void log_in(ImportedProcess& process, const Address& master) const {
    model::Symbol password{};
    for (const ImportedProcess& other : processes_) {
      for (const model::MonitoredMaster& monitored : other.sentinel.masters) {
        if (monitored.address == master && monitored.auth_pass) password = monitored.auth_pass;
      }
      if (other.address == master && other.data_node.password) password = other.data_node.password;
    }
    if (!password) return;
    for (const char* const directive : {"requirepass", "masterauth"}) {
      give(process, {directive, std::string{symbols_.text(password)}});
    }
  }

 private:
  Processes& processes_;
  sim::SymbolTable& symbols_;
  ImportRemarks& remarks_;
  std::vector<Named> named_;
};

}  // namespace

void settle_addresses(std::vector<ImportedProcess>& processes, sim::SymbolTable& symbols, ImportRemarks& remarks) {
  Settler(processes, symbols, remarks).settle();
}

void add_replica(std::vector<ImportedProcess>& processes, const model::Address& master, sim::SymbolTable& symbols,
                 ImportRemarks& remarks) {
  if (processes.size() == sim::kMostNodes) throw sim::BadInput("more than 4096 processes with those that are assumed");
  Settler settler(processes, symbols, remarks);
  ImportedProcess added{.address = settler.free_address(master.port)};
  settler.be_replica(added, master);
  settler.log_in(added, master);
  read_lines(added, symbols, remarks);
  processes.push_back(std::move(added));
}

}  // namespace sentinel::analysis
