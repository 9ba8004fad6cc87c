// Canonicalization patterns of the scan and the convolution: options that change nothing.
#include "dialects/Attn/Attn.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace attnc::attn;

void SelectiveScanOp::getCanonicalizationPatterns(RewritePatternSet &, MLIRContext *) {}

void CausalConv1dOp::getCanonicalizationPatterns(RewritePatternSet &, MLIRContext *) {}
