#include "analysis/expectations.h"

#include "sim/event_text.h"
#include "sim/formats.h"

namespace sentinel::analysis {

ExpectationChecker::ExpectationChecker(const sim::Scenario& scenario)
    : scenario_(&scenario),
      seen_(scenario.expect.eventually.size(), false),
      forbidden_(scenario.expect.never.size()),
      order_(scenario.expect.order.size()) {}

void ExpectationChecker::operator()(const sim::Record& record) {
  const auto* event = std::get_if<model::Event>(&record.what);
  if (event == nullptr || !event->published || record.at < scenario_->from) return;
  const sim::Expectations& expect = scenario_->expect;
  std::string payload;  // made only when a pattern asks for this kind of event
  const auto is = [&](const sim::EventPattern& pattern) {
    if (pattern.kind != event->kind) return false;
    if (payload.empty()) payload = sim::payload_text(*event, scenario_->symbols);
    return sim::matches(pattern, record.node, *event, payload);
  };
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i] && is(expect.eventually[i])) seen_[i] = true;
  }
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (forbidden_[i].empty() && is(expect.never[i])) forbidden_[i] = sim::event_line(*scenario_, record);
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    Progress& progress = order_[i];
    if (progress.next == expect.order[i].size() || !is(expect.order[i][progress.next])) continue;
    ++progress.next;
    progress.last_line = sim::event_line(*scenario_, record);
  }
}

std::vector<std::string> ExpectationChecker::violations() const {
  const sim::Expectations& expect = scenario_->expect;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i]) lines.push_back("eventually \"" + expect.eventually[i].text + "\": it never came");
  }
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (!forbidden_[i].empty()) lines.push_back("never \"" + expect.never[i].text + "\": came as" + forbidden_[i]);
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Progress& progress = order_[i];
    if (progress.next == expect.order[i].size()) continue;
    std::string line = "order: \"" + expect.order[i][progress.next].text + "\" did not come";
    if (progress.next > 0) line += " after" + progress.last_line;
    lines.push_back(line);
  }
  return lines;
}

}  // namespace sentinel::analysis
