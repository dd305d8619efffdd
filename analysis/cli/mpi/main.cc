// sentinel-sim-mpi: `sentinel-sim sweep` on the machines of an MPI job. Rank 0 deals out the blocks and has the files.
#include <boost/mpi/collectives.hpp>
#include <boost/mpi/communicator.hpp>
#include <boost/mpi/environment.hpp>
#include <boost/mpi/operations.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>
#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "analysis/cli/sweep_session.h"
#include "analysis/sweep/sweep_work.h"
#include "sim/bad_input.h"

namespace {

namespace mpi = boost::mpi;
using namespace sentinel;

constexpr int kBlocks = 1;  // to rank 0: the lines of the blocks of an item; none yet at first
constexpr int kItem = 2;    // from rank 0: group and block, or nothing if there is no more to do

using Answer = std::vector<std::uint64_t>;

void never() {}

// A rank but the first.
void serve(const mpi::communicator& world, analysis::SweepWork& work) {
  std::vector<std::string> lines;
  for (;;) {
    world.send(0, kBlocks, lines);
    Answer answer;
    world.recv(0, kItem, answer);
    if (answer.empty()) return;
    lines.clear();
    for (const analysis::SweepBlock& block : work.run({answer[0], answer[1]}, never)) {
      lines.push_back(analysis::to_line(block));
    }
  }
}

// All others get their items here, until each has been told that there is no more.
void deal(const mpi::communicator& world, analysis::SweepDesk& desk) {
  constexpr std::chrono::microseconds kNap{200};  // the core is for the runs of this rank
  for (int left = world.size() - 1; left > 0;) {
    const auto request = world.iprobe(mpi::any_source, kBlocks);
    if (!request) {
      std::this_thread::sleep_for(kNap);
      continue;
    }
    std::vector<std::string> lines;
    world.recv(request->source(), kBlocks, lines);
    try {
      std::vector<analysis::SweepBlock> blocks;
      for (const std::string& line : lines) blocks.push_back(analysis::block_from_line(line));
      desk.bring(std::move(blocks));
    } catch (...) {
      desk.fail(std::current_exception());
    }
    const std::optional<analysis::SweepItem> item = desk.next();
    if (!item) --left;
    world.send(request->source(), kItem, item ? Answer{item->group, item->block} : Answer{});
  }
}

// The first rank does runs, too, in a thread beside the one that speaks with the others.
void lead(const mpi::communicator& world, analysis::SweepWork& work, analysis::SweepDesk& desk) {
  {
    std::jthread here{[&] {
      try {
        analysis::do_sweep(work, desk, 1, never);
      } catch (...) {
        desk.fail(std::current_exception());
      }
    }};
    deal(world, desk);
  }
  desk.check();
}

int sweep(const mpi::communicator& world, const cli::Arguments& arguments) {
  const bool is_first = world.rank() == 0;
  std::optional<cli::SweepCommand> command;
  std::optional<analysis::SweepWork> work;
  std::optional<cli::SweepSession> session;
  int code = cli::kAsExpected;
  try {
    if (!is_first) std::cout.setstate(std::ios::failbit);  // help is told once
    command = cli::parse_sweep(arguments, "sentinel-sim-mpi", false);
    if (command) work.emplace(command->options);
    if (work && is_first) session.emplace(*command, work->design());
  } catch (const sim::BadInput& bad) {
    if (is_first) std::cerr << "sentinel-sim-mpi: " << bad.what() << '\n';
    code = cli::kBadInput;
  }
  // What one cannot do, nobody begins.
  const bool begins = mpi::all_reduce(world, work.has_value() && code == cli::kAsExpected, std::logical_and<bool>{});
  if (!begins) return code;
  const std::uint64_t read = work->design().fingerprint;
  const bool is_same = mpi::all_reduce(world, read, mpi::minimum<std::uint64_t>{}) ==
                       mpi::all_reduce(world, read, mpi::maximum<std::uint64_t>{});
  if (!is_same) {
    if (is_first) {
      std::cerr
          << "sentinel-sim-mpi: the machines have read different scenarios: all need the same files, and the same "
             "version of the program\n";
    }
    return cli::kBadInput;
  }
  if (!is_first) {
    serve(world, *work);
    return cli::kAsExpected;
  }
  try {
    lead(world, *work, session->desk());
    return session->finish();
  } catch (const sim::BadInput& bad) {
    std::cerr << "sentinel-sim-mpi: " << bad.what() << '\n';
    return cli::kBadInput;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const mpi::environment environment{argc, argv, mpi::threading::funneled};
  return sweep(mpi::communicator{}, cli::Arguments(argv + 1, argv + argc));
}
