// The command line of a peer: it runs one history, and says what it was and what it cost.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>

#include "bench/workloads.h"

namespace sentinel::bench {

// `program WORKLOAD UNTIL …`: run(history) must make the whole history of this workload, until so many µs. Prints its
// checksum, its events and the nanoseconds an event. Returns an exit code.
template <class Run>
int peer_main(int argc, char** argv, const Run& run) {
  const auto measure = [&](auto workload) {
    History history{workload, std::atoll(argv[2])};
    run(history);
    std::printf("%016llx %llu %.3f\n", static_cast<unsigned long long>(history.checksum()),
                static_cast<unsigned long long>(history.events()), history.nanoseconds_per_event());
    return EXIT_SUCCESS;
  };
  try {
    const std::string name = argc > 2 ? argv[1] : "";
    if (name == "hold_32") return measure(Hold{32});
    if (name == "hold_1000") return measure(Hold{1'000});
    if (name == "hold_100000") return measure(Hold{100'000});
    if (name == "ring") return measure(Ring{});
    if (name == "mesh") return measure(Mesh{});
    throw std::invalid_argument{"usage: " + std::string{argv[0]} + " hold_32|hold_1000|hold_100000|ring|mesh UNTIL"};
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return EXIT_FAILURE;
  }
}

}  // namespace sentinel::bench
