#include "analysis/check/check_report.h"

#include <algorithm>
#include <iomanip>
#include <map>
#include <sstream>

namespace sentinel::analysis {
namespace {

// The runs that did not meet one expectation.
struct FailureGroup {
  const Failure* first = nullptr;
  std::vector<std::uint64_t> seeds{};
};

// In the order in which they failed first.
std::vector<FailureGroup> groups_of(const CheckResult& result) {
  std::vector<FailureGroup> groups;
  for (const Failure& failure : result.failures) {
    const auto group = std::ranges::find_if(groups, [&](const FailureGroup& each) {
      return each.first->violation.expected == failure.violation.expected && each.first->case_name == failure.case_name;
    });
    if (group == groups.end()) {
      groups.push_back({&failure, {failure.seed}});
    } else if (group->seeds.back() != failure.seed) {
      group->seeds.push_back(failure.seed);
    }
  }
  return groups;
}

// `seeds 3, 7, 12 and 40 more`.
std::string seeds_text(const std::vector<std::uint64_t>& seeds, std::uint64_t of) {
  constexpr std::size_t kShown = 3;
  if (seeds.size() == of && of > kShown) return "all " + std::to_string(of) + " seeds";
  std::string text = seeds.size() == 1 ? "seed " : "seeds ";
  for (std::size_t i = 0; i < std::min(seeds.size(), kShown); ++i) {
    if (i > 0) text += ", ";
    text += std::to_string(seeds[i]);
  }
  if (seeds.size() > kShown) text += " and " + std::to_string(seeds.size() - kShown) + " more";
  return text;
}

// As one word of a shell.
std::string shell_word(const std::string& text) {
  static constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./=,:+-@%";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string word = "'";
  for (const char c : text) c == '\'' ? word += R"('\'')" : word += c;
  return word += '\'';
}

std::string replay_text(const CheckResult& result, const Failure& failure) {
  std::string command = "sentinel-sim run ";
  command += shell_word(result.file.string());
  if (!failure.case_name.empty()) command.append(" --case ").append(shell_word(failure.case_name));
  command += " --seed " + std::to_string(failure.seed);
  if (!failure.violation.shown_by.empty()) command += " " + failure.violation.shown_by;
  return command;
}

std::string seconds_text(double seconds) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(2) << seconds << " s";
  return text.str();
}

struct FolderTotals {
  std::size_t files = 0;
  std::uint64_t runs = 0;
  std::size_t failed = 0;
  double seconds = 0;

  void add(const CheckResult& result) {
    ++files;
    runs += result.runs;
    failed += result.passed() ? 0U : 1U;
    seconds += result.seconds;
  }
};

// What is too long loses its begin.
std::string shortened(const std::string& folder, std::size_t width) {
  if (folder.size() <= width) return folder;
  constexpr std::string_view kDots = "...";
  return std::string{kDots} + folder.substr(folder.size() - width + kDots.size());
}

void add_row(std::ostream& table, const std::string& folder, const FolderTotals& totals) {
  constexpr int kFolder = 42;
  table << std::left << std::setw(kFolder) << shortened(folder, kFolder) << std::right << std::setw(7) << totals.files
        << std::setw(9) << totals.runs << std::setw(8) << totals.failed << std::setw(12) << seconds_text(totals.seconds)
        << '\n';
}

}  // namespace

std::vector<std::string> failure_lines(const CheckResult& result) {
  std::vector<std::string> lines;
  if (!result.error.empty()) lines.push_back(result.error);
  for (const FailureGroup& group : groups_of(result)) {
    const std::string& of_case = group.first->case_name;
    lines.push_back((of_case.empty() ? "" : of_case + ": ") + text_of(group.first->violation));
    lines.push_back("  " + seeds_text(group.seeds, result.runs / std::max<std::size_t>(1, result.cases)) + ": " +
                    replay_text(result, *group.first));
  }
  if (result.contradiction) lines.emplace_back("seed 1 gave two different digests: this is a bug of sentinel-sim");
  return lines;
}

std::string result_text(const CheckResult& result) {
  std::string text = (result.passed() ? "ok    " : "FAIL  ") + result.file.string();
  if (result.error.empty()) {
    text += "  ";
    if (result.cases > 1) text += std::to_string(result.cases) + " cases, ";
    text += std::to_string(result.runs) + (result.runs == 1 ? " seed, " : " seeds, ") + seconds_text(result.seconds);
  }
  if (result.golden_updated) text += ", golden stream written";
  text += '\n';
  for (const std::string& line : failure_lines(result)) text += "      " + line + '\n';
  return text;
}

std::string summary_text(const std::vector<CheckResult>& results) {
  std::map<std::string, FolderTotals> folders;
  FolderTotals all;
  for (const CheckResult& result : results) {
    folders[result.file.parent_path().string()].add(result);
    all.add(result);
  }
  std::ostringstream text;
  if (results.size() > 1) {
    text << '\n'
         << std::left << std::setw(42) << "folder" << std::right << std::setw(7) << "files" << std::setw(9) << "seeds"
         << std::setw(8) << "failed" << std::setw(12) << "time" << '\n';
    for (const auto& [folder, totals] : folders) add_row(text, folder, totals);
    if (folders.size() > 1) add_row(text, "all", all);
  }
  text << all.files - all.failed << " of " << all.files << " scenarios passed\n";
  return text.str();
}

std::string progress_note(const CheckProgress& progress) {
  std::string text = std::to_string(progress.files_done) + " of " + std::to_string(progress.files) + " files";
  if (progress.files_failed > 0) text += ", " + std::to_string(progress.files_failed) + " failed";
  return text;
}

}  // namespace sentinel::analysis
