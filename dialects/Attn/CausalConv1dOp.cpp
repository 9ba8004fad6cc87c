// Verifies attn.causal_conv1d and answers its interfaces.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/ScanVerification.h"

using namespace mlir;
using namespace attnc::attn;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// x and its output: static channels.
static LogicalResult verifyInput(CausalConv1dOp op) {
  RankedTensorType x = op.getX().getType(), output = op.getOutput().getType();
  if (failed(checkRank(op, "x", x, {"batch", "time", "channels"})) ||
      failed(checkSizeIsFrom(op, "x", x, 2, "number of channels", 1)))
    return failure();
  if (output != x)
    return op.emitOpError() << "output must have the type of x, " << x << ", got " << output;
  return success();
}

/// The taps of each channel and its bias.
static LogicalResult verifyFilter(CausalConv1dOp op) {
  NamedValue x{"x", op.getX()}, weight{"weight", op.getWeight()}, bias{"bias", op.getBias()};
  RankedTensorType type = op.getWeight().getType();
  Axis channels{"channels", "x", op.getNumChannels(), AxisRule::Fixed};
  if (failed(checkRank(op, "weight", type, {"channels", "taps"})) ||
      failed(checkSizeIsFrom(op, "weight", type, 1, "number of taps", CausalConv1dOp::kMinWidth,
                             CausalConv1dOp::kMaxWidth)))
    return failure();
  Axis taps{"taps", "weight", op.getWidth(), AxisRule::Fixed};
  return success(succeeded(checkShape(op, weight, {channels, taps})) &&
                 succeeded(checkHasElementTypeOfOrF32(op, weight, x)) &&
                 succeeded(checkShape(op, bias, {channels})) &&
                 succeeded(checkHasElementTypeOfOrF32(op, bias, x)));
}

/// Where sequences begin and end, and the steps before and at their ends.
static LogicalResult verifySequences(CausalConv1dOp op) {
  NamedValue x{"x", op.getX()};
  if (failed(checkBoundaries(op, x, op.getReset(), op.getCuSeqlens())))
    return failure();
  SmallVector<Axis> window{getSequenceAxis(x, op.getCuSeqlens()),
                           {"steps", "weight, one less", op.getWidth() - 1, AxisRule::Fixed},
                           {"channels", "x", op.getNumChannels(), AxisRule::Fixed}};
  for (NamedValue value :
       {NamedValue{"init", op.getInit()}, NamedValue{"last_window", op.getLastWindow()}})
    if (failed(checkShape(op, value, window)) || failed(checkHasElementTypeOf(op, value, x)))
      return failure();
  return success();
}

LogicalResult CausalConv1dOp::verify() {
  if (failed(verifyInput(*this)) || failed(verifyFilter(*this)) || failed(verifySequences(*this)))
    return failure();
  return checkAreStorable(*this, {{"x", getX()},
                                  {"weight", getWeight()},
                                  {"bias", getBias()},
                                  {"init", getInit()},
                                  {"reset", getReset()},
                                  {"cu_seqlens", getCuSeqlens()},
                                  {"last_window", getLastWindow()}});
}

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
  boundSequenceResult(result, axis, getOutput(), getX(), getCuSeqlens(), bounds);
}
