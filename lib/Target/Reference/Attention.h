// attn.attention by its definition: one query row at a time, all scores, then the softmax.
#pragma once

#include "BoundedResults.h"

#include "dialects/Attn/Attn.h"

namespace attnc::reference {

/// The output and, where the op has it, the log-sum-exp.
llvm::FailureOr<BoundedResults> evaluateAttention(attn::AttentionOp op, const Frame &frame,
                                                  bool computeBounds);

} // namespace attnc::reference
