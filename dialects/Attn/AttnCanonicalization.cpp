// Canonicalization patterns of attn.attention.
#include "dialects/Attn/Attn.h"

#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace attnc::attn;

namespace {
/// A mask region that yields true is no mask.
struct DropTrueMask : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    if (op.getMask().empty())
      return rewriter.notifyMatchFailure(op, "has no mask region");
    auto yield = cast<YieldOp>(op.getMask().front().back());
    if (!matchPattern(yield.getValue(), m_One()))
      return rewriter.notifyMatchFailure(op, "the mask is not constant true");
    rewriter.modifyOpInPlace(op, [&] { op.getMask().getBlocks().clear(); });
    return success();
  }
};
} // namespace

void AttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<DropTrueMask>(context);
}
