// Canonicalization patterns of mask and score regions; private to the dialect.
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace attnc::attn {

/// Patterns for the regions of attn.attention and attn.online_step: a mask that is true and a
/// score that changes nothing vanish, and division by zero and reads out of range that show up as
/// constants get their defined results.
void populateRegionPatterns(mlir::RewritePatternSet &patterns);

/// Turns `select(visible, score, -inf)` at the end of an attention's score region into mask.
void populateScoreToMaskPatterns(mlir::RewritePatternSet &patterns);

} // namespace attnc::attn
