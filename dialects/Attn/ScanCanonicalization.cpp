// Canonicalization patterns of the scan and the convolution: options that change nothing.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/SplatConstant.h"

#include "mlir/IR/PatternMatch.h"

#include <limits>

using namespace mlir;
using namespace attnc::attn;

/// Whether all elements of `value`, where there is one, are 0 and not -0: what a state starts at
/// where none is given.
static bool isPositiveZero(Value value) {
  auto constant = value ? dyn_cast_or_null<FloatAttr>(getSplatConstant(value)) : FloatAttr();
  return constant && constant.getValue().isPosZero();
}

/// Whether adding `value`, where there is one, changes nothing but perhaps the sign of a zero.
static bool isZero(Value value) {
  auto constant = value ? dyn_cast_or_null<FloatAttr>(getSplatConstant(value)) : FloatAttr();
  return constant && constant.getValue().isZero();
}

static bool isFalse(Value value) {
  auto constant = value ? dyn_cast_or_null<IntegerAttr>(getSplatConstant(value)) : IntegerAttr();
  return constant && constant.getValue().isZero();
}

static MutableOperandRange getBias(SelectiveScanOp op) { return op.getDeltaBiasMutable(); }
static MutableOperandRange getBias(CausalConv1dOp op) { return op.getBiasMutable(); }

namespace {
/// Drops a start from zeros, a bias of zeros and resets that never happen. A skip of zeros stays:
/// 0 times infinity is no number.
template <typename Op> struct DropNeutralOperands : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    bool neutralInit = isPositiveZero(op.getInit());
    bool neutralBias = !getBias(op).empty() && isZero(getBias(op)[0].get());
    bool neutralReset = isFalse(op.getReset());
    if (!neutralInit && !neutralBias && !neutralReset)
      return rewriter.notifyMatchFailure(op, "every operand says something");
    rewriter.modifyOpInPlace(op, [&] {
      if (neutralInit)
        op.getInitMutable().clear();
      if (neutralBias)
        getBias(op).clear();
      if (neutralReset)
        op.getResetMutable().clear();
    });
    return success();
  }
};

/// The last state (window) is a result on request; without users there is no request.
template <typename Op> struct DropUnusedState : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op->getNumResults() == 1 || !op->getResult(1).use_empty())
      return rewriter.notifyMatchFailure(op, "has no unused state");
    SmallVector<NamedAttribute> discardable(op->getDiscardableAttrs());
    auto withoutState = Op::create(rewriter, op.getLoc(), TypeRange{op.getOutput().getType()},
                                   op->getOperands(), op.getProperties(), discardable);
    rewriter.replaceAllUsesWith(op.getOutput(), withoutState.getOutput());
    rewriter.eraseOp(op);
    return success();
  }
};

/// Drops limits that no step size can exceed and a threshold that is the default.
struct DropNeutralDeltaOptions : OpRewritePattern<SelectiveScanOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(SelectiveScanOp op, PatternRewriter &rewriter) const override {
    bool neutralLimits = areNeutralLimits(op);
    bool neutralThreshold =
        op.getSoftplusThreshold() &&
        op.getEffectiveSoftplusThreshold() == SelectiveScanOp::kDefaultSoftplusThreshold;
    if (!neutralLimits && !neutralThreshold)
      return rewriter.notifyMatchFailure(op, "every option says something");
    rewriter.modifyOpInPlace(op, [&] {
      if (neutralLimits)
        op.removeDeltaLimitsAttr();
      if (neutralThreshold)
        op.removeSoftplusThresholdAttr();
    });
    return success();
  }

private:
  static bool areNeutralLimits(SelectiveScanOp op) {
    std::optional<ArrayRef<double>> limits = op.getDeltaLimits();
    if (!limits)
      return false;
    // softplus is positive, and so are the values that a threshold of at least 0 lets through.
    bool isPositive = op.getDeltaSoftplus() && op.getEffectiveSoftplusThreshold() >= 0.0;
    double infinity = std::numeric_limits<double>::infinity();
    return limits->back() == infinity &&
           (isPositive ? limits->front() <= 0.0 : limits->front() == -infinity);
  }
};
} // namespace

void SelectiveScanOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                  MLIRContext *context) {
  patterns.add<DropNeutralOperands<SelectiveScanOp>, DropUnusedState<SelectiveScanOp>,
               DropNeutralDeltaOptions>(context);
}

void CausalConv1dOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<DropNeutralOperands<CausalConv1dOp>, DropUnusedState<CausalConv1dOp>>(context);
}
