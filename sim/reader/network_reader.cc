#include "sim/reader/network_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sim/reader/node_groups.h"
#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr auto kNetworkFields = std::to_array<std::string_view>({"latency", "paths", "retransmission"});
constexpr auto kPathFields = std::to_array<std::string_view>({"between", "latency"});
constexpr auto kDiskFields = std::to_array<std::string_view>({"flush"});
constexpr auto kLatencyFields = std::to_array<std::string_view>({"min", "median", "p90", "p99", "max", "loss"});
constexpr auto kRetransmissionFields =
    std::to_array<std::string_view>({"first", "first-connect", "linear-connects", "most"});

constexpr Micros kLongestDelay = std::chrono::hours{1};

Micros delay_of(const Json& value, Micros least = Micros{0}) {
  const Micros delay = duration_of(value, least);
  if (delay > kLongestDelay) value.fail("expected at most 1h");
  return delay;
}

std::optional<Micros> find_delay(const Fields& fields, std::string_view name) {
  const Json* const value = fields.find(name);
  return value == nullptr ? std::nullopt : std::optional{delay_of(*value)};
}

std::uint32_t loss_of(const Json& value) {
  constexpr std::uint32_t kMost = 900'000;
  const std::string_view text = string_of(value);
  const std::uint32_t loss = at(value, [&] { return parse_share(text); });
  if (loss > kMost) value.fail("expected at most 90%: where nothing passes is a partition");
  return loss;
}

Latency around(Micros median) {
  constexpr int kTail = 5;
  return {.min = median / 2, .median = median, .p90 = 2 * median, .p99 = kTail * median, .max = 2 * kTail * median};
}

void check_order(const Json& json, const Latency& latency) {
  const std::array<Micros, 5> points = {latency.min, latency.median, latency.p90, latency.p99, latency.max};
  if (std::ranges::is_sorted(points)) return;
  json.fail("expected min <= median <= p90 <= p99 <= max, not " + format_duration(latency.min) + ", " +
            format_duration(latency.median) + ", " + format_duration(latency.p90) + ", " +
            format_duration(latency.p99) + ", " + format_duration(latency.max));
}

Latency read_distribution(const Fields& fields) {
  const std::optional<Micros> median = find_delay(fields, "median");
  const std::optional<Micros> min = find_delay(fields, "min");
  const std::optional<Micros> p90 = find_delay(fields, "p90");
  const std::optional<Micros> p99 = find_delay(fields, "p99");
  const std::optional<Micros> max = find_delay(fields, "max");
  if (!median) {
    if (min || p90 || p99 || max) fields.object().fail("'median' is missing: what the others lie around");
    return {};
  }
  Latency latency = around(*median);
  latency.min = min.value_or(latency.min);
  latency.p99 = p99.value_or(max ? std::min(*max, latency.p99) : latency.p99);
  latency.p90 = p90.value_or(std::min(latency.p99, latency.p90));
  latency.max = max.value_or(2 * latency.p99);
  check_order(fields.object(), latency);
  return latency;
}

Retransmission read_retransmission(const Json& json) {
  constexpr Micros kShortest = std::chrono::milliseconds{1};
  constexpr Micros kShortestMost = std::chrono::seconds{1};  // or a long cut is a great many attempts
  constexpr std::int64_t kMostLinear = 127;                  // as Linux has it
  const Fields fields(json, "a retransmission", kRetransmissionFields);
  Retransmission again;
  if (const Json* const first = fields.find("first")) again.first = delay_of(*first, kShortest);
  if (const Json* const first = fields.find("first-connect")) again.first_connect = delay_of(*first, kShortest);
  if (const Json* const linear = fields.find("linear-connects")) {
    again.linear_connects = static_cast<int>(integer_of(*linear, 0, kMostLinear));
  }
  if (const Json* const most = fields.find("most")) again.most = delay_of(*most, kShortestMost);
  if (std::max(again.first, again.first_connect) > again.most) {
    json.fail("expected first <= most and first-connect <= most, not " + format_duration(again.first) + ", " +
              format_duration(again.first_connect) + " and " + format_duration(again.most));
  }
  return again;
}

LatencyBetween read_path(const Json& json, const NodeNames& names) {
  const Fields fields(json, "a path", kPathFields);
  const MeantBy meant = [&](const Json& name) { return names.find_all(string_of(name), name); };
  return {.groups = read_groups(fields.get("between", R"(nodes or sites, such as ["east", "west"])"), meant),
          .latency = read_latency(fields.get("latency", "of the packets between them, such as \"20ms\""))};
}

}  // namespace

NetworkSpec read_network(const Json& network, const NodeNames& names) {
  const Fields fields(network, "a network", kNetworkFields);
  NetworkSpec spec;
  if (const Json* const latency = fields.find("latency")) spec.latency = read_latency(*latency);
  if (const Json* const paths = fields.find("paths")) {
    for (const Json* const path : list_of(*paths)) spec.paths.push_back(read_path(*path, names));
  }
  if (const Json* const again = fields.find("retransmission")) spec.retransmission = read_retransmission(*again);
  return spec;
}

DiskSpec read_disk(const Json& disk) {
  const Fields fields(disk, "a disk", kDiskFields);
  const Json* const flush = fields.find("flush");
  if (flush == nullptr) return {};
  const Latency duration = read_latency(*flush);
  if (duration.loss_ppm > 0) flush->fail("a disk has no 'loss'");
  return {duration};
}

Latency read_latency(const Json& latency) {
  if (latency.kind != Json::Kind::kObject) return around(delay_of(latency));
  const Fields fields(latency, "a latency", kLatencyFields);
  Latency distribution = read_distribution(fields);
  if (const Json* const loss = fields.find("loss")) distribution.loss_ppm = loss_of(*loss);
  return distribution;
}

}  // namespace sentinel::sim
