#include "model/profile.h"

#include <algorithm>
#include <array>

namespace sentinel::model {
namespace {

constexpr std::array kProfiles = {
    Profile{.name = "redis-7.0"},
    Profile{.name = "redis-7.4"},
};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* find_profile(std::string_view name) {
  const auto found = std::ranges::find(kProfiles, name, &Profile::name);
  return found == kProfiles.end() ? nullptr : &*found;
}

}  // namespace sentinel::model
