// Where imported processes listen: what their files tell, what others call them, or else an address that is free.
#pragma once

#include <vector>

#include "analysis/convert/imported_process.h"

namespace sentinel::analysis {

// Gives each process an address of its own, and adds the processes that are only named: masters, replicas and
// sentinels without a file. A second name of a process becomes its address in the lines of the others.
void settle_addresses(std::vector<ImportedProcess>& processes, sim::SymbolTable& symbols, ImportRemarks& remarks);

// A replica of the process at `master`, at a free address, that logs in as the master asks for.
void add_replica(std::vector<ImportedProcess>& processes, const model::Address& master, sim::SymbolTable& symbols,
                 ImportRemarks& remarks);

}  // namespace sentinel::analysis
