// Products by f32 FMA, for any storage type; dense f32 tiles are read where they lie.
#include "OnlineStepLowering.h"
#include "RegisterTileProduct.h"
#include "RowCopy.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

namespace {
class FmaProduct : public RegisterTileProduct {
public:
  explicit FmaProduct(const StepContext &step) : RegisterTileProduct(step, /*unit=*/1) {}

  void packTile() override {
    keyTile = getRows(step.op.getKey());
    valueTile = getRows(step.op.getValue());
  }
  void storeWeights(Value key, int64_t vector, Value first, Value second) override {
    vb.store(first, step.scores, {key, step.lane(vector)});
    vb.store(second, step.scores, {vb.add(key, 1), step.lane(vector)});
  }

protected:
  Value loadKey(Value row, Value k) override { return broadcast(keyTile, row, k); }
  Value loadValue(Value k, Value column) override { return broadcast(valueTile, k, column); }
  Value loadQueries(Value panel, Value k, int64_t vector) override {
    return vb.load(step.queries, {panel, k, step.lane(vector)});
  }
  Value loadWeights(Value k, int64_t vector) override {
    return vb.load(step.scores, {k, step.lane(vector)});
  }
  Value multiplyAdd(Value left, Value right, Value sum) override {
    return vb.fma(left, right, sum);
  }

private:
  Value broadcast(Value buffer, Value row, Value column) {
    return vb.broadcast(
        memref::LoadOp::create(vb.builder, vb.loc, buffer, ValueRange{row, column}).getResult());
  }
  Value getRows(Value rows);
  void packRows(Value rows, Value packed, int64_t dim);

  Value keyTile, valueTile;
};
} // namespace

void FmaProduct::packRows(Value rows, Value packed, int64_t dim) {
  vb.forLoop(vb.index(0), step.numKeys, 1,
             [&](Value row) { copyRow(vb, rows, row, packed, row, dim); });
  vb.forLoop(step.numKeys, step.paddedKeys, 1, [&](Value row) { zeroRow(vb, packed, row, dim); });
}

/// The rows of a tile as f32, readable up to the padded end.
Value FmaProduct::getRows(Value rows) {
  OpBuilder &builder = vb.builder;
  Type f32 = builder.getF32Type();
  auto type = cast<MemRefType>(rows.getType());
  int64_t dim = type.getDimSize(1);
  Value packed = ScratchAllocator(step.op).allocate(builder, vb.loc, {step.keyCapacity, dim}, f32);
  if (type.getElementType() != f32) {
    packRows(rows, packed, dim);
    return packed;
  }
  // Rows that lie side by side and fill whole blocks are read where they are; with other strides
  // they might share cache sets.
  auto metadata = memref::ExtractStridedMetadataOp::create(builder, vb.loc, rows);
  Value isDense = compare(arith::CmpIPredicate::eq, metadata.getStrides()[0], vb.index(dim));
  Value isWhole = compare(arith::CmpIPredicate::eq, step.numKeys, step.paddedKeys);
  Value inPlace = arith::AndIOp::create(builder, vb.loc, isDense, isWhole);
  auto branch = scf::IfOp::create(builder, vb.loc, inPlace, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(branch.elseYield());
    packRows(rows, packed, dim);
  }
  // Dense both ways: the row stride is a constant from here on.
  auto layout = StridedLayoutAttr::get(builder.getContext(), ShapedType::kDynamic, {dim, 1});
  auto denseType = MemRefType::get({ShapedType::kDynamic, dim}, f32, layout);
  Value there = memref::ReinterpretCastOp::create(
      builder, vb.loc, denseType, metadata.getBaseBuffer(), metadata.getOffset(),
      ArrayRef<OpFoldResult>{step.numKeys, builder.getIndexAttr(dim)},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(dim), builder.getIndexAttr(1)});
  Value here = memref::CastOp::create(builder, vb.loc, denseType, packed);
  return arith::SelectOp::create(builder, vb.loc, inPlace, there, here);
}

std::unique_ptr<StepProduct> attnc::createFmaProduct(const StepContext &step) {
  return std::make_unique<FmaProduct>(step);
}
