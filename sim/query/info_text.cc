#include "sim/query/info_text.h"

#include <algorithm>
#include <array>

#include "sim/words.h"

namespace sentinel::sim {

Reply info_reply(const std::vector<InfoSection>& sections, Args words) {
  static constexpr std::array<std::string_view, 3> kAll{"all", "default", "everything"};
  const auto asks_for = [&](std::string_view section) {
    return words.empty() || std::ranges::any_of(words, [&](const std::string& word) {
             const std::string lower = lower_case(word);
             return lower == section || std::ranges::find(kAll, lower) != kAll.end();
           });
  };
  std::string text;
  for (const auto& [name, section] : sections) {
    if (!asks_for(name)) continue;
    if (!text.empty()) text += "\r\n";
    text += section;
  }
  return bulk_reply(text);
}

std::string server_section(const Node& node, const model::Profile& profile, const model::Id& run_id) {
  std::string text = "# Server\r\nredis_version:" + std::string{profile.release} + "\r\n";
  if (!profile.valkey_release.empty()) {
    text += "server_name:valkey\r\nvalkey_version:" + std::string{profile.valkey_release} + "\r\n";
  }
  text += std::string{"redis_mode:"} + (node.is_sentinel() ? "sentinel" : "standalone") + "\r\n";
  if (run_id.known()) text += "run_id:" + run_id.text() + "\r\n";
  return text + "tcp_port:" + std::to_string(node.address.port) + "\r\n";
}

}  // namespace sentinel::sim
