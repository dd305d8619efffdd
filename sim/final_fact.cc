#include "sim/final_fact.h"

namespace sentinel::sim {

std::string_view final_fact_name(FinalFact::What what) {
  using enum FinalFact::What;
  switch (what) {
    case kRunning: return "running";
    case kMaster: return "master";
    case kRole: return "role";
    case kLink: return "link";
    case kEpoch: return "epoch";
    case kConfigEpoch: return "config-epoch";
    case kReplicas: return "replicas";
    case kSentinels: return "sentinels";
    case kFlags: return "flags";
    case kTilt: return "tilt";
  }
  return "?";
}

}  // namespace sentinel::sim
