// Canonicalization patterns of mask and score regions.
#include "dialects/Attn/RegionCanonicalization.h"

#include "dialects/Attn/Attn.h"

#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace attnc::attn;

static Value getYielded(Region &region) {
  return cast<YieldOp>(region.front().getTerminator()).getValue();
}

//===----------------------------------------------------------------------===//
// Regions that change nothing
//===----------------------------------------------------------------------===//

namespace {
/// A mask region that yields true is no mask.
template <typename Op> struct DropTrueMask : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op.getMask().empty() || !matchPattern(getYielded(op.getMask()), m_One()))
      return rewriter.notifyMatchFailure(op, "the mask is not constant true");
    rewriter.modifyOpInPlace(op, [&] { rewriter.eraseBlock(&op.getMask().front()); });
    return success();
  }
};

/// A score region that yields the score it got is no score change.
template <typename Op> struct DropIdentityScore : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (op.getScore().empty() || getYielded(op.getScore()) != op.getScore().getArgument(0))
      return rewriter.notifyMatchFailure(op, "the score region is not the identity");
    rewriter.modifyOpInPlace(op, [&] { rewriter.eraseBlock(&op.getScore().front()); });
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Division by zero and reads out of range
//===----------------------------------------------------------------------===//

bool isInRegionOfAttention(Operation *op) {
  return isa_and_present<AttentionOp, OnlineStepOp>(op->getParentOp());
}

/// In a region, x / 0 = 0 and x mod 0 = x.
template <typename Op, bool isRemainder> struct FoldDivisionByZero : OpRewritePattern<Op> {
  using OpRewritePattern<Op>::OpRewritePattern;
  LogicalResult matchAndRewrite(Op op, PatternRewriter &rewriter) const override {
    if (!isInRegionOfAttention(op) || !matchPattern(op.getRhs(), m_Zero()))
      return rewriter.notifyMatchFailure(op, "no division by zero in a region");
    // The zero divisor is the quotient.
    rewriter.replaceOp(op, isRemainder ? op.getLhs() : op.getRhs());
    return success();
  }
};

/// In a region, a read out of range reads the nearest element; an empty tensor reads as 0.
struct ClampConstantIndices : OpRewritePattern<tensor::ExtractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractOp op, PatternRewriter &rewriter) const override {
    if (!isInRegionOfAttention(op))
      return rewriter.notifyMatchFailure(op, "not in a region of attention");
    auto type = cast<RankedTensorType>(op.getTensor().getType());
    if (llvm::is_contained(type.getShape(), 0)) {
      rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, rewriter.getZeroAttr(op.getType()));
      return success();
    }
    SmallVector<Value> indices(op.getIndices());
    for (auto [index, size] : llvm::zip(indices, type.getShape())) {
      std::optional<int64_t> constant = getConstantIntValue(index);
      if (!constant || (*constant >= 0 && (ShapedType::isDynamic(size) || *constant < size)))
        continue;
      int64_t nearest = *constant < 0 ? 0 : size - 1;
      index = arith::ConstantIndexOp::create(rewriter, op.getLoc(), nearest);
    }
    if (llvm::equal(indices, op.getIndices()))
      return rewriter.notifyMatchFailure(op, "no constant index out of range");
    rewriter.modifyOpInPlace(op, [&] { op.getIndicesMutable().assign(indices); });
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Scores of -inf are masks
//===----------------------------------------------------------------------===//

/// The ops of `block` that `value` is computed with, in order; none where `forbidden` is one of
/// its sources.
std::optional<SmallVector<Operation *>> getSources(Block &block, Value value, Value forbidden) {
  llvm::SmallPtrSet<Value, 8> needed{value};
  SmallVector<Operation *> sources;
  for (Operation &op : llvm::reverse(block)) {
    if (llvm::none_of(op.getResults(), [&](Value result) { return needed.contains(result); }))
      continue;
    needed.insert(op.operand_begin(), op.operand_end());
    sources.push_back(&op);
  }
  if (needed.contains(forbidden))
    return std::nullopt;
  std::reverse(sources.begin(), sources.end());
  return sources;
}

/// `select(visible, score, -inf)` says that a pair is masked, where only the mask region lets
/// passes skip work; `visible` is and-ed to the mask if it does not depend on the score.
struct LiftSelectIntoMask : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    if (op.getScore().empty() || op.getMaskPatternsAttr())
      return rewriter.notifyMatchFailure(op, "needs a score region, and patterns expanded");
    Block &score = op.getScore().front();
    auto yield = cast<YieldOp>(score.getTerminator());
    auto select = yield.getValue().getDefiningOp<arith::SelectOp>();
    if (!select)
      return rewriter.notifyMatchFailure(op, "the score is not selected");
    bool maskedIfTrue = matchPattern(select.getTrueValue(), m_NegInfFloat());
    if (!maskedIfTrue && !matchPattern(select.getFalseValue(), m_NegInfFloat()))
      return rewriter.notifyMatchFailure(op, "neither choice is -inf");
    auto sources = getSources(score, select.getCondition(), score.getArgument(0));
    if (!sources)
      return rewriter.notifyMatchFailure(op, "the choice depends on the score");
    size_t maskSize = op.getMask().empty() ? 0 : op.getMask().front().getOperations().size();
    if (maskSize + sources->size() + kNumAddedOps > kMaxRegionOps)
      return rewriter.notifyMatchFailure(op, "the mask region would get too large");

    Location loc = select.getLoc();
    IRMapping mapping;
    Block *mask = getOrCreateMask(op, rewriter);
    mapping.map(score.getArguments().drop_front(), mask->getArguments());
    auto maskYield = cast<YieldOp>(mask->getTerminator());
    rewriter.setInsertionPoint(maskYield);
    for (Operation *source : *sources)
      rewriter.clone(*source, mapping);
    Value visible = mapping.lookupOrDefault(select.getCondition());
    if (maskedIfTrue) {
      Value truth = arith::ConstantOp::create(rewriter, loc, rewriter.getBoolAttr(true));
      visible = arith::XOrIOp::create(rewriter, loc, visible, truth);
    }
    Value both = arith::AndIOp::create(rewriter, loc, maskYield.getValue(), visible);
    rewriter.modifyOpInPlace(maskYield, [&] { maskYield.getValueMutable().assign(both); });
    Value kept = maskedIfTrue ? select.getFalseValue() : select.getTrueValue();
    rewriter.modifyOpInPlace(yield, [&] { yield.getValueMutable().assign(kept); });
    return success();
  }

private:
  /// Besides the choice: a new mask region's two, and negation and conjunction.
  static constexpr size_t kNumAddedOps = 5;

  /// The mask region's block; a new one yields true.
  static Block *getOrCreateMask(AttentionOp op, PatternRewriter &rewriter) {
    if (!op.getMask().empty())
      return &op.getMask().front();
    SmallVector<Type> types(kNumMaskArguments, rewriter.getIndexType());
    SmallVector<Location> locations(kNumMaskArguments, op.getLoc());
    Block *mask = rewriter.createBlock(&op.getMask(), op.getMask().end(), types, locations);
    Value truth = arith::ConstantOp::create(rewriter, op.getLoc(), rewriter.getBoolAttr(true));
    YieldOp::create(rewriter, op.getLoc(), truth);
    return mask;
  }
};
} // namespace

void attnc::attn::populateRegionPatterns(RewritePatternSet &patterns) {
  patterns.add<
      DropTrueMask<AttentionOp>, DropTrueMask<OnlineStepOp>, DropIdentityScore<AttentionOp>,
      DropIdentityScore<OnlineStepOp>, FoldDivisionByZero<arith::DivSIOp, false>,
      FoldDivisionByZero<arith::DivUIOp, false>, FoldDivisionByZero<arith::FloorDivSIOp, false>,
      FoldDivisionByZero<arith::CeilDivSIOp, false>, FoldDivisionByZero<arith::CeilDivUIOp, false>,
      FoldDivisionByZero<arith::RemSIOp, true>, FoldDivisionByZero<arith::RemUIOp, true>,
      ClampConstantIndices>(patterns.getContext());
}

void attnc::attn::populateScoreToMaskPatterns(RewritePatternSet &patterns) {
  patterns.add<LiftSelectIntoMask>(patterns.getContext());
}
