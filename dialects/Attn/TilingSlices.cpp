// Parts of tensors and of grouped axes, for the TilingInterface of several ops.
#include "dialects/Attn/TilingSlices.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

using namespace mlir;
using namespace attnc::attn;

Value SliceExtractor::extract(Value source, ArrayRef<Slice> parts) {
  if (!source)
    return {};
  SmallVector<OpFoldResult> offsets, sizes, strides(parts.size(), builder.getIndexAttr(1));
  for (Slice part : parts) {
    offsets.push_back(part.offset);
    sizes.push_back(part.size);
  }
  Value slice = tensor::ExtractSliceOp::create(builder, loc, source, offsets, sizes, strides);
  ops.push_back(slice.getDefiningOp());
  return slice;
}

Slice SliceExtractor::getWhole(Value source, int64_t axis) {
  return {builder.getIndexAttr(0), tensor::getMixedSize(builder, loc, source, axis)};
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

FailureOr<int64_t> attnc::attn::getStaticTileSize(Operation *op, const GroupedAxis &axis,
                                                  Slice tile) {
  if (std::optional<int64_t> count = getConstantIntValue(tile.size))
    return *count;
  return op->emitOpError() << "can only be tiled by a static number of " << axis.members
                           << " that divides " << axis.numMembers;
}

FailureOr<Slice> attnc::attn::sliceGroups(OpBuilder &builder, Operation *op,
                                          const GroupedAxis &axis, Slice tile) {
  FailureOr<int64_t> count = getStaticTileSize(op, axis, tile);
  if (failed(count))
    return failure();
  if (axis.numGroups == 1 && *count > 0)
    return Slice{builder.getIndexAttr(0), builder.getIndexAttr(1)};
  int64_t group = axis.numMembers / axis.numGroups, unit = std::min(*count, group);
  if (unit == 0 || *count % unit != 0 || group % unit != 0 || !isKnownMultiple(tile.offset, unit))
    return op->emitOpError() << "can only be tiled by a divisor or by multiples of the " << group
                             << " " << axis.membersOfGroup << ", got a tile of " << *count << " "
                             << axis.members;
  AffineExpr number = builder.getAffineDimExpr(0).floorDiv(group);
  return Slice{affine::makeComposedFoldedAffineApply(builder, op->getLoc(), number, {tile.offset}),
               builder.getIndexAttr(std::max<int64_t>(*count / group, 1))};
}
