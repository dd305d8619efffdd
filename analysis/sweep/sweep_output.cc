#include "analysis/sweep/sweep_output.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "analysis/number_text.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;
using Unit = MeasureRow::Unit;

std::string_view unit_name(Unit unit) {
  switch (unit) {
    case Unit::kShare: return "share";
    case Unit::kDuration: return "duration";
    case Unit::kCount: return "count";
    case Unit::kRate: return "rate";
  }
  return "";
}

// --- JSON -------------------------------------------------------------------------------------------------

// Whole numbers without a point: most are, and they are shorter.
Json number(double value) {
  constexpr double kExact = 9e15;
  if (!std::isfinite(value)) return nullptr;
  if (value == std::floor(value) && std::abs(value) < kExact) return static_cast<std::int64_t>(value);
  return value;
}

Json triple(const Estimate& estimate) {
  return Json::array({number(estimate.value), number(estimate.low), number(estimate.high)});
}

Json settings_of(const std::vector<std::string>& values) {
  Json settings = Json::array();
  for (const std::string& value : values) settings.push_back(Json::parse(value));
  return settings;
}

Json to_json(const MeasureSummary& summary) {
  Json json = {{"runs", summary.runs}};
  if (summary.runs == 0) return json;
  json["mean"] = number(summary.mean());
  json["min"] = number(summary.min);
  json["max"] = number(summary.max);
  json["figure"] = triple(summary.figure);
  if (!summary.quantiles.empty()) {
    json["quantiles"] = Json::array();
    for (const Estimate& quantile : summary.quantiles) json["quantiles"].push_back(triple(quantile));
  }
  if (!summary.curve.empty()) {
    json["curve"] = Json::array();
    for (const double value : summary.curve) json["curve"].push_back(number(std::round(value)));
  }
  return json;
}

Json to_json(const SweepCell& cell) {
  Json outcomes = Json::array();
  for (const OutcomeShare& count : cell.outcomes) {
    outcomes.push_back({{"outcome", outcome_name(count.outcome)},
                        {"reason", reason_name(count.reason)},
                        {"runs", count.runs},
                        {"share", number(count.share.value)},
                        {"low", number(count.share.low)},
                        {"high", number(count.share.high)}});
  }
  Json summaries = Json::object();
  for (std::size_t i = 0; i < cell.measures.size(); ++i) {
    summaries[std::string{measures()[i].name}] = to_json(cell.measures[i]);
  }
  return {{"settings", settings_of(cell.settings)},
          {"runs", cell.runs},
          {"precise", cell.is_precise},
          {"observed-seconds", number(cell.observed)},
          {"outcomes", std::move(outcomes)},
          {"measures", std::move(summaries)}};
}

// --- text -------------------------------------------------------------------------------------------------

// A value as people write it: a text without its quotes.
std::string plain(const std::string& json) {
  const Json value = Json::parse(json);
  return value.is_string() ? value.get<std::string>() : json;
}

std::string cut(const std::string& text, std::size_t most) {
  return text.size() <= most ? text : text.substr(0, most - 1) + "~";
}

std::string right(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

double quantile_of(const MeasureSummary& summary, double q) {
  return summary.quantiles.empty() ? std::nan("") : summary.quantiles[sweep_quantile_place(q)].value;
}

constexpr double kSecond = 1e6;  // µs

// What a line of the table has behind the settings.
struct Column {
  std::string_view head;
  std::string_view below;
  std::size_t width;
  std::string (*text)(const SweepCell& cell);
};

constexpr double kDay = 24 * 3600;  // s
constexpr double kPercent = 100;

std::string success_text(const SweepCell& cell) {
  const Estimate& share = cell.measure("success").figure;
  return fixed_text(kPercent * share.value, 1);
}
std::string success_interval(const SweepCell& cell) {
  const MeasureSummary& success = cell.measure("success");
  if (success.runs == 0) return "-";
  return fixed_text(kPercent * success.figure.low, 1) + "-" + fixed_text(kPercent * success.figure.high, 1);
}
template <std::size_t n>
struct Name {
  // NOLINTNEXTLINE(google-explicit-constructor): it is for template arguments
  constexpr Name(const char (&name)[n]) { std::ranges::copy(name, text); }
  char text[n]{};
};
template <Name measure, int percent>
std::string seconds_text(const SweepCell& cell) {
  return fixed_text(quantile_of(cell.measure(measure.text), percent / kPercent) / kSecond, 2);
}
std::string false_failovers_text(const SweepCell& cell) {
  return fixed_text(cell.measure("false-failovers").figure.value * kDay, 1);
}
std::string lost_writes_text(const SweepCell& cell) { return fixed_text(cell.measure("lost-writes").figure.value, 1); }

constexpr auto kColumns = std::to_array<Column>({
    {"runs", "", 7, [](const SweepCell& cell) { return std::to_string(cell.runs); }},
    {"success", "%", 8, success_text},
    {"interval", "95 %", 12, success_interval},
    {"+odown", "p50 s", 8, seconds_text<"time-to-detection", 50>},
    {"switch", "p50 s", 8, seconds_text<"time-to-failover", 50>},
    {"", "p99 s", 8, seconds_text<"time-to-failover", 99>},
    {"false", "/day", 7, false_failovers_text},
    {"lost", "/run", 6, lost_writes_text},
});

struct AxisColumn {
  std::string head;
  std::size_t width = 0;
};

// A long name stands above the table, and a letter for it in it.
std::vector<AxisColumn> axis_columns(const SweepResult& result, std::string& legend) {
  constexpr std::size_t kShort = 8;
  constexpr std::size_t kMost = 12;
  std::vector<AxisColumn> columns;
  for (std::size_t i = 0; i < result.axes.size(); ++i) {
    const std::string& name = result.axes[i].name;
    AxisColumn column{.head = name.size() <= kShort ? name : std::string(1, static_cast<char>('A' + i % 26))};
    if (column.head != name) legend += column.head + " = " + name + "\n";
    std::size_t longest = column.head.size();
    for (const SweepCell& cell : result.cells) longest = std::max(longest, plain(cell.settings[i]).size());
    column.width = std::min(longest, kMost);
    columns.push_back(std::move(column));
  }
  return columns;
}

// --- CSV --------------------------------------------------------------------------------------------------

constexpr auto kCsvQuantiles = std::to_array<std::pair<std::size_t, std::string_view>>(
    {{1, "p5"}, {3, "p50"}, {5, "p95"}, {6, "p99"}});  // places in kSweepQuantiles

std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string field = "\"";
  for (const char c : text) field.append(c == '"' ? 2 : 1, c);
  return field + '"';
}

std::string csv_number(double value) {
  if (!std::isfinite(value)) return "";
  std::array<char, 32> text{};
  return {text.begin(), std::to_chars(text.begin(), text.end(), value).ptr};
}

// Three columns for an estimate.
void add_names(std::vector<std::string>& names, const std::string& name) {
  for (const char* const end : {"", "-low", "-high"}) names.push_back(name + end);
}
void add_values(std::vector<std::string>& values, const Estimate& estimate, double unit) {
  for (const double value : {estimate.value, estimate.low, estimate.high}) values.push_back(csv_number(value / unit));
}

void write_line(std::ostream& out, const std::vector<std::string>& fields) {
  for (std::size_t i = 0; i < fields.size(); ++i) out << (i == 0 ? "" : ",") << csv_field(fields[i]);
  out << '\n';
}

std::vector<std::string> csv_names(const SweepResult& result) {
  std::vector<std::string> names;
  for (const SweepAxis& axis : result.axes) names.push_back(axis.name);
  names.insert(names.end(), {"runs", "precise", "observed-s"});
  for (const MeasureRow& row : measures()) {
    const std::string name{row.name};
    if (row.unit == Unit::kShare) add_names(names, name);
    if (row.unit == Unit::kRate) add_names(names, name + "-per-day");
    if (row.unit == Unit::kCount) names.push_back(name + "-mean");
    if (row.unit != Unit::kDuration) continue;
    names.insert(names.end(), {name + "-runs", name + "-mean-ms"});
    for (const auto& [place, quantile] : kCsvQuantiles) add_names(names, name + "-" + std::string{quantile} + "-ms");
  }
  for (std::size_t i = 0; i < kFailoverOutcomes; ++i) {
    names.push_back("share-" + std::string{outcome_name(static_cast<FailoverOutcome>(i))});
  }
  return names;
}

std::vector<std::string> csv_values(const SweepCell& cell) {
  constexpr double kMilli = 1'000;  // µs
  std::vector<std::string> values;
  for (const std::string& setting : cell.settings) values.push_back(plain(setting));
  values.insert(values.end(),
                {std::to_string(cell.runs), cell.is_precise ? "true" : "false", csv_number(cell.observed)});
  for (std::size_t i = 0; i < cell.measures.size(); ++i) {
    const MeasureSummary& summary = cell.measures[i];
    const Estimate none{};
    const Estimate& figure = summary.runs == 0 ? none : summary.figure;
    const Unit unit = measures()[i].unit;
    if (unit == Unit::kShare) add_values(values, figure, 1);
    if (unit == Unit::kRate) add_values(values, figure, 1 / kDay);
    if (unit == Unit::kCount) values.push_back(csv_number(figure.value));
    if (unit != Unit::kDuration) continue;
    values.insert(values.end(), {std::to_string(summary.runs), csv_number(figure.value / kMilli)});
    for (const auto& [place, name] : kCsvQuantiles) {
      add_values(values, summary.quantiles.empty() ? none : summary.quantiles[place], kMilli);
    }
  }
  for (std::size_t i = 0; i < kFailoverOutcomes; ++i) {
    std::uint64_t runs = 0;
    for (const OutcomeShare& count : cell.outcomes) {
      if (count.outcome == static_cast<FailoverOutcome>(i)) runs += count.runs;
    }
    values.push_back(csv_number(static_cast<double>(runs) / static_cast<double>(cell.runs)));
  }
  return values;
}

}  // namespace

std::string settings_text(const SweepResult& result, const SweepCell& cell) {
  std::string text;
  for (std::size_t i = 0; i < result.axes.size(); ++i) {
    text += (i == 0 ? "" : " ") + result.axes[i].name + "=" + plain(cell.settings[i]);
  }
  return text;
}

Json settings_json(const std::vector<SweepAxis>& axes, const std::vector<std::string>& values) {
  Json settings = Json::object();
  for (std::size_t i = 0; i < axes.size(); ++i) settings[axes[i].name] = Json::parse(values[i]);
  return settings;
}

std::string sweep_text(const SweepResult& result) {
  std::string legend;
  const std::vector<AxisColumn> axes = axis_columns(result, legend);
  std::string text = result.scenario + (result.case_name.empty() ? "" : ", case " + result.case_name) + ": " +
                     std::to_string(result.cells.size()) + (result.cells.size() == 1 ? " cell, " : " cells, ") +
                     "each with the seeds 1 to " + std::to_string(result.seeds) + (result.precision ? " at most" : "") +
                     "\n" + legend + "\n";
  const auto gap = [](std::size_t i) { return std::string(i == 0 ? 0 : 2, ' '); };
  std::string below;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    text.append(gap(i)).append(right(axes[i].head, axes[i].width));
    below.append(gap(i)).append(axes[i].width, ' ');
  }
  for (const Column& column : kColumns) {
    text += right(std::string{column.head}, column.width);
    below += right(std::string{column.below}, column.width);
  }
  text.append("\n").append(below).append("\n");
  for (const SweepCell& cell : result.cells) {
    for (std::size_t i = 0; i < axes.size(); ++i) {
      text.append(gap(i)).append(right(cut(plain(cell.settings[i]), axes[i].width), axes[i].width));
    }
    for (const Column& column : kColumns) text += right(column.text(cell), column.width);
    text += '\n';
  }
  return text;
}

Json sweep_json(const SweepResult& result, const SweepDesign& design) {
  Json rows = Json::array();
  for (const MeasureRow& row : measures()) {
    rows.push_back({{"name", row.name}, {"unit", unit_name(row.unit)}, {"meaning", row.meaning}});
  }
  Json axes = Json::array();
  for (const SweepAxis& axis : result.axes) axes.push_back({{"name", axis.name}, {"values", settings_of(axis.values)}});
  Json cells = Json::array();
  for (const SweepCell& cell : result.cells) cells.push_back(to_json(cell));
  return {{"sentinel-sim", "sweep"},     {"version", design.version},
          {"scenario", result.scenario}, {"case", result.case_name},
          {"about", design.about},       {"arguments", design.arguments},
          {"seeds", result.seeds},       {"precision", result.precision ? Json(*result.precision) : Json(nullptr)},
          {"sample", result.is_sample},  {"quantiles", kSweepQuantiles},
          {"measures", std::move(rows)}, {"axes", std::move(axes)},
          {"cells", std::move(cells)}};
}

void write_sweep_csv(std::ostream& out, const SweepResult& result) {
  write_line(out, csv_names(result));
  for (const SweepCell& cell : result.cells) write_line(out, csv_values(cell));
}

void write_runs(std::ostream& out, const SweepDesign& design, const SweepBook& book) {
  std::vector<std::string> names;
  for (const MeasureRow& row : measures()) {
    names.push_back(std::string{row.name} + (row.unit == Unit::kDuration ? "-us" : ""));
  }
  for (std::size_t cell = 0; cell < design.cells.size(); ++cell) {
    const Json settings = settings_json(design.axes, design.cells[cell]);
    std::uint64_t seed = 0;
    for (const SweepBlock* const block : book.runs_of(cell)) {
      for (const RunFigures& run : block->runs) {
        Json line = settings;
        line["seed"] = ++seed;
        line["outcome"] = outcome_name(run.outcome);
        line["reason"] = reason_name(run.reason);
        line["observed-s"] = number(run.observed);
        for (std::size_t i = 0; i < names.size(); ++i) line[names[i]] = number(run.values[i]);
        out << line.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
      }
    }
  }
}

}  // namespace sentinel::analysis
