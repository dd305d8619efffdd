#include "sim/reader/schedule_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>

#include "sim/reader/json_fields.h"

namespace sentinel::sim {
namespace {

constexpr auto kScheduleFields = std::to_array<std::string_view>({"interval", "seed", "choices"});
constexpr auto kChoiceFields = std::to_array<std::string_view>({"at", "happening", "take", "draw", "tick", "why"});
constexpr auto kDraws = std::to_array<std::string_view>({"", "lowest", "middle", "highest"});  // in the order of Draw

model::Draw read_draw(const Json& draw) {
  const std::string_view text = string_of(draw);
  const auto found = std::ranges::find(kDraws, text);
  if (text.empty() || found == kDraws.end())
    draw.fail(R"(expected "lowest", "middle" or "highest", not )" + in_quotes(text));
  return static_cast<model::Draw>(found - kDraws.begin());
}

Choice read_choice(const Json& json) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t kMostSimultaneous = 1'000'000;
  const Fields fields(json, "a choice", kChoiceFields);
  Choice choice;
  choice.happening = static_cast<std::uint64_t>(
      integer_of(fields.get("happening", "the how-manieth of the run it is about"), 1, kMost));
  if (const Json* const take = fields.find("take"))
    choice.take = static_cast<std::size_t>(integer_of(*take, 1, kMostSimultaneous));
  if (const Json* const draw = fields.find("draw")) choice.draw = read_draw(*draw);
  if (const Json* const tick = fields.find("tick")) choice.tick = read_draw(*tick);
  if (const Json* const at = fields.find("at")) choice.at = SimTime{signed_duration_of(*at)};
  if (const Json* const why = fields.find("why")) choice.why = string_of(*why);
  if (choice.take == 0 && choice.draw == model::Draw::kDrawn && choice.tick == model::Draw::kDrawn)
    json.fail("expected what is chosen: 'take', 'draw' or 'tick'");
  return choice;
}

}  // namespace

std::string_view draw_name(model::Draw draw) { return kDraws[static_cast<std::size_t>(draw)]; }

Schedule read_schedule(const Json& json) {
  constexpr std::int64_t kMostSeed = std::numeric_limits<std::int64_t>::max();
  const Fields fields(json, "a schedule", kScheduleFields);
  Schedule schedule;
  if (const Json* const interval = fields.find("interval")) schedule.interval = duration_of(*interval, Micros{1});
  if (const Json* const seed = fields.find("seed"))
    schedule.seed = static_cast<std::uint64_t>(integer_of(*seed, 1, kMostSeed));
  const Json* const choices = fields.find("choices");
  if (choices == nullptr) return schedule;
  for (const Json* const choice : list_of(*choices)) {
    const Choice read = read_choice(*choice);
    if (!schedule.choices.empty() && schedule.choices.back().happening >= read.happening)
      choice->fail("'happening' must be greater than that of the choice before");
    schedule.choices.push_back(read);
  }
  return schedule;
}

}  // namespace sentinel::sim
