// attn-expand-patterns: replaces mask patterns by one mask region, the only form passes see.
#include "attnc/Transforms/Passes.h"
#include "dialects/Attn/Attn.h"

#include "mlir/IR/Matchers.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNEXPANDPATTERNSPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc::attn;

static LogicalResult expandPatterns(AttentionOp op) {
  OpBuilder builder(op);
  buildMaskRegion(builder, op, op.getMask());
  size_t size = op.getMask().front().getOperations().size();
  if (size > kMaxRegionOps)
    return op.emitOpError() << "has mask patterns that expand to " << size
                            << " ops, wanted at most " << kMaxRegionOps;
  op.removeMaskPatternsAttr();
  op.getDocumentIdsMutable().clear();
  return success();
}

//===----------------------------------------------------------------------===//
// Truncating divisions
//===----------------------------------------------------------------------===//

/// Whether `op` makes or passes on negative values: differences do, and what is computed from
/// `negative` values. Values from outside are taken for counts, which are not negative.
static bool mayBeNegative(Operation &op, const llvm::SmallPtrSetImpl<Value> &negative) {
  auto isNegative = [&](Value operand) { return negative.contains(operand); };
  APInt constant;
  if (matchPattern(&op, m_ConstantInt(&constant)))
    return constant.isNegative();
  if (isa<arith::SubIOp>(op))
    return true;
  if (isa<arith::MaxSIOp>(op))
    return llvm::all_of(op.getOperands(), isNegative);
  if (isa<arith::FloorDivSIOp, arith::CeilDivSIOp, arith::DivSIOp, arith::RemSIOp>(op))
    return isNegative(op.getOperand(0));
  if (isa<arith::AddIOp, arith::MulIOp, arith::MinSIOp, arith::SelectOp, arith::IndexCastOp,
          arith::ExtSIOp, arith::TruncIOp>(op))
    return llvm::any_of(op.getOperands(), isNegative);
  return false;
}

/// Whether only equality with 0 is asked of `value`: there truncating and flooring agree.
static bool isOnlyComparedWithZero(Value value) {
  return llvm::all_of(value.getUsers(), [](Operation *user) {
    auto compare = dyn_cast<arith::CmpIOp>(user);
    return compare &&
           (compare.getPredicate() == arith::CmpIPredicate::eq ||
            compare.getPredicate() == arith::CmpIPredicate::ne) &&
           (matchPattern(compare.getLhs(), m_Zero()) || matchPattern(compare.getRhs(), m_Zero()));
  });
}

/// `(i - j) / 4` in most languages is a floor division, `arith.divsi` rounds to zero: a mask that
/// is wrong above the diagonal only, which is worth a word.
static void warnOfTruncation(Region &region) {
  if (region.empty())
    return;
  llvm::SmallPtrSet<Value, 16> negative;
  for (Operation &op : region.front()) {
    bool isRemainder = isa<arith::RemSIOp>(op);
    if ((isRemainder || isa<arith::DivSIOp>(op)) && negative.contains(op.getOperand(0)) &&
        !(isRemainder && isOnlyComparedWithZero(op.getResult(0))))
      op.emitWarning() << "rounds towards zero, and the dividend may be negative; wanted "
                          "arith.floordivsi"
                       << (isRemainder ? " and a difference" : "") << "?";
    if (mayBeNegative(op, negative))
      negative.insert(op.result_begin(), op.result_end());
  }
}

namespace {
struct AttnExpandPatternsPass : attnc::impl::AttnExpandPatternsPassBase<AttnExpandPatternsPass> {
  void runOnOperation() override {
    WalkResult result = getOperation()->walk([](AttentionOp op) {
      warnOfTruncation(op.getMask());
      warnOfTruncation(op.getScore());
      return WalkResult(op.getMaskPatternsAttr() ? expandPatterns(op) : success());
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
