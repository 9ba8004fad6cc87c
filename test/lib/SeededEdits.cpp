// Edits of tiled IR that seeded bugs are made of.
#include "SeededEdits.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace attnc::test;

linalg::GenericOp attnc::test::editElements(OpBuilder &builder, Location loc, Value state,
                                            ValueRange inputs, ElementEdit edit) {
  int64_t rank = cast<RankedTensorType>(state.getType()).getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(unsigned(rank));
  AffineMap lanes = AffineMap::get(
      unsigned(rank), 0, {builder.getAffineDimExpr(0), builder.getAffineDimExpr(rank - 1)},
      builder.getContext());
  SmallVector<AffineMap> maps;
  for (Value input : inputs)
    maps.push_back(cast<RankedTensorType>(input.getType()).getRank() == rank ? identity : lanes);
  maps.push_back(identity);
  return linalg::GenericOp::create(
      builder, loc, TypeRange{state.getType()}, inputs, ValueRange{state}, maps,
      SmallVector<utils::IteratorType>(size_t(rank), utils::IteratorType::parallel),
      [&](OpBuilder &b, Location l, ValueRange elements) {
        linalg::YieldOp::create(b, l, edit(b, l, elements));
      });
}

Value attnc::test::copyState(OpBuilder &builder, Location loc, Value state) {
  auto type = cast<RankedTensorType>(state.getType());
  Value empty = tensor::EmptyOp::create(builder, loc, type.getShape(), type.getElementType());
  return linalg::CopyOp::create(builder, loc, state, empty).getResult(0);
}

Value attnc::test::buildIndex(OpBuilder &builder, Location loc, int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value attnc::test::addIndex(OpBuilder &builder, Value value, int64_t amount) {
  Location loc = value.getLoc();
  return arith::AddIOp::create(builder, loc, value, buildIndex(builder, loc, amount));
}

OpOperand *attnc::test::getOffset(OffsetSizeAndStrideOpInterface slice, unsigned axis) {
  if (!slice.isDynamicOffset(axis))
    return nullptr;
  return &slice->getOpOperand(slice.getIndexOfDynamicOffset(axis));
}
OpOperand *attnc::test::getSize(OffsetSizeAndStrideOpInterface slice, unsigned axis) {
  if (!slice.isDynamicSize(axis))
    return nullptr;
  return &slice->getOpOperand(slice.getIndexOfDynamicSize(axis));
}
