// Packs channel tiles transposed, so that lanes run along channels.
#include "RowCopy.h"
#include "ScanStepLowering.h"
#include "ScratchAllocator.h"
#include "TransposedRows.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

/// The outermost op around `op`, within its task, in front of which `value` is known already.
static Operation *findEarliestUse(Operation *op, Value value) {
  while (auto loop = dyn_cast<scf::ForOp>(op->getParentOp())) {
    if (!loop.isDefinedOutsideOfLoop(value))
      break;
    op = loop;
  }
  return op;
}

static void packMatrix(VectorBuilder &vb, Value tile, Value target, Value vector, Value lastRow,
                       float scale) {
  int64_t columns = cast<MemRefType>(tile.getType()).getDimSize(1);
  Value firstRow = vb.mul(vector, vb.lanes()), factor = vb.splat(scale);
  forEachColumnBlock(vb, columns, [&](Value column, int64_t count) {
    VectorBuilder::Values packed = loadTransposed(vb, tile, firstRow, lastRow, column, count);
    for (int64_t i = 0; i < count; ++i) {
      Value scaled = scale == 1.0f ? packed[i] : vb.mulF(packed[i], factor);
      vb.store(scaled, target, {vector, vb.add(column, i), vb.index(0)});
    }
  });
}

static void packVector(VectorBuilder &vb, Value tile, Value target, Value vector, Value lastRow) {
  Value first = vb.mul(vector, vb.lanes());
  vb.forLoop(vb.index(0), vb.index(vb.lanes()), 1, [&](Value lane) {
    Value row = vb.min(vb.add(first, lane), lastRow);
    Value value = loadScalar(vb, tile, row);
    memref::StoreOp::create(vb.builder, vb.loc, value, target, ValueRange{vector, lane});
  });
}

Value attnc::packChannels(VectorBuilder &vb, Operation *op, Value tile, int64_t numVectors,
                          float scale) {
  OpBuilder::InsertionGuard guard(vb.builder);
  vb.builder.setInsertionPoint(findEarliestUse(op, tile));
  auto type = cast<MemRefType>(tile.getType());
  bool isMatrix = type.getRank() == 2;
  SmallVector<int64_t> shape{numVectors};
  if (isMatrix)
    shape.push_back(type.getDimSize(1));
  shape.push_back(vb.lanes());
  Value target = ScratchAllocator(op).allocate(vb.builder, vb.loc, shape, vb.builder.getF32Type());

  Value lastRow = vb.sub(memref::DimOp::create(vb.builder, vb.loc, tile, 0), vb.index(1));
  vb.forLoop(vb.index(0), vb.index(numVectors), 1, [&](Value vector) {
    if (isMatrix)
      packMatrix(vb, tile, target, vector, lastRow, scale);
    else
      packVector(vb, tile, target, vector, lastRow);
  });
  return target;
}
