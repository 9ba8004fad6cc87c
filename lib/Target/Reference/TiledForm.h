// The tiled form of attention, by the definitions of its ops.
#pragma once

#include "Evaluators.h"

#include "dialects/Attn/Attn.h"

namespace attnc::reference {

/// The state (acc, max, sum) after one more tile of keys. A state whose max is -inf has seen
/// nothing: what acc and sum hold then does not matter.
llvm::FailureOr<Results> evaluateOnlineStep(attn::OnlineStepOp op, const Frame &frame);

/// The rows of output and, where the op has them, of lse.
llvm::FailureOr<Results> evaluateOnlineFinish(attn::OnlineFinishOp op, const Frame &frame);

} // namespace attnc::reference
