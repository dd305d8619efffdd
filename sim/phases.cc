#include "sim/phases.h"

#include <array>

namespace sentinel::sim {
namespace {

using enum Mark::Kind;

constexpr auto kPhases = std::to_array<Phase>({
    {"fault -> first +sdown", {kFault, {}}, {kFirst, "+sdown"}},
    {"fault -> last +sdown", {kFault, {}}, {kLastOfFirsts, "+sdown"}},
    {"first +sdown -> first +odown", {kFirst, "+sdown master"}, {kFirst, "+odown"}},
    {"+odown -> +elected-leader", {kFirst, "+odown"}, {kFirst, "+elected-leader"}},
    {"+elected-leader -> +promoted-slave", {kFirst, "+elected-leader"}, {kFirst, "+promoted-slave"}},
    {"fault -> first +switch-master", {kFault, {}}, {kFirst, "+switch-master"}},
    {"fault -> last +switch-master", {kFault, {}}, {kLastOfFirsts, "+switch-master"}},
    {"+promoted-slave -> +slave-reconf-done", {kFirst, "+promoted-slave"}, {kFirst, "+slave-reconf-done"}},
    {"+promoted-slave -> +failover-end", {kFirst, "+promoted-slave"}, {kFirst, "+failover-end"}},
    {"+try-failover -> -failover-abort", {kFirst, "+try-failover"}, {kFirst, "-failover-abort"}},
    {"back -> +reboot", {kBack, {}}, {kFirstBack, "+reboot"}},
    {"back -> -role-change", {kBack, {}}, {kFirstBack, "-role-change slave"}},
    {"back -> -sdown", {kBack, {}}, {kFirstBack, "-sdown"}},
    {"-role-change -> +convert-to-slave", {kFirstBack, "-role-change slave"}, {kFirstBack, "+convert-to-slave"}},
    {"+convert-to-slave -> +role-change", {kFirstBack, "+convert-to-slave"}, {kFirstBack, "+role-change slave"}},
});

}  // namespace

std::span<const Phase> phases() { return kPhases; }

}  // namespace sentinel::sim
