// Makes a failing scenario small: fewer nodes and faults, shorter and rounder times, a calmer network.
#pragma once

#include <cstddef>
#include <functional>

#include "analysis/document.h"

namespace sentinel::analysis {

struct Shrunk {
  Document document;
  std::size_t tries = 0;
};

// `fails` is asked of each candidate, and is true of `failing`. What it throws BadInput for is no candidate. What is
// changed are the choices of the scenario, not its seed; at most so many candidates are tried.
Shrunk shrink(Document failing, const std::function<bool(const Document&)>& fails, std::size_t most_tries);

}  // namespace sentinel::analysis
