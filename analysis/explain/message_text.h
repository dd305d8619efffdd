// Messages in words: of which kind one is, and what it says.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/messages.h"
#include "sim/run.h"

namespace sentinel::analysis {

// The name of the narrowest kind that scenarios have for it (sim/message_kind.h), or `other`.
std::string_view message_kind_text(const model::Message& message, const model::Callback& callback);

// What it says about masters, votes and roles; empty for what says nothing but its kind. `run` knows who has which id.
std::string message_text(const sim::Run& run, const model::Message& message);

}  // namespace sentinel::analysis
