// What can be asked of the state in the end, by the names that scenarios have for it.
#pragma once

#include <string_view>

#include "sim/scenario.h"

namespace sentinel::sim {

std::string_view final_fact_name(FinalFact::What what);

}  // namespace sentinel::sim
