// The selective scan by its definition, whole and tiled: one channel at a time, step after step.
#pragma once

#include "BoundedResults.h"

#include "dialects/Attn/Attn.h"

namespace attnc::reference {

llvm::FailureOr<BoundedResults> evaluateSelectiveScan(attn::SelectiveScanOp op, const Frame &frame,
                                                      bool computeBounds);

/// The state, the elapsed time and the output after one more tile, as far as the op has them.
llvm::FailureOr<Results> evaluateScanStep(attn::ScanStepOp op, const Frame &frame);

} // namespace attnc::reference
