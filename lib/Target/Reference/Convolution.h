// The causal convolution by its definition, whole and tiled: one channel at a time.
#pragma once

#include "BoundedResults.h"

#include "dialects/Attn/Attn.h"

namespace attnc::reference {

llvm::FailureOr<BoundedResults> evaluateCausalConv1d(attn::CausalConv1dOp op, const Frame &frame,
                                                     bool computeBounds);

/// The window after one more tile, and the tile's output.
llvm::FailureOr<Results> evaluateConvStep(attn::ConvStepOp op, const Frame &frame);

} // namespace attnc::reference
