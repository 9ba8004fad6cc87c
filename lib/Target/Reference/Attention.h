// attn.attention by its definition: one query row at a time, all scores, then the softmax.
#pragma once

#include "Frame.h"

#include "dialects/Attn/Attn.h"

namespace attnc::reference {

struct AttentionResult {
  Tensor output;
  /// Where the op has it as a result.
  std::optional<Tensor> lse;
  /// Where they are asked for.
  std::optional<Tensor> outputBound, lseBound;
};

llvm::FailureOr<AttentionResult> evaluateAttention(attn::AttentionOp op, const Frame &frame,
                                                   bool computeBounds);

} // namespace attnc::reference
