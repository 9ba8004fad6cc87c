// Packs and unpacks rows in full vectors and power-of-two tails, so that no byte outside is
// touched.
#include "RowCopy.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

/// Calls `piece(offset, size)` for powers of two below `width` that cover [0, count).
static void forEachPowerOfTwo(int64_t count, int64_t width,
                              function_ref<void(int64_t, int64_t)> piece) {
  for (int64_t offset = 0, size = width; offset < count; size /= 2)
    if (offset + size <= count) {
      piece(offset, size);
      offset += size;
    }
}

void attnc::forEachColumnChunk(VectorBuilder &vb, int64_t width, int64_t lanes,
                               function_ref<void(Value, int64_t)> chunk) {
  int64_t full = width / lanes * lanes;
  if (full > 0)
    vb.forLoop(vb.index(0), vb.index(full), lanes, [&](Value column) { chunk(column, lanes); });
  forEachPowerOfTwo(width - full, lanes,
                    [&](int64_t offset, int64_t size) { chunk(vb.index(full + offset), size); });
}

Value attnc::loadPadded(VectorBuilder &vb, Value source, Value row, Value column, int64_t count,
                        int64_t width) {
  Type element = cast<MemRefType>(source.getType()).getElementType();
  auto type = VectorType::get({width}, element);
  if (count == width)
    return vb.load(type, source, {row, column});
  Value result = arith::ConstantOp::create(vb.builder, vb.loc, vb.builder.getZeroAttr(type));
  forEachPowerOfTwo(count, width, [&](int64_t offset, int64_t size) {
    Value piece = vb.load(VectorType::get({size}, element), source, {row, vb.add(column, offset)});
    result = vector::InsertStridedSliceOp::create(vb.builder, vb.loc, piece, result,
                                                  ArrayRef<int64_t>{offset}, ArrayRef<int64_t>{1});
  });
  return result;
}

void attnc::storePrefix(VectorBuilder &vb, Value vector, Value target, Value row, Value column,
                        int64_t count) {
  int64_t width = cast<VectorType>(vector.getType()).getDimSize(0);
  if (count == width)
    return vb.store(vector, target, {row, column});
  forEachPowerOfTwo(count, width, [&](int64_t offset, int64_t size) {
    Value piece =
        vector::ExtractStridedSliceOp::create(vb.builder, vb.loc, vector, ArrayRef<int64_t>{offset},
                                              ArrayRef<int64_t>{size}, ArrayRef<int64_t>{1});
    vb.store(piece, target, {row, vb.add(column, offset)});
  });
}

Value attnc::loadScalar(VectorBuilder &vb, Value source, ValueRange indices) {
  Value scalar = memref::LoadOp::create(vb.builder, vb.loc, source, indices);
  if (scalar.getType().isF32())
    return scalar;
  return arith::ExtFOp::create(vb.builder, vb.loc, vb.builder.getF32Type(), scalar);
}

Value attnc::convertFloat(VectorBuilder &vb, Value vector, Type to) {
  auto type = cast<VectorType>(vector.getType());
  if (type.getElementType() == to)
    return vector;
  Type f32 = vb.builder.getF32Type();
  if (!type.getElementType().isF32())
    vector = arith::ExtFOp::create(vb.builder, vb.loc, type.clone(f32), vector);
  if (!to.isF32())
    vector = arith::TruncFOp::create(vb.builder, vb.loc, type.clone(to), vector);
  return vector;
}

void attnc::copyRow(VectorBuilder &vb, Value source, Value sourceRow, Value target, Value targetRow,
                    int64_t width) {
  Type from = cast<MemRefType>(source.getType()).getElementType();
  Type to = cast<MemRefType>(target.getType()).getElementType();
  // Rows of 16-bit elements that need no conversion fill a register with twice the elements.
  int64_t lanes = from == to && from.getIntOrFloatBitWidth() == 16 ? 2 * vb.lanes() : vb.lanes();
  forEachColumnChunk(vb, width, lanes, [&](Value column, int64_t size) {
    Value piece = vb.load(VectorType::get({size}, from), source, {sourceRow, column});
    vb.store(convertFloat(vb, piece, to), target, {targetRow, column});
  });
}

void attnc::zeroRow(VectorBuilder &vb, Value target, Value row, int64_t width) {
  Type element = cast<MemRefType>(target.getType()).getElementType();
  forEachColumnChunk(vb, width, vb.lanes(), [&](Value column, int64_t size) {
    auto type = VectorType::get({size}, element);
    Value zero = arith::ConstantOp::create(vb.builder, vb.loc, vb.builder.getZeroAttr(type));
    vb.store(zero, target, {row, column});
  });
}
