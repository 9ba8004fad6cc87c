// Tiles attn.attention along batch, heads and queries (TilingInterface); keys are never cut here.
#include "dialects/Attn/AttentionSyntax.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace attnc::attn;

namespace {
/// The axes of the iteration domain; query and output have them in front of head_dim.
enum Axis : unsigned { kBatch, kHead, kRow, kNumAxes };

/// Part of one axis.
struct Slice {
  OpFoldResult offset, size;
};
} // namespace

SmallVector<utils::IteratorType> AttentionOp::getLoopIteratorTypes() {
  return SmallVector<utils::IteratorType>(kNumAxes, utils::IteratorType::parallel);
}

SmallVector<Range> AttentionOp::getIterationDomain(OpBuilder &builder) {
  SmallVector<Range> domain;
  for (unsigned axis = 0; axis < kNumAxes; ++axis)
    domain.push_back({builder.getIndexAttr(0),
                      tensor::getMixedSize(builder, getLoc(), getQuery(), axis),
                      builder.getIndexAttr(1)});
  return domain;
}

/// Whether `value` is certainly a multiple of `divisor`: constants, affine.apply of such, and the
/// induction variables of loops that start at one multiple and step by another.
static bool isKnownMultiple(OpFoldResult value, int64_t divisor) {
  if (divisor == 1)
    return true;
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return *constant % divisor == 0;
  Value dynamic = cast<Value>(value);
  if (auto apply = dynamic.getDefiningOp<affine::AffineApplyOp>())
    return apply.getAffineMap().getResult(0).isMultipleOf(divisor);
  auto argument = dyn_cast<BlockArgument>(dynamic);
  auto loop = argument ? dyn_cast_or_null<LoopLikeOpInterface>(argument.getOwner()->getParentOp())
                       : LoopLikeOpInterface();
  if (!loop)
    return false;
  auto variables = loop.getLoopInductionVars();
  auto starts = loop.getLoopLowerBounds(), steps = loop.getLoopSteps();
  if (!variables || !starts || !steps)
    return false;
  for (auto [variable, start, step] : llvm::zip(*variables, *starts, *steps))
    if (variable == dynamic)
      return isKnownMultiple(start, divisor) && isKnownMultiple(step, divisor);
  return false;
}

/// The key/value heads that a slice of query heads reads. The tiled op spreads its query heads
/// evenly over its key heads again, so the slice must lie in one group or consist of whole groups.
static FailureOr<Slice> sliceKeyHeads(OpBuilder &builder, AttentionOp op, Slice heads) {
  std::optional<int64_t> count = getConstantIntValue(heads.size);
  if (!count)
    return op.emitOpError("can only be tiled by a static number of heads that divides ")
           << op.getNumQueryHeads();
  int64_t group = op.getNumQueryHeads() / op.getNumKeyHeads();
  int64_t unit = std::min(*count, group);
  if (unit == 0 || *count % unit != 0 || group % unit != 0 || !isKnownMultiple(heads.offset, unit))
    return op.emitOpError("can only be tiled by a divisor or by multiples of the ")
           << group << " query heads that share a key head, got a tile of " << *count << " heads";
  AffineExpr keyHead = builder.getAffineDimExpr(0).floorDiv(group);
  return Slice{affine::makeComposedFoldedAffineApply(builder, op.getLoc(), keyHead, {heads.offset}),
               builder.getIndexAttr(std::max<int64_t>(*count / group, 1))};
}

static Value extractSlice(OpBuilder &builder, Location loc, Value source, ArrayRef<Slice> slices) {
  SmallVector<OpFoldResult> offsets, sizes, strides(slices.size(), builder.getIndexAttr(1));
  for (Slice slice : slices) {
    offsets.push_back(slice.offset);
    sizes.push_back(slice.size);
  }
  return tensor::ExtractSliceOp::create(builder, loc, source, offsets, sizes, strides);
}

/// Batch and head numbers of a tile start at 0, but its regions count as those of the whole op do.
static void shiftRegionArguments(OpBuilder &builder, Region &region, unsigned numArguments,
                                 OpFoldResult batch, OpFoldResult head) {
  if (region.empty())
    return;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&region.front());
  // The score argument, where there is one, stands before batch and head.
  unsigned first = numArguments - kNumMaskArguments;
  std::array<OpFoldResult, 2> offsets{batch, head};
  for (auto [index, offset] : llvm::enumerate(offsets)) {
    if (isZeroInteger(offset))
      continue;
    BlockArgument argument = region.getArgument(first + index);
    Location loc = argument.getLoc();
    Value shift = getValueOrCreateConstantIndexOp(builder, loc, offset);
    Value shifted = arith::AddIOp::create(builder, loc, argument, shift);
    argument.replaceAllUsesExcept(shifted, shifted.getDefiningOp());
  }
}

FailureOr<TilingResult> AttentionOp::getTiledImplementation(OpBuilder &builder,
                                                            ArrayRef<OpFoldResult> offsets,
                                                            ArrayRef<OpFoldResult> sizes) {
  Location loc = getLoc();
  Slice batch{offsets[kBatch], sizes[kBatch]}, heads{offsets[kHead], sizes[kHead]};
  Slice rows{offsets[kRow], sizes[kRow]};
  FailureOr<Slice> keyHeads = sliceKeyHeads(builder, *this, heads);
  if (failed(keyHeads))
    return failure();

  auto whole = [&](Value source, int64_t axis) {
    return Slice{builder.getIndexAttr(0), tensor::getMixedSize(builder, loc, source, axis)};
  };
  SmallVector<Operation *> slices;
  auto extract = [&](Value source, ArrayRef<Slice> parts) {
    Value slice = extractSlice(builder, loc, source, parts);
    slices.push_back(slice.getDefiningOp());
    return slice;
  };
  Value query = extract(getQuery(), {batch, heads, rows, whole(getQuery(), 3)});
  Value key = extract(getKey(), {batch, *keyHeads, whole(getKey(), 2), whole(getKey(), 3)});
  Value value = extract(getValue(), {batch, *keyHeads, whole(getValue(), 2), whole(getValue(), 3)});
  Value sink = getSink() ? extract(getSink(), heads) : Value();

  // Row 0 of the tile keeps its position in the whole sequence.
  Value queryOffset = getQOffset();
  if (!isZeroInteger(rows.offset)) {
    Value first = getValueOrCreateConstantIndexOp(builder, loc, rows.offset);
    queryOffset = queryOffset ? arith::AddIOp::create(builder, loc, queryOffset, first) : first;
  }
  auto tiled = AttentionOp::create(builder, loc, query, key, value, /*withLse=*/bool(getLse()),
                                   ArrayAttr(), getScaleAttr(), queryOffset, getKvOffset(),
                                   /*documentIds=*/Value(), sink);
  tiled->setDiscardableAttrs((*this)->getDiscardableAttrDictionary());

  // Patterns may align the ends of the whole sequences, so the tile gets their region.
  IRMapping mapping;
  if (getMaskPatternsAttr()) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(tiled);
    buildMaskRegion(builder, *this, tiled.getMask());
  } else {
    getMask().cloneInto(&tiled.getMask(), mapping);
  }
  getScore().cloneInto(&tiled.getScore(), mapping);
  shiftRegionArguments(builder, tiled.getMask(), kNumMaskArguments, batch.offset, heads.offset);
  shiftRegionArguments(builder, tiled.getScore(), kNumScoreArguments, batch.offset, heads.offset);
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices};
}

LogicalResult AttentionOp::getResultTilePosition(OpBuilder &builder, unsigned resultNumber,
                                                 ArrayRef<OpFoldResult> offsets,
                                                 ArrayRef<OpFoldResult> sizes,
                                                 SmallVector<OpFoldResult> &resultOffsets,
                                                 SmallVector<OpFoldResult> &resultSizes) {
  resultOffsets.assign(offsets.begin(), offsets.end());
  resultSizes.assign(sizes.begin(), sizes.end());
  if (resultNumber == 0) {
    resultOffsets.push_back(builder.getIndexAttr(0));
    resultSizes.push_back(builder.getIndexAttr(getValueDim()));
  }
  return success();
}

LogicalResult AttentionOp::getIterationDomainTileFromResultTile(
    OpBuilder &builder, unsigned resultNumber, ArrayRef<OpFoldResult> offsets,
    ArrayRef<OpFoldResult> sizes, SmallVectorImpl<OpFoldResult> &domainOffsets,
    SmallVectorImpl<OpFoldResult> &domainSizes) {
  // A part of a row costs as much as the whole row: not offered.
  if (resultNumber == 0 && (!isZeroInteger(offsets.back()) ||
                            getConstantIntValue(sizes.back()) != std::optional(getValueDim())))
    return failure();
  domainOffsets.assign(offsets.begin(), offsets.begin() + kNumAxes);
  domainSizes.assign(sizes.begin(), sizes.begin() + kNumAxes);
  return success();
}

FailureOr<TilingResult> AttentionOp::generateResultTileValue(OpBuilder &builder,
                                                             unsigned resultNumber,
                                                             ArrayRef<OpFoldResult> offsets,
                                                             ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> domainOffsets, domainSizes;
  if (failed(getIterationDomainTileFromResultTile(builder, resultNumber, offsets, sizes,
                                                  domainOffsets, domainSizes)))
    return failure();
  FailureOr<TilingResult> tiled = getTiledImplementation(builder, domainOffsets, domainSizes);
  if (succeeded(tiled))
    tiled->tiledValues = {tiled->tiledValues[resultNumber]};
  return tiled;
}
