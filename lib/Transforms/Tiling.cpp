// Implements the vocabulary that the tilers of attn-tile share.
#include "Tiling.h"

using namespace mlir;
using namespace attnc;

remark::RemarkOpts attnc::remarkNamed(StringRef name) {
  return remark::RemarkOpts::name(name).category("attn-tile");
}

Value TileBuilder::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}
Value TileBuilder::add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
Value TileBuilder::sub(Value a, Value b) { return arith::SubIOp::create(builder, loc, a, b); }
Value TileBuilder::mul(Value a, int64_t b) {
  return b == 1 ? a : arith::MulIOp::create(builder, loc, a, constant(b)).getResult();
}
Value TileBuilder::divide(Value a, int64_t b) {
  return b == 1 ? a : arith::DivUIOp::create(builder, loc, a, constant(b)).getResult();
}
Value TileBuilder::min(Value a, Value b) { return arith::MinSIOp::create(builder, loc, a, b); }
Value TileBuilder::max(Value a, Value b) { return arith::MaxSIOp::create(builder, loc, a, b); }
Value TileBuilder::dim(Value tensor, int64_t axis) {
  return tensor::DimOp::create(builder, loc, tensor, axis);
}
Value TileBuilder::materialize(OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(builder, loc, size);
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

namespace {
/// Offsets, sizes and strides as the slicing ops take them.
struct SliceOperands {
  SmallVector<OpFoldResult> offsets, sizes, strides;
  SmallVector<int64_t> keptShape;

  SliceOperands(OpBuilder &builder, ArrayRef<TileBuilder::Axis> axes)
      : strides(axes.size(), builder.getIndexAttr(1)) {
    for (const TileBuilder::Axis &axis : axes) {
      offsets.push_back(axis.offset);
      sizes.push_back(axis.size);
      if (axis.kept)
        keptShape.push_back(getConstantIntValue(axis.size).value_or(ShapedType::kDynamic));
    }
  }
};
} // namespace

Value TileBuilder::slice(Value tensor, ArrayRef<Axis> axes) {
  SliceOperands operands(builder, axes);
  auto type = RankedTensorType::get(operands.keptShape,
                                    cast<RankedTensorType>(tensor.getType()).getElementType());
  return tensor::ExtractSliceOp::create(builder, loc, type, tensor, operands.offsets,
                                        operands.sizes, operands.strides);
}

Value TileBuilder::insert(Value slice, Value tensor, ArrayRef<Axis> axes) {
  SliceOperands operands(builder, axes);
  return tensor::InsertSliceOp::create(builder, loc, slice, tensor, operands.offsets,
                                       operands.sizes, operands.strides);
}

Value TileBuilder::zeros(ArrayRef<OpFoldResult> shape, Type element) {
  Value zero = arith::ConstantOp::create(builder, loc, builder.getZeroAttr(element));
  Value empty = tensor::EmptyOp::create(builder, loc, shape, element);
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

SmallVector<Value> TileBuilder::emptyResults(ReifyRankedShapedTypeOpInterface op) {
  ReifiedRankedShapedTypeDims shapes;
  (void)op.reifyResultShapes(builder, shapes);
  SmallVector<Value> outputs;
  for (auto [result, shape] : llvm::zip(op->getResults(), shapes))
    outputs.push_back(tensor::EmptyOp::create(
        builder, loc, shape, cast<RankedTensorType>(result.getType()).getElementType()));
  return outputs;
}

void TileBuilder::yieldParts(scf::ForallOp forall, ValueRange results, ValueRange parts) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(forall.getTerminator().getBody());
  for (auto [result, part, output] : llvm::zip(results, parts, forall.getRegionIterArgs())) {
    auto slice = part.getDefiningOp<tensor::ExtractSliceOp>();
    tensor::ParallelInsertSliceOp::create(builder, loc, result, output, slice.getMixedOffsets(),
                                          slice.getMixedSizes(), slice.getMixedStrides());
  }
}

void TileBuilder::replace(Operation *op, ValueRange values) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(op);
  for (auto [result, replacement] : llvm::zip(op->getResults(), values)) {
    Value value = replacement;
    if (value.getType() != result.getType())
      value = tensor::CastOp::create(builder, loc, result.getType(), value);
    result.replaceAllUsesWith(value);
  }
  op->erase();
}
