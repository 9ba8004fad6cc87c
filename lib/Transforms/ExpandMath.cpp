// attn-expand-math: polynomials instead of library calls for the vector math of score regions.
#include "attnc/Transforms/Passes.h"

#include "mlir/Dialect/Math/Transforms/Passes.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNEXPANDMATHPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;

namespace {
struct AttnExpandMathPass : attnc::impl::AttnExpandMathPassBase<AttnExpandMathPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    auto isAccurate = [](StringRef name) {
      return name == math::ExpOp::getOperationName() || name == math::LogOp::getOperationName() ||
             name == math::TanhOp::getOperationName() || name == math::ErfOp::getOperationName();
    };
    populateMathF32ExpansionPatterns(patterns, isAccurate);
    populateMathPolynomialApproximationPatterns(patterns, isAccurate);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
