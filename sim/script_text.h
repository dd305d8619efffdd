// Scripts of sentinels as text: what they are called with, and what became of them.
#pragma once

#include <string>
#include <vector>

#include "model/scripts.h"
#include "sim/run.h"

namespace sentinel::sim {

// The path of a script and its arguments, as the script gets them.
std::vector<std::string> script_words(model::Symbol path, const model::ScriptArguments& arguments,
                                      const SymbolTable& symbols);

// `script 10001 starts (run 1): /bin/notify.sh +sdown "master mymaster 127.0.0.1 7000"`; empty for other records.
std::string script_text(const Record& record, const SymbolTable& symbols);

}  // namespace sentinel::sim
