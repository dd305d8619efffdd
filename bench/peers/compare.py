#!/usr/bin/env python3
"""Runs the kernel and its peers side by side and says what an event costs in each.

usage: compare.py FOLDER [--json FILE] [--rounds N]
FOLDER has the programs that peers.cmake builds. Exit code 1: a peer did not make the same history as the others.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys

# Until when (virtual µs) it takes about a million events. Slow peers stop after a tenth of that.
WORKLOADS = {
    "hold_32": 10_000_000_000,
    "hold_1000": 300_000_000,
    "hold_100000": 4_000_000,
    "ring": 5_000_000,
    "mesh": 15_000_000_000,
}
SLOWER = 10


@dataclasses.dataclass(eq=False)
class Peer:
    name: str
    program: str
    arguments: list = dataclasses.field(default_factory=list)  # after the workload and its end
    package: str = ""
    is_slow: bool = False
    workloads: tuple = tuple(WORKLOADS)

    def until(self, workload):
        return WORKLOADS[workload] // (SLOWER if self.is_slow else 1)


BARE = Peer("std::priority_queue", "peer_bare")
OURS = Peer("sentinel-sim", "peer_agenda")
NS3 = [Peer(f"ns-3 {name}", "peer_ns3", [f"ns3::{name}Scheduler"], "libns3-dev")
       for name in ("PriorityQueue", "Calendar", "Map", "Heap")]
SYSTEMC = Peer("SystemC", "peer_systemc", package="libsystemc-dev")
SIMGRID = [Peer("SimGrid sleepers", "peer_simgrid", ["sleepers"], "libsimgrid-dev", True),
           Peer("SimGrid mailboxes", "peer_simgrid", ["mailboxes"], "libsimgrid-dev", True, ("ring", "mesh"))]
SIMPY = Peer("SimPy", "simpy_peer.py", package="python3-simpy3", is_slow=True)
PEERS = [BARE, OURS, *NS3, SYSTEMC, *SIMGRID, SIMPY]

# How many times as long as ours the fastest of these takes on a workload, at least.
TARGETS = [
    *(("the bare queue", [BARE], workload, 1.0) for workload in WORKLOADS),
    *(("ns-3 and SystemC, the best", [*NS3, SYSTEMC], workload, bound)
      for workload, bound in zip(WORKLOADS, (3.0, 2.5, 2.0, 2.5, 2.5))),
    ("SimPy", [SIMPY], "mesh", 40.0),
    *((peer.name, [peer], "mesh", 60.0) for peer in SIMGRID),
]


def command_of(peer, folder):
    """None: it is not installed."""
    if not peer.program.endswith(".py"):
        return [folder / peer.program] if (folder / peer.program).exists() else None
    for python in (sys.executable, "/usr/bin/python3"):  # Debian's knows Debian's packages
        if subprocess.run([python, "-c", "import simpy"], capture_output=True).returncode == 0:
            return [python, pathlib.Path(__file__).parent / peer.program]
    return None


class Histories:
    """What was the same in all so far: the checksum and number of events of each workload and end."""

    def __init__(self):
        self.first = {}

    def run(self, peer, command, workload, until):
        """Nanoseconds an event."""
        # The copyright notice is SystemC's.
        done = subprocess.run([*command, workload, str(until), *peer.arguments], capture_output=True, text=True,
                              env={**os.environ, "SYSTEMC_DISABLE_COPYRIGHT_MESSAGE": "1"})
        if done.returncode != 0:
            sys.exit(f"{peer.name}, {workload}: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        *history, cost = done.stdout.split()
        first_peer, first = self.first.setdefault((workload, until), (peer, history))
        if history != first:
            sys.exit(f"{workload}: not the same history: {peer.name} {history}, {first_peer.name} {first}")
        return float(cost)


def measure(commands, rounds):
    """{peer: {workload: median}}. The rounds are interleaved, so that what slows the machine down slows down all."""
    histories = Histories()
    costs = {peer: {workload: [] for workload in peer.workloads} for peer in commands}
    for i in range(rounds + 1):
        for workload in WORKLOADS:
            for peer, command in commands.items():
                if workload not in peer.workloads:
                    continue
                if i == 0:  # the short history of all
                    histories.run(peer, command, workload, WORKLOADS[workload] // SLOWER)
                else:
                    costs[peer][workload].append(histories.run(peer, command, workload, peer.until(workload)))
        print("all histories are the same" if i == 0 else f"round {i} of {rounds}", file=sys.stderr)
    return {peer: {workload: statistics.median(all_) for workload, all_ in of_peer.items()}
            for peer, of_peer in costs.items()}


def short(number):
    return f"{number:.{2 if number < 10 else 1 if number < 100 else 0}f}"


def print_costs(costs):
    print("\nCPU time of an event in ns, and how many times that of the bare queue\n")
    print(f"{'':20}" + "".join(f"{workload:>12}" for workload in WORKLOADS))
    for peer in PEERS:
        if peer not in costs:
            print(f"{peer.name:20}   not installed: apt-get install {peer.package}")
            continue
        cells = (f"{short(costs[peer][workload]):>6}{short(costs[peer][workload] / costs[BARE][workload]):>6}"
                 if workload in costs[peer] else f"{'-':>12}" for workload in WORKLOADS)
        print(f"{peer.name:20}" + "".join(cells))


def reach(costs):
    """[(than what, workload, times as fast, target)], without those that are not installed."""
    reached = []
    for name, peers, workload, target in TARGETS:
        if all(peer in costs for peer in peers):
            best = min(costs[peer][workload] for peer in peers)
            reached.append((name, workload, best / costs[OURS][workload], target))
    return reached


def print_reached(reached):
    print(f"\n{'sentinel-sim is so many times as fast as':42}{'on':12}{'times':>7}{'target':>8}\n")
    for name, workload, times, target in reached:
        verdict = "" if times >= target else "  missed"
        print(f"  {name:40}{workload:12}{short(times):>7}{short(target):>8}{verdict}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()

    commands = {peer: command for peer in PEERS if (command := command_of(peer, arguments.folder))}
    costs = measure(commands, arguments.rounds)
    reached = reach(costs)
    print_costs(costs)
    print_reached(reached)
    if arguments.json:
        arguments.json.write_text(json.dumps({
            "ns_per_event": {peer.name: of_peer for peer, of_peer in costs.items()},
            "times_as_fast": [dict(zip(("than", "workload", "times", "target"), row)) for row in reached],
        }, indent=2) + "\n")


if __name__ == "__main__":
    main()
