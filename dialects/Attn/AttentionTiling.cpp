// Tiles attn.attention along batch, heads and queries (TilingInterface); keys are never cut here.
#include "dialects/Attn/AttentionSyntax.h"
#include "dialects/Attn/TilingSlices.h"

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace attnc::attn;

namespace {
/// The axes of the iteration domain; query and output have them in front of head_dim.
enum Axis : unsigned { kBatch, kHead, kRow, kNumAxes };
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
  FailureOr<Slice> keyHeads = sliceGroups(
      builder, *this,
      {getNumQueryHeads(), getNumKeyHeads(), "heads", "query heads that share a key head"}, heads);
  if (failed(keyHeads))
    return failure();

  SliceExtractor slices(builder, loc);
  auto extractKeys = [&](Value source) {
    return slices.extract(
        source, {batch, *keyHeads, slices.getWhole(source, 2), slices.getWhole(source, 3)});
  };
  Value query = slices.extract(getQuery(), {batch, heads, rows, slices.getWhole(getQuery(), 3)});
  Value key = extractKeys(getKey()), value = extractKeys(getValue());
  Value sink = slices.extract(getSink(), heads);

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
  return TilingResult{{tiled}, SmallVector<Value>(tiled->getResults()), slices.takeOps()};
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
