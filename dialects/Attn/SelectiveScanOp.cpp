// Verifies attn.selective_scan and answers its interfaces.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/ScanVerification.h"

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

namespace {
/// The axes of one scan, each with the size that u or B gives it.
struct ScanAxes {
  Axis batch, time;
  /// Channels of the channels form, heads and their length of the other.
  SmallVector<Axis> channels;
  Axis states, groups;

  /// What has a step size of its own: a channel or a head.
  const Axis &deltas() const { return channels.front(); }
};
} // namespace

/// u has a known form and static sizes; the output is as u.
static LogicalResult verifyInput(SelectiveScanOp op) {
  RankedTensorType u = op.getU().getType(), output = op.getOutput().getType();
  if (u.getRank() != 3 && u.getRank() != 4)
    return op.emitOpError() << "u must have rank 3 (batch, time, channels) or rank 4 (batch, time, "
                               "heads, head_dim), got rank "
                            << u.getRank() << ": " << u;
  if (failed(checkSizeIsFrom(op, "u", u, 2,
                             op.hasHeads() ? "number of heads" : "number of channels", 1)) ||
      (op.hasHeads() && failed(checkSizeIsFrom(op, "u", u, 3, "head_dim", 1))))
    return failure();
  if (output != u)
    return op.emitOpError() << "output must have the type of u, " << u << ", got " << output;
  return success();
}

/// The sizes that u, B and C give, after what these must be for themselves.
static FailureOr<ScanAxes> getAxes(SelectiveScanOp op) {
  RankedTensorType u = op.getU().getType();
  ScanAxes axes{{"batch", "u", u.getDimSize(0), AxisRule::Open},
                {"time", "u", u.getDimSize(1), AxisRule::Open},
                {{op.hasHeads() ? "heads" : "channels", "u", u.getDimSize(2), AxisRule::Fixed}},
                /*states=*/{},
                /*groups=*/{}};
  if (op.hasHeads())
    axes.channels.push_back({"head_dim", "u", u.getDimSize(3), AxisRule::Fixed});

  for (NamedValue value : {NamedValue{"B", op.getB()}, NamedValue{"C", op.getC()}}) {
    auto type = cast<RankedTensorType>(value.value.getType());
    if (type.getRank() != 2 && type.getRank() != 4)
      return op.emitOpError() << value.name << " must have rank 4 (batch, time, groups, states) or "
                              << "rank 2 (" << axes.deltas().name
                              << ", states), the same at all times, got rank " << type.getRank()
                              << ": " << type;
    int64_t last = type.getRank() - 1;
    if (failed(checkSizeIsFrom(op, value.name, type, last, "number of states", 1,
                               SelectiveScanOp::kMaxStates)) ||
        (type.getRank() == 4 &&
         failed(checkSizeIsFrom(op, value.name, type, 2, "number of groups", 1))))
      return failure();
  }
  axes.states = {"states", "B", op.getNumStates(), AxisRule::Fixed};
  axes.groups = {"groups", op.isConstantB() ? "C" : "B", op.getNumGroups(), AxisRule::Fixed};
  if (axes.deltas().size % axes.groups.size != 0)
    return op.emitOpError() << "the number of " << axes.deltas().name
                            << " must be a multiple of the number of groups, got "
                            << axes.deltas().size << " and " << axes.groups.size;
  return axes;
}

/// B and C: one vector for each step and group, or one for each channel or head.
static LogicalResult verifyProjections(SelectiveScanOp op, const ScanAxes &axes) {
  for (NamedValue value : {NamedValue{"B", op.getB()}, NamedValue{"C", op.getC()}}) {
    auto type = cast<RankedTensorType>(value.value.getType());
    if (failed(checkShapeIsOneOf(
            op, value.name, type,
            {{axes.batch, axes.time, axes.groups, axes.states}, {axes.deltas(), axes.states}})))
      return failure();
    if (type.getRank() == 4) {
      if (failed(checkHasElementTypeOfOrF32(op, value, {"u", op.getU()})))
        return failure();
    } else if (!type.getElementType().isF32()) {
      return op.emitOpError() << value.name << " that is the same at all times must have the "
                              << "element type 'f32', got " << type.getElementType();
    }
  }
  return success();
}

/// delta, its bias and its rates A, skip and gate.
static LogicalResult verifyFactors(SelectiveScanOp op, const ScanAxes &axes) {
  NamedValue u{"u", op.getU()}, delta{"delta", op.getDelta()}, gate{"gate", op.getGate()};
  SmallVector<Axis> elements{axes.batch, axes.time};
  llvm::append_range(elements, axes.channels);
  SmallVector<SmallVector<Axis>> rates{{axes.deltas()}}, skips{{axes.deltas()}};
  if (op.hasHeads())
    skips.push_back(axes.channels);
  else
    rates.insert(rates.begin(), {axes.deltas(), axes.states});

  if (failed(checkShape(op, delta, {axes.batch, axes.time, axes.deltas()})) ||
      failed(checkHasElementTypeOfOrF32(op, delta, u)) ||
      failed(checkShape(op, {"delta_bias", op.getDeltaBias()}, {axes.deltas()})) ||
      failed(checkShapeIsOneOf(op, "A", op.getA().getType(), rates)) ||
      failed(checkShape(op, gate, elements)) || failed(checkHasElementTypeOfOrF32(op, gate, u)))
    return failure();
  if (Value skip = op.getSkip())
    return checkShapeIsOneOf(op, "skip", cast<ShapedType>(skip.getType()), skips);
  return success();
}

/// Where sequences begin and end, and their states.
static LogicalResult verifySequences(SelectiveScanOp op, const ScanAxes &axes) {
  NamedValue u{"u", op.getU()};
  if (failed(checkBoundaries(op, u, op.getReset(), op.getCuSeqlens())))
    return failure();
  SmallVector<Axis> state{getSequenceAxis(u, op.getCuSeqlens())};
  llvm::append_range(state, axes.channels);
  state.push_back(axes.states);
  return success(succeeded(checkShape(op, {"init", op.getInit()}, state)) &&
                 succeeded(checkShape(op, {"last_state", op.getLastState()}, state)));
}

LogicalResult SelectiveScanOp::verify() {
  if (failed(verifyInput(*this)))
    return failure();
  FailureOr<ScanAxes> axes = getAxes(*this);
  if (failed(axes) || failed(verifyProjections(*this, *axes)) ||
      failed(verifyFactors(*this, *axes)) || failed(verifySequences(*this, *axes)) ||
      failed(
          checkDeltaOptions(*this, getDeltaSoftplus(), getSoftplusThreshold(), getDeltaLimits())))
    return failure();
  return checkAreStorable(*this, {{"u", getU()},
                                  {"delta", getDelta()},
                                  {"A", getA()},
                                  {"B", getB()},
                                  {"C", getC()},
                                  {"skip", getSkip()},
                                  {"gate", getGate()},
                                  {"delta_bias", getDeltaBias()},
                                  {"init", getInit()},
                                  {"reset", getReset()},
                                  {"cu_seqlens", getCuSeqlens()},
                                  {"last_state", getLastState()}});
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

OpFoldResult attnc::attn::reifyNumSequences(OpBuilder &builder, Location loc, Value cuSeqlens) {
  AffineExpr oneLess = builder.getAffineDimExpr(0) - 1;
  return affine::makeComposedFoldedAffineApply(builder, loc, oneLess,
                                               {tensor::getMixedSize(builder, loc, cuSeqlens, 0)});
}

void attnc::attn::boundSequenceResult(Value result, int64_t axis, Value output, Value rows,
                                      Value cuSeqlens, ValueBoundsConstraintSet &bounds) {
  if (result == output)
    bounds.bound(result)[axis] == bounds.getExpr(rows, axis);
  else if (axis == 0 && cuSeqlens)
    bounds.bound(result)[axis] == bounds.getExpr(cuSeqlens, 0) - 1;
  else if (axis == 0)
    bounds.bound(result)[axis] == bounds.getExpr(rows, 0);
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
  boundSequenceResult(result, axis, getOutput(), getU(), getCuSeqlens(), bounds);
}
