// The kernel of sentinel-sim.
#include "bench/agenda_kernel.h"
#include "bench/peers/peer.h"

int main(int argc, char** argv) {
  return sentinel::bench::peer_main(argc, argv, []<class Workload>(sentinel::bench::History<Workload>& history) {
    sentinel::bench::AgendaKernel<Workload> kernel{history};
    while (!kernel.empty()) kernel.step();
  });
}
