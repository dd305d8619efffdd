#include "analysis/recorder/time_axis.h"

#include <cmath>

namespace sentinel::analysis::recorder {

double TimeAxis::in_ms(std::chrono::nanoseconds duration) {
  constexpr double kTenthsPerNano = 1e-5;
  constexpr double kTenths = 10.0;
  return std::round(static_cast<double>(duration.count()) * kTenthsPerNano) / kTenths;
}

}  // namespace sentinel::analysis::recorder
