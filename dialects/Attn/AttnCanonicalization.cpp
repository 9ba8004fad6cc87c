// Canonicalization patterns of the ops: mask patterns, operands and results that change nothing.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/RegionCanonicalization.h"
#include "dialects/Attn/SplatConstant.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace attnc::attn;

namespace {
/// Drops the patterns that allow every pair of the static lengths and flattens what is nested.
struct SimplifyMaskPatterns : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    ArrayAttr patterns = op.getMaskPatternsAttr();
    if (!patterns)
      return rewriter.notifyMatchFailure(op, "has no mask patterns");
    // Lengths bound the positions only where both sequences start at position 0.
    bool startsAtZero = !op.getQOffset() && !op.getKvOffset();
    auto length = [&](TypedValue<RankedTensorType> sequence) -> int64_t {
      int64_t size = sequence.getType().getDimSize(2);
      return startsAtZero && !ShapedType::isDynamic(size) ? size : -1;
    };
    Attribute simple = AllOfAttr::get(op.getContext(), patterns.getValue())
                           .simplify(length(op.getQuery()), length(op.getKey()));
    auto list = dyn_cast<AllOfAttr>(simple);
    auto simplified =
        list ? rewriter.getArrayAttr(list.getPatterns()) : rewriter.getArrayAttr(simple);
    if (simplified == patterns && !patterns.empty())
      return rewriter.notifyMatchFailure(op, "the patterns are simple");
    rewriter.modifyOpInPlace(op, [&] {
      if (simplified.empty())
        op.removeMaskPatternsAttr();
      else
        op.setMaskPatternsAttr(simplified);
    });
    return success();
  }
};

/// Drops document ids that no pattern reads, and offsets that are 0 or shift positions that
/// nothing looks at. (Regions that read the ids tensor do so by themselves.)
struct DropDeadOperands : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    bool deadQueryOffset = isDeadOffset(op, op.getQOffset(), kQueryArgument);
    bool deadKeyOffset = isDeadOffset(op, op.getKvOffset(), kKeyArgument);
    bool deadIds = op.getDocumentIds() && !readsDocumentIds(op);
    if (!deadQueryOffset && !deadKeyOffset && !deadIds)
      return rewriter.notifyMatchFailure(op, "every operand is read");
    rewriter.modifyOpInPlace(op, [&] {
      if (deadQueryOffset)
        op.getQOffsetMutable().clear();
      if (deadKeyOffset)
        op.getKvOffsetMutable().clear();
      if (deadIds)
        op.getDocumentIdsMutable().clear();
    });
    return success();
  }

private:
  /// The places of the positions among the arguments of a mask region.
  static constexpr unsigned kQueryArgument = 2, kKeyArgument = 3;

  static bool isDeadOffset(AttentionOp op, Value offset, unsigned argument) {
    return offset && (isZeroInteger(offset) || !readsPosition(op, argument));
  }

  static bool readsPosition(AttentionOp op, unsigned argument) {
    if (op.getMaskPatternsAttr())
      return true;
    Region &mask = op.getMask(), &score = op.getScore();
    return (!mask.empty() && !mask.getArgument(argument).use_empty()) ||
           (!score.empty() && !score.getArgument(argument + 1).use_empty());
  }

  static bool readsDocumentIds(AttentionOp op) {
    ArrayAttr patterns = op.getMaskPatternsAttr();
    return patterns && llvm::any_of(patterns, [](Attribute pattern) {
             return cast<MaskPatternAttrInterface>(pattern).readsDocumentIds();
           });
  }
};

/// The lse is a result on request; without users there is no request.
struct DropUnusedLse : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    if (!op.getLse() || !op.getLse().use_empty())
      return rewriter.notifyMatchFailure(op, "has no unused lse");
    auto withoutLse = AttentionOp::create(
        rewriter, op.getLoc(), op.getOutput().getType(), /*lse=*/Type(), op.getQuery(), op.getKey(),
        op.getValue(), op.getQOffset(), op.getKvOffset(), op.getDocumentIds(), op.getSink(),
        op.getScaleAttr(), op.getMaskPatternsAttr());
    withoutLse->setDiscardableAttrs(op->getDiscardableAttrDictionary());
    for (auto [from, to] : llvm::zip(op->getRegions(), withoutLse->getRegions()))
      rewriter.inlineRegionBefore(from, to, to.end());
    rewriter.replaceAllUsesWith(op.getOutput(), withoutLse.getOutput());
    rewriter.eraseOp(op);
    return success();
  }
};

/// Moves a constant factor of query or key into the scale. A product with a power of two is not
/// rounded (unless it leaves the normal range of its type, which the scale then does not); other
/// factors round, so the product must allow reassociation.
struct FoldFactorIntoScale : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    for (OpOperand *operand : {&op.getQueryMutable(), &op.getKeyMutable()}) {
      auto product = operand->get().getDefiningOp<arith::MulFOp>();
      if (!product)
        continue;
      for (auto [factor, rest] : {std::pair(product.getRhs(), product.getLhs()),
                                  std::pair(product.getLhs(), product.getRhs())}) {
        auto constant = dyn_cast_or_null<FloatAttr>(getSplatConstant(factor));
        if (!constant || !mayMove(constant.getValue(), product.getFastmath()))
          continue;
        double scale = op.getEffectiveScale() * constant.getValueAsDouble();
        if (!std::isnormal(scale))
          continue;
        rewriter.modifyOpInPlace(op, [&, rest = rest] {
          operand->set(rest);
          op.setScaleAttr(rewriter.getF64FloatAttr(scale));
        });
        return success();
      }
    }
    return rewriter.notifyMatchFailure(op, "neither query nor key has a factor that may move");
  }

private:
  static bool mayMove(const APFloat &factor, arith::FastMathFlags flags) {
    if (!factor.isFinite() || factor.isZero())
      return false;
    return factor.getExactLog2Abs() != INT_MIN ||
           arith::bitEnumContainsAny(flags, arith::FastMathFlags::reassoc);
  }
};

/// Tiles that are known better before a tensor.cast are taken from there. The upstream pattern for
/// destination-style ops does the same, but clones the op, and in LLVM 22 OpBuilder cannot clone a
/// region that is empty, as an absent mask or score is; so this one must come first.
struct FoldCastsOfTiles : OpRewritePattern<OnlineStepOp> {
  FoldCastsOfTiles(MLIRContext *context) : OpRewritePattern(context, /*benefit=*/2) {}
  LogicalResult matchAndRewrite(OnlineStepOp op, PatternRewriter &rewriter) const override {
    if (!tensor::hasFoldableTensorCastOperand(op))
      return rewriter.notifyMatchFailure(op, "no operand is a cast from a more static type");
    rewriter.modifyOpInPlace(op, [&] {
      // The state has static types, so only tiles have casts.
      for (OpOperand *operand : op.getDpsInputOperands()) {
        auto cast = operand->get().getDefiningOp<tensor::CastOp>();
        if (cast && tensor::canFoldIntoConsumerOp(cast))
          operand->set(cast.getSource());
      }
    });
    return success();
  }
};
} // namespace

void AttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<SimplifyMaskPatterns, DropDeadOperands, DropUnusedLse, FoldFactorIntoScale>(context);
  populateRegionPatterns(patterns);
  populateScoreToMaskPatterns(patterns);
}

void OnlineStepOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<FoldCastsOfTiles>(context);
  populateRegionPatterns(patterns);
}
