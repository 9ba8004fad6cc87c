// Verifies attn.selective_scan and answers its interfaces.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/Verification.h"

using namespace mlir;
using namespace attnc::attn;

int64_t SelectiveScanOp::getNumGroups() {
  for (RankedTensorType type : {getB().getType(), getC().getType()})
    if (type.getRank() == 4)
      return type.getDimSize(2);
  return 1;
}

double SelectiveScanOp::getEffectiveSoftplusThreshold() {
  auto threshold = getSoftplusThreshold();
  return threshold ? threshold->convertToDouble() : kDefaultSoftplusThreshold;
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult SelectiveScanOp::verify() { return success(); }

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

OpFoldResult attnc::attn::reifyNumSequences(OpBuilder &builder, Location loc, Value cuSeqlens) {
  AffineExpr oneLess = builder.getAffineDimExpr(0) - 1;
  return affine::makeComposedFoldedAffineApply(
      builder, loc, oneLess, {tensor::getMixedSize(builder, loc, cuSeqlens, 0)});
}

LogicalResult SelectiveScanOp::reifyResultShapes(OpBuilder &builder,
                                                 ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> rows = tensor::getMixedSizes(builder, getLoc(), getU());
  shapes.push_back(rows);
  if (!getLastState())
    return success();
  SmallVector<OpFoldResult> state{rows.front()};
  if (getCuSeqlens())
    state.front() = reifyNumSequences(builder, getLoc(), getCuSeqlens());
  llvm::append_range(state, ArrayRef(rows).drop_front(2));
  state.push_back(builder.getIndexAttr(getNumStates()));
  shapes.push_back(state);
  return success();
}

void SelectiveScanOp::populateBoundsForShapedValueDim(Value result, int64_t axis,
                                                      ValueBoundsConstraintSet &bounds) {
  if (result == getOutput()) {
    bounds.bound(result)[axis] == bounds.getExpr(getU(), axis);
    return;
  }
  if (axis > 0)
    return; // static
  if (getCuSeqlens())
    bounds.bound(result)[axis] == bounds.getExpr(getCuSeqlens(), 0) - 1;
  else
    bounds.bound(result)[axis] == bounds.getExpr(getU(), 0);
}
