// Verifies attn.causal_conv1d and answers its interfaces.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/Verification.h"

using namespace mlir;
using namespace attnc::attn;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult CausalConv1dOp::verify() { return success(); }

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

LogicalResult CausalConv1dOp::reifyResultShapes(OpBuilder &builder,
                                                ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> rows = tensor::getMixedSizes(builder, getLoc(), getX());
  shapes.push_back(rows);
  if (!getLastWindow())
    return success();
  OpFoldResult sequences =
      getCuSeqlens() ? reifyNumSequences(builder, getLoc(), getCuSeqlens()) : rows.front();
  shapes.push_back({sequences, builder.getIndexAttr(getWidth() - 1), rows.back()});
  return success();
}

void CausalConv1dOp::populateBoundsForShapedValueDim(Value result, int64_t axis,
                                                     ValueBoundsConstraintSet &bounds) {
  if (result == getOutput()) {
    bounds.bound(result)[axis] == bounds.getExpr(getX(), axis);
    return;
  }
  if (axis > 0)
    return; // static
  if (getCuSeqlens())
    bounds.bound(result)[axis] == bounds.getExpr(getCuSeqlens(), 0) - 1;
  else
    bounds.bound(result)[axis] == bounds.getExpr(getX(), 0);
}
