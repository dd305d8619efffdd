#include "sim/phases.h"

#include <array>

namespace sentinel::sim {
namespace {

using enum Mark::Kind;

constexpr auto kPhases = std::to_array<Phase>({
    {"fault -> first +sdown", {kFault, {}}, {kFirst, "+sdown"}},
    {"fault -> last +sdown", {kFault, {}}, {kLastOfFirsts, "+sdown"}},
    {"first +sdown -> first +odown", {kFirst, "+sdown master"}, {kFirst, "+odown"}},
    {"fault -> first +odown", {kFault, {}}, {kFirst, "+odown"}},
    {"+odown -> +try-failover", {kFirst, "+odown"}, {kFirst, "+try-failover"}},
    {"+try-failover -> +elected-leader", {kFirst, "+try-failover"}, {kFirst, "+elected-leader"}},
    {"+odown -> +elected-leader", {kFirst, "+odown"}, {kFirst, "+elected-leader"}},
    {"+elected-leader -> +selected-slave", {kFirst, "+elected-leader"}, {kFirst, "+selected-slave"}},
    {"+selected-slave -> +promoted-slave", {kFirst, "+selected-slave"}, {kFirst, "+promoted-slave"}},
    {"+elected-leader -> +promoted-slave", {kFirst, "+elected-leader"}, {kFirst, "+promoted-slave"}},
    {"+elected-leader -> first +switch-master", {kFirst, "+elected-leader"}, {kFirst, "+switch-master"}},
    {"fault -> first +switch-master", {kFault, {}}, {kFirst, "+switch-master"}},
    {"first -> last +switch-master", {kFirst, "+switch-master"}, {kLastOfFirsts, "+switch-master"}},
    {"fault -> last +switch-master", {kFault, {}}, {kLastOfFirsts, "+switch-master"}},
    {"fault -> clients moved", {kFault, {}}, {kClientsMoved, {}}},
    {"+promoted-slave -> +slave-reconf-done", {kFirst, "+promoted-slave"}, {kFirst, "+slave-reconf-done"}},
    {"+promoted-slave -> all reconfigured", {kFirst, "+promoted-slave"}, {kLast, "+slave-reconf-done"}},
    {"+promoted-slave -> +failover-end", {kFirst, "+promoted-slave"}, {kFirst, "+failover-end"}},
    {"+try-failover -> -failover-abort", {kFirst, "+try-failover"}, {kFirst, "-failover-abort"}},
    {"back -> +reboot", {kBack, {}}, {kFirstBack, "+reboot"}},
    {"back -> -role-change", {kBack, {}}, {kFirstBack, "-role-change slave"}},
    {"back -> -sdown", {kBack, {}}, {kFirstBack, "-sdown"}},
    {"-role-change -> +convert-to-slave", {kFirstBack, "-role-change slave"}, {kFirstBack, "+convert-to-slave"}},
    {"+convert-to-slave -> +role-change", {kFirstBack, "+convert-to-slave"}, {kFirstBack, "+role-change slave"}},
    {"back -> +role-change", {kBack, {}}, {kFirstBack, "+role-change slave"}},
});

}  // namespace

std::span<const Phase> phases() { return kPhases; }

}  // namespace sentinel::sim
