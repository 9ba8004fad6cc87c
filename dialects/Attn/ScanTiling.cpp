// Tiles the scan and the convolution along batch and channels (TilingInterface); time is never cut
// here.
#include "dialects/Attn/TilingSlices.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace attnc::attn;

//===----------------------------------------------------------------------===//
// What both ops share
//===----------------------------------------------------------------------===//
//
// The axes of the iteration domain are those of the input without time: batch and channels, or
// batch, heads and head_dim. Each result has them in this order and one more, which stays whole:
// the time of an output, the states of a last state, the steps of a last window. With cu_seqlens
// the first axis of a state counts sequences instead of the batch, which is one: it stays whole,
// too.

/// The number of the axis of a result that is not in the iteration domain.
static int64_t getWholeAxis(SelectiveScanOp op, unsigned resultNumber) {
  return resultNumber == 0 ? 1 : op.getU().getType().getRank() - 1;
}
static int64_t getWholeAxis(CausalConv1dOp, unsigned) { return 1; }

static Value getInput(SelectiveScanOp op) { return op.getU(); }
static Value getInput(CausalConv1dOp op) { return op.getX(); }

template <typename Op> static bool countsSequences(Op op, unsigned resultNumber) {
  return resultNumber == 1 && op.getCuSeqlens();
}

template <typename Op> static SmallVector<Range> buildIterationDomain(Op op, OpBuilder &builder) {
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  SmallVector<Range> domain;
  for (auto [axis, size] :
       llvm::enumerate(tensor::getMixedSizes(builder, op.getLoc(), getInput(op)))) {
    if (axis == 1)
      continue;
    domain.push_back({zero, size, one});
  }
  return domain;
}

template <typename Op>
static LogicalResult buildResultTilePosition(Op op, OpBuilder &builder, unsigned resultNumber,
                                             ArrayRef<OpFoldResult> offsets,
                                             ArrayRef<OpFoldResult> sizes,
                                             SmallVector<OpFoldResult> &resultOffsets,
                                             SmallVector<OpFoldResult> &resultSizes) {
  ReifiedRankedShapedTypeDims shapes;
  if (failed(op.reifyResultShapes(builder, shapes)))
    return failure();
  ArrayRef<OpFoldResult> shape = shapes[resultNumber];
  OpFoldResult zero = builder.getIndexAttr(0);
  int64_t whole = getWholeAxis(op, resultNumber);
  resultOffsets.assign(offsets.begin(), offsets.end());
  resultSizes.assign(sizes.begin(), sizes.end());
  resultOffsets.insert(resultOffsets.begin() + whole, zero);
  resultSizes.insert(resultSizes.begin() + whole, shape[whole]);
  if (countsSequences(op, resultNumber)) {
    resultOffsets.front() = zero;
    resultSizes.front() = shape.front();
  }
  return success();
}

/// Whether a tile of a result certainly has all of the axis.
static bool coversAxis(Value result, int64_t axis, OpFoldResult offset, OpFoldResult size) {
  if (!isZeroInteger(offset))
    return false;
  FailureOr<bool> isEqual = ValueBoundsConstraintSet::areEqual(
      ValueBoundsConstraintSet::Variable(size), ValueBoundsConstraintSet::Variable(result, axis));
  return succeeded(isEqual) && *isEqual;
}

template <typename Op>
static LogicalResult buildDomainTile(Op op, OpBuilder &builder, unsigned resultNumber,
                                     ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
                                     SmallVectorImpl<OpFoldResult> &domainOffsets,
                                     SmallVectorImpl<OpFoldResult> &domainSizes) {
  // A part of the time costs as much as all time before it: not offered.
  Value result = op->getResult(resultNumber);
  auto isWhole = [&](int64_t axis) { return coversAxis(result, axis, offsets[axis], sizes[axis]); };
  int64_t whole = getWholeAxis(op, resultNumber);
  if (!isWhole(whole) || (countsSequences(op, resultNumber) && !isWhole(0)))
    return failure();
  domainOffsets.assign(offsets.begin(), offsets.end());
  domainSizes.assign(sizes.begin(), sizes.end());
  domainOffsets.erase(domainOffsets.begin() + whole);
  domainSizes.erase(domainSizes.begin() + whole);
  if (countsSequences(op, resultNumber))
    domainSizes.front() = builder.getIndexAttr(1);
  return success();
}

template <typename Op>
static FailureOr<TilingResult> buildResultTile(Op op, OpBuilder &builder, unsigned resultNumber,
                                               ArrayRef<OpFoldResult> offsets,
                                               ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(op.getIterationDomainTileFromResultTile(builder, resultNumber, offsets, sizes,
                                                     domainOffsets, domainSizes)))
    return failure();
  FailureOr<TilingResult> tiled = op.getTiledImplementation(builder, domainOffsets, domainSizes);
  if (succeeded(tiled))
    tiled->tiledValues = {tiled->tiledValues[resultNumber]};
  return tiled;
}

/// The part of the states (windows) that a tile of the batch starts from or ends at.
template <typename Op> static Slice sliceSequences(Op op, OpBuilder &builder, Slice batch) {
  if (!op.getCuSeqlens())
    return batch;
  return {builder.getIndexAttr(0), reifyNumSequences(builder, op.getLoc(), op.getCuSeqlens())};
}

/// The op on the tile `operands`, one for each operand of `op`, with a result of the tile's state
/// if `op` has one.
template <typename Op>
static TilingResult buildTiledOp(Op op, OpBuilder &builder, ArrayRef<Value> operands,
                                 ArrayRef<Slice> state, SliceExtractor &slices) {
  SmallVector<Value> present;
  llvm::copy_if(operands, std::back_inserter(present), [](Value operand) { return bool(operand); });
  SmallVector<Type> types{present.front().getType()};
  if (op->getNumResults() == 2) {
    SmallVector<OpFoldResult> sizes;
    for (Slice part : state)
      sizes.push_back(part.size);
    auto whole = cast<RankedTensorType>(op->getResult(1).getType());
    types.push_back(whole.clone(decomposeMixedValues(sizes).first));
  }
  SmallVector<NamedAttribute> discardable(op->getDiscardableAttrs());
  auto tiled = Op::create(builder, op.getLoc(), TypeRange(types), ValueRange(present),
                          op.getProperties(), discardable);
  return {{tiled}, SmallVector<Value>(tiled->getResults()), slices.takeOps()};
}

//===----------------------------------------------------------------------===//
// Tiles of the scan
//===----------------------------------------------------------------------===//

FailureOr<TilingResult> SelectiveScanOp::getTiledImplementation(OpBuilder &builder,
                                                                ArrayRef<OpFoldResult> offsets,
                                                                ArrayRef<OpFoldResult> sizes) {
  SmallVector<Slice> channels;
  for (auto [offset, size] : llvm::drop_begin(llvm::zip(offsets, sizes)))
    channels.push_back({offset, size});
  Slice batch{offsets.front(), sizes.front()}, deltas = channels.front();
  GroupedAxis axis{getNumDeltas(), getNumGroups(), hasHeads() ? "heads" : "channels",
                   hasHeads() ? "heads that share B and C" : "channels that share B and C"};
  FailureOr<Slice> groups = sliceGroups(builder, *this, axis, deltas);
  if (failed(groups))
    return failure();
  if (hasHeads()) {
    GroupedAxis elements{getU().getType().getDimSize(3), 1, "elements of head_dim", ""};
    if (failed(getStaticTileSize(*this, elements, channels.back())))
      return failure();
  }

  SliceExtractor slices(builder, getLoc());
  Slice time = slices.getWhole(getU(), 1),
        states = slices.getWhole(getB(), getB().getType().getRank() - 1);
  SmallVector<Slice> elements{batch, time}, state{sliceSequences(*this, builder, batch)};
  llvm::append_range(elements, channels);
  llvm::append_range(state, channels);
  state.push_back(states);
  auto sliceProjection = [&](TypedValue<RankedTensorType> projection) {
    if (projection.getType().getRank() == 2)
      return slices.extract(projection, {deltas, states});
    return slices.extract(projection, {batch, time, *groups, states});
  };
  SmallVector<Slice> rates{deltas};
  if (getA().getType().getRank() == 2)
    rates.push_back(states);
  bool skipsByElement = getSkip() && getSkip().getType().getRank() == 2;
  ArrayRef<Slice> skip = skipsByElement ? ArrayRef<Slice>(channels) : ArrayRef<Slice>(deltas);
  SmallVector<Value> operands{slices.extract(getU(), elements),
                              slices.extract(getDelta(), {batch, time, deltas}),
                              slices.extract(getA(), rates),
                              sliceProjection(getB()),
                              sliceProjection(getC()),
                              slices.extract(getSkip(), skip),
                              slices.extract(getGate(), elements),
                              slices.extract(getDeltaBias(), deltas),
                              slices.extract(getInit(), state),
                              slices.extract(getReset(), {batch, time}),
                              getCuSeqlens()};
  return buildTiledOp(*this, builder, operands, state, slices);
}

SmallVector<utils::IteratorType> SelectiveScanOp::getLoopIteratorTypes() {
  return SmallVector<utils::IteratorType>(getU().getType().getRank() - 1,
                                          utils::IteratorType::parallel);
}

SmallVector<Range> SelectiveScanOp::getIterationDomain(OpBuilder &builder) {
  return buildIterationDomain(*this, builder);
}

LogicalResult SelectiveScanOp::getResultTilePosition(OpBuilder &builder, unsigned resultNumber,
                                                     ArrayRef<OpFoldResult> offsets,
                                                     ArrayRef<OpFoldResult> sizes,
                                                     SmallVector<OpFoldResult> &resultOffsets,
                                                     SmallVector<OpFoldResult> &resultSizes) {
  return buildResultTilePosition(*this, builder, resultNumber, offsets, sizes, resultOffsets,
                                 resultSizes);
}

LogicalResult SelectiveScanOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned resultNumber, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  return buildDomainTile(*this, builder, resultNumber, offsets, sizes, domainOffsets, domainSizes);
}

FailureOr<TilingResult> SelectiveScanOp::generateResultTileValue(OpBuilder &builder,
                                                                 unsigned resultNumber,
                                                                 ArrayRef<OpFoldResult> offsets,
                                                                 ArrayRef<OpFoldResult> sizes) {
  return buildResultTile(*this, builder, resultNumber, offsets, sizes);
}

//===----------------------------------------------------------------------===//
// Tiles of the convolution
//===----------------------------------------------------------------------===//

FailureOr<TilingResult> CausalConv1dOp::getTiledImplementation(OpBuilder &builder,
                                                               ArrayRef<OpFoldResult> offsets,
                                                               ArrayRef<OpFoldResult> sizes) {
  Slice batch{offsets[0], sizes[0]}, channels{offsets[1], sizes[1]};
  if (failed(getStaticTileSize(*this, {getNumChannels(), 1, "channels", ""}, channels)))
    return failure();
  SliceExtractor slices(builder, getLoc());
  Slice time = slices.getWhole(getX(), 1);
  Slice before{builder.getIndexAttr(0), builder.getIndexAttr(getWidth() - 1)};
  SmallVector<Slice> window{sliceSequences(*this, builder, batch), before, channels};
  SmallVector<Value> operands{
      slices.extract(getX(), {batch, time, channels}),
      slices.extract(getWeight(), {channels, slices.getWhole(getWeight(), 1)}),
      slices.extract(getBias(), channels),
      slices.extract(getInit(), window),
      slices.extract(getReset(), {batch, time}),
      getCuSeqlens()};
  return buildTiledOp(*this, builder, operands, window, slices);
}

SmallVector<utils::IteratorType> CausalConv1dOp::getLoopIteratorTypes() {
  return SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel);
}

SmallVector<Range> CausalConv1dOp::getIterationDomain(OpBuilder &builder) {
  return buildIterationDomain(*this, builder);
}

LogicalResult CausalConv1dOp::getResultTilePosition(OpBuilder &builder, unsigned resultNumber,
                                                    ArrayRef<OpFoldResult> offsets,
                                                    ArrayRef<OpFoldResult> sizes,
                                                    SmallVector<OpFoldResult> &resultOffsets,
                                                    SmallVector<OpFoldResult> &resultSizes) {
  return buildResultTilePosition(*this, builder, resultNumber, offsets, sizes, resultOffsets,
                                 resultSizes);
}

LogicalResult CausalConv1dOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned resultNumber, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  return buildDomainTile(*this, builder, resultNumber, offsets, sizes, domainOffsets, domainSizes);
}

FailureOr<TilingResult> CausalConv1dOp::generateResultTileValue(OpBuilder &builder,
                                                                unsigned resultNumber,
                                                                ArrayRef<OpFoldResult> offsets,
                                                                ArrayRef<OpFoldResult> sizes) {
  return buildResultTile(*this, builder, resultNumber, offsets, sizes);
}
