// Verifies the tiled form of the scan (attn.scan_step, attn.conv_step) and answers its interfaces.
#include "dialects/Attn/ScanVerification.h"
#include "dialects/Attn/TiledForm.h"

#include <limits>

using namespace mlir;
using namespace attnc::attn;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// Whether axis number `number` of a tile has one element, which all channels (states) share.
static bool isShared(Value tile, int64_t number) {
  return cast<ShapedType>(tile.getType()).getDimSize(number) == 1;
}

namespace {
/// The axes of one tile: T and C of u, N of the state.
struct TileAxes {
  Axis time, channels, states;

  Axis channelsOrOne() const {
    return {channels.name, channels.source, channels.size, AxisRule::OpenOrOne};
  }
  Axis statesOrOne() const {
    return {states.name, states.source, states.size, AxisRule::OpenOrOne};
  }
};
} // namespace

/// The axes, after what u and the state must be for themselves.
static FailureOr<TileAxes> getAxes(ScanStepOp op) {
  auto u = cast<ShapedType>(op.getU().getType()), state = cast<ShapedType>(op.getH().getType());
  if (failed(checkRank(op, "u", u, {"time", "channels"})) ||
      failed(checkRank(op, "state", state, {"channels", "states"})) ||
      failed(checkSizeIsFrom(op, "state", state, 1, "number of states", 1,
                             SelectiveScanOp::kMaxStates)))
    return failure();
  if (!state.isDynamicDim(0) &&
      failed(checkSizeIsFrom(op, "state", state, 0, "number of channels", 1)))
    return failure();
  return TileAxes{{"time", "u", u.getDimSize(0), AxisRule::Open},
                  {"channels", "u", u.getDimSize(1), AxisRule::Open},
                  {"states", "state", state.getDimSize(1), AxisRule::Fixed}};
}

/// B or C: a row for each step or, if it is `constant`, for each channel or all of them.
static LogicalResult verifyProjection(ScanStepOp op, NamedValue value, bool constant,
                                      const TileAxes &axes) {
  if (failed(checkShape(op, value, {constant ? axes.channelsOrOne() : axes.time, axes.states})))
    return failure();
  if (!constant)
    return checkHasElementTypeOfOrF32(op, value, {"u", op.getU()});
  Type type = cast<ShapedType>(value.value.getType()).getElementType();
  if (type.isF32())
    return success();
  return op.emitOpError() << value.name << " that is the same at all times must have the element "
                          << "type 'f32', got " << type;
}

/// A, of which all channels may share one rate but not one rate for each state.
static LogicalResult verifyRates(ScanStepOp op, const TileAxes &axes) {
  if (failed(checkShape(op, {"A", op.getA()}, {axes.channelsOrOne(), axes.statesOrOne()})))
    return failure();
  bool oneForChannels = isShared(op.getA(), 0) && axes.channels.size != 1;
  bool oneForStates = isShared(op.getA(), 1) && axes.states.size != 1;
  if (oneForChannels && !isShared(op.getA(), 1))
    return op.emitOpError() << "A with one row for all channels must have one rate for all states, "
                               "got "
                            << op.getA().getType();
  if (op.getPowers() && (oneForChannels || oneForStates))
    return op.emitOpError() << "powers needs A with a rate for each channel and state, got "
                            << op.getA().getType();
  return success();
}

/// delta and what has to do with the step sizes: one for each channel, or one for all.
static LogicalResult verifySteps(ScanStepOp op, const TileAxes &axes) {
  NamedValue delta{"delta", op.getDelta()};
  if (failed(checkShape(op, delta, {axes.time, axes.channelsOrOne()})) ||
      failed(checkHasElementTypeOfOrF32(op, delta, {"u", op.getU()})))
    return failure();
  int64_t steps = cast<ShapedType>(op.getDelta().getType()).getDimSize(1);
  // A bias may be shared by steps that are not, but not the other way round.
  return success(succeeded(checkShape(op, {"delta_bias", op.getDeltaBias()},
                                      {{"channels", "delta", steps, AxisRule::OpenOrOne}})) &&
                 succeeded(checkShape(op, {"elapsed", op.getElapsed()},
                                      {{"channels", "delta", steps, AxisRule::Open}})) &&
                 succeeded(checkDeltaOptions(op, op.getDeltaSoftplus(), op.getSoftplusThreshold(),
                                             op.getDeltaLimits())));
}

LogicalResult ScanStepOp::verify() {
  if (failed(verifyTiledForm(*this)))
    return failure();
  FailureOr<TileAxes> axes = getAxes(*this);
  if (failed(axes))
    return failure();
  NamedValue u{"u", getU()}, gate{"gate", getGate()}, output{"output", getOutput()};
  if (failed(checkShape(*this, {"state", getH()}, {axes->channels, axes->states})) ||
      failed(verifySteps(*this, *axes)) || failed(verifyRates(*this, *axes)) ||
      failed(verifyProjection(*this, {"B", getB()}, getConstantB(), *axes)) ||
      failed(verifyProjection(*this, {"C", getC()}, getConstantC(), *axes)) ||
      failed(checkShape(*this, {"skip", getSkip()}, {axes->channelsOrOne()})) ||
      failed(checkShape(*this, gate, {axes->time, axes->channels})) ||
      failed(checkHasElementTypeOfOrF32(*this, gate, u)) ||
      failed(checkShape(*this, {"reset", getReset()}, {axes->time})) ||
      failed(checkShape(*this, output, {axes->time, axes->channels})) ||
      failed(checkHasElementTypeOf(*this, output, u)) ||
      failed(checkTileSize(*this, "time_tile", getTimeTile(), "steps", axes->time.size)) ||
      failed(
          checkTileSize(*this, "channel_tile", getChannelTile(), "channels", axes->channels.size)))
    return failure();
  return checkAreStorable(*this, {u,
                                  {"delta", getDelta()},
                                  {"A", getA()},
                                  {"B", getB()},
                                  {"C", getC()},
                                  {"skip", getSkip()},
                                  gate,
                                  {"delta_bias", getDeltaBias()},
                                  {"reset", getReset()},
                                  {"state", getH()},
                                  {"elapsed", getElapsed()},
                                  output});
}

LogicalResult ConvStepOp::verify() {
  auto xType = cast<ShapedType>(getX().getType()), taps = cast<ShapedType>(getWeight().getType());
  if (failed(verifyTiledForm(*this)) ||
      failed(checkRank(*this, "x", xType, {"time", "channels"})) ||
      failed(checkRank(*this, "weight", taps, {"channels", "taps"})) ||
      failed(checkSizeIsFrom(*this, "weight", taps, 1, "number of taps", CausalConv1dOp::kMinWidth,
                             CausalConv1dOp::kMaxWidth)))
    return failure();
  Axis time{"time", "x", xType.getDimSize(0), AxisRule::Open};
  Axis channels{"channels", "x", xType.getDimSize(1), AxisRule::Open};
  Axis width{"taps", "weight", getWidth(), AxisRule::Fixed};
  Axis before{"steps", "weight, one less", getWidth() - 1, AxisRule::Fixed};
  NamedValue x{"x", getX()}, weight{"weight", getWeight()}, bias{"bias", getBias()};
  NamedValue reset{"reset", getReset()}, window{"window", getWindow()},
      output{"output", getOutput()};
  if (failed(checkShape(*this, weight, {channels, width})) ||
      failed(checkHasElementTypeOfOrF32(*this, weight, x)) ||
      failed(checkShape(*this, bias, {channels})) ||
      failed(checkHasElementTypeOfOrF32(*this, bias, x)) ||
      failed(checkShape(*this, reset, {time})) ||
      failed(checkShape(*this, window, {before, channels})) ||
      failed(checkHasElementTypeOf(*this, window, x)) ||
      failed(checkShape(*this, output, {time, channels})) ||
      failed(checkHasElementTypeOf(*this, output, x)) ||
      failed(checkTileSize(*this, "channel_tile", getChannelTile(), "channels", channels.size)))
    return failure();
  return checkAreStorable(*this, {x, weight, bias, reset, window, output});
}

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

double ScanStepOp::getEffectiveSoftplusThreshold() {
  auto threshold = getSoftplusThreshold();
  return threshold ? threshold->convertToDouble() : SelectiveScanOp::kDefaultSoftplusThreshold;
}

MutableOperandRange ScanStepOp::getDpsInitsMutable() {
  unsigned first = getODSOperandIndexAndLength(odsIndex_h).first;
  return MutableOperandRange(getOperation(), first, getNumOperands() - first);
}

MutableOperandRange ConvStepOp::getDpsInitsMutable() {
  return MutableOperandRange(getOperation(), getNumOperands() - 2, 2);
}

LogicalResult ScanStepOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                           ValueRange operands, DictionaryAttr,
                                           OpaqueProperties properties, RegionRange,
                                           SmallVectorImpl<Type> &types) {
  ArrayRef<int32_t> segments = properties.as<Properties *>()->operandSegmentSizes;
  unsigned inputs = std::accumulate(segments.begin(), segments.begin() + odsIndex_h, 0u);
  return inferFromDestinations(operands.drop_front(inputs), types);
}

LogicalResult ConvStepOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                           ValueRange operands, DictionaryAttr, OpaqueProperties,
                                           RegionRange, SmallVectorImpl<Type> &types) {
  return inferFromDestinations(operands.take_back(2), types);
}

void ScanStepOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, effects);
}

void ConvStepOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, effects);
}

//===----------------------------------------------------------------------===//
// The mergeable state (h, elapsed)
//===----------------------------------------------------------------------===//

OperandRange ScanStepOp::getStateOperands() {
  unsigned first = getODSOperandIndexAndLength(odsIndex_h).first;
  return getOperands().slice(first, getElapsed() ? 2 : 1);
}

bool ScanStepOp::isCommutative() { return false; }

SmallVector<Value> ScanStepOp::buildIdentity(OpBuilder &builder, Location loc) {
  SmallVector<Value> state;
  Value zero = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0.0f));
  for (Value init : getStateOperands()) {
    Value empty = tensor::EmptyOp::create(builder, loc, tensor::getMixedSizes(builder, loc, init),
                                          builder.getF32Type());
    state.push_back(linalg::FillOp::create(builder, loc, zero, empty).getResult(0));
  }
  return state;
}

SmallVector<Value> ScanStepOp::buildMerge(OpBuilder &builder, Location loc, ValueRange first,
                                          ValueRange second) {
  MLIRContext *context = builder.getContext();
  AffineExpr zero = builder.getAffineConstantExpr(0);
  // A column (row) that all channels (states) share is read at 0.
  auto shared = [&](Value tensor, int64_t axis) -> AffineExpr {
    return isShared(tensor, axis) ? zero : builder.getAffineDimExpr(axis);
  };
  AffineMap rates = AffineMap::get(2, 0, {shared(getA(), 0), shared(getA(), 1)}, context);
  AffineMap channels = AffineMap::get(2, 0, {shared(second[1], 0)}, context);
  AffineMap full = builder.getMultiDimIdentityMap(2);
  auto parallel = utils::IteratorType::parallel;

  // The merged state takes the place of the first part, as it does where parts follow in order.
  auto merged = linalg::GenericOp::create(
      builder, loc, TypeRange{first[0].getType()}, ValueRange{second[0], getA(), second[1]},
      ValueRange{first[0]}, SmallVector<AffineMap>{full, rates, channels, full},
      SmallVector<utils::IteratorType>(2, parallel),
      [&](OpBuilder &b, Location l, ValueRange args) {
        // After a reset nothing of the first part is left, whatever its value.
        Value infinity = arith::ConstantOp::create(
            b, l, b.getF32FloatAttr(std::numeric_limits<float>::infinity()));
        Value none = arith::ConstantOp::create(b, l, b.getF32FloatAttr(0.0f));
        Value wasReset = arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ, args[2], infinity);
        Value exponent = arith::MulFOp::create(b, l, args[1], args[2]);
        Value factor = math::ExpOp::create(b, l, exponent);
        Value decayed = arith::MulFOp::create(b, l, factor, args[3]);
        Value kept = arith::SelectOp::create(b, l, wasReset, none, decayed);
        linalg::YieldOp::create(b, l, ValueRange{arith::AddFOp::create(b, l, kept, args[0])});
      });
  auto elapsed =
      linalg::AddOp::create(builder, loc, ValueRange{first[1], second[1]}, ValueRange{first[1]});
  return {merged.getResult(0), elapsed.getResult(0)};
}
