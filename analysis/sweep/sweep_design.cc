#include "analysis/sweep/sweep_design.h"

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMicro = 1e-6;
constexpr std::size_t kMostOfGroup = 16;  // so that no block takes too long

// `/steps/0/at`.
bool is_time_of_step(const std::string& name) { return name.starts_with("/steps/") && name.ends_with("/at"); }

}  // namespace

std::vector<std::vector<std::size_t>> SweepDesign::groups() const {
  std::vector<std::vector<std::size_t>> groups;
  std::map<std::vector<std::string>, std::size_t> places;  // by the settings that are no times of steps
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    std::vector<std::string> others;
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (precision || !is_time_of_step(axes[i].name)) others.push_back(cells[cell][i]);
    }
    const auto [place, is_new] = places.emplace(std::move(others), groups.size());
    if (is_new || groups[place->second].size() == kMostOfGroup) {
      place->second = groups.size();
      groups.emplace_back();
    }
    groups[place->second].push_back(cell);
  }
  return groups;
}

SweepResult result_of(const SweepDesign& design) {
  return {.scenario = design.scenario,
          .case_name = design.case_name,
          .seeds = design.seeds,
          .precision = design.precision,
          .is_sample = design.is_sample,
          .axes = design.axes,
          .cells = {}};
}

Json to_json(const SweepDesign& design) {
  Json axes = Json::array();
  for (const SweepAxis& axis : design.axes) axes.push_back({{"name", axis.name}, {"values", axis.values}});
  Json columns = Json::array();
  for (const MeasureRow& row : measures()) columns.push_back(row.name);
  return {{"version", design.version},
          {"scenario", design.scenario},
          {"case", design.case_name},
          {"about", design.about},
          {"arguments", design.arguments},
          {"seeds", design.seeds},
          {"precision", design.precision ? Json(*design.precision) : Json(nullptr)},
          {"sample", design.is_sample},
          {"axes", std::move(axes)},
          {"cells", design.cells},
          {"measures", std::move(columns)},
          {"fingerprint", design.fingerprint},
          {"shard", {design.shard.number, design.shard.count}}};
}

SweepDesign design_from_json(const Json& json) {
  SweepDesign design{.version = json.at("version"),
                     .scenario = json.at("scenario"),
                     .case_name = json.at("case"),
                     .about = json.at("about"),
                     .arguments = json.at("arguments"),
                     .seeds = json.at("seeds"),
                     .is_sample = json.at("sample"),
                     .cells = json.at("cells"),
                     .fingerprint = json.at("fingerprint"),
                     .shard = {json.at("shard").at(0), json.at("shard").at(1)}};
  if (!json.at("precision").is_null()) design.precision = json.at("precision").get<double>();
  for (const Json& axis : json.at("axes")) design.axes.push_back({axis.at("name"), axis.at("values")});
  return design;
}

RunFigures figures_of(const RunMeasures& run) {
  RunFigures figures{.outcome = run.outcome,
                     .reason = run.reason,
                     .observed = static_cast<double>(run.observed.count()) * kMicro,
                     .values = {}};
  figures.values.reserve(measures().size());
  for (const MeasureRow& row : measures()) {
    figures.values.push_back(row.value(run).value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return figures;
}

std::string to_line(const SweepBlock& block) {
  Json runs = Json::array();
  for (const RunFigures& run : block.runs) {
    Json figures = {static_cast<int>(run.outcome), static_cast<int>(run.reason), run.observed};
    for (const double value : run.values) figures.push_back(std::isnan(value) ? Json(nullptr) : Json(value));
    runs.push_back(std::move(figures));
  }
  return Json{{"cell", block.cell}, {"block", block.block}, {"runs", std::move(runs)}}.dump();
}

SweepBlock block_from_line(const std::string& line) {
  const Json json = Json::parse(line);
  SweepBlock block{.cell = json.at("cell"), .block = json.at("block")};
  for (const Json& figures : json.at("runs")) {
    const auto outcome = figures.at(0).get<std::size_t>();
    const auto reason = figures.at(1).get<std::size_t>();
    if (outcome >= kFailoverOutcomes || reason >= kFailoverReasons) throw sim::BadInput{"an outcome that nobody knows"};
    RunFigures run{.outcome = static_cast<FailoverOutcome>(outcome),
                   .reason = static_cast<FailoverReason>(reason),
                   .observed = figures.at(2),
                   .values = {}};
    constexpr std::size_t kBefore = 3;
    for (std::size_t i = 0; i < measures().size(); ++i) {
      const Json& value = figures.at(kBefore + i);
      run.values.push_back(value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>());
    }
    block.runs.push_back(std::move(run));
  }
  return block;
}

}  // namespace sentinel::analysis
