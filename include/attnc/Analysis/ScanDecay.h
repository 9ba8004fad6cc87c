// What is known of a scan's decay factors exp(dt * A[c, n]) before it runs.
#pragma once

#include "dialects/Attn/Attn.h"

#include <string>

namespace attnc {

struct DecayFacts {
  /// A[c, n] is the f32 product (n + 1) * A[c, 0], exactly, for all c and n: the factors of a
  /// channel are powers of the first. Never of one rate per channel, which has nothing to gain.
  bool powers = false;
  /// No rate is positive and no step size negative: no factor is above 1. NaN may be among both.
  bool contracting = false;
  /// Why not, ready to print. Empty where the fact holds, and where there is one rate per channel.
  std::string whyNotPowers, whyNotContracting;
};

/// Looks at the definitions of the rates and the step sizes of `op`. Costs one pass over constant
/// rates.
DecayFacts analyzeDecay(attn::SelectiveScanOp op);

} // namespace attnc
