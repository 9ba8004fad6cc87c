// Transposes blocks of rows on the way between buffers and vectors.
#include "TransposedRows.h"
#include "RowCopy.h"

using namespace mlir;
using namespace attnc;

void attnc::forEachLane(VectorBuilder &vb, Value firstRow, Value lastRow,
                        function_ref<void(int64_t, Value)> store) {
  for (int64_t lane = vb.lanes() - 1; lane >= 0; --lane)
    store(lane, vb.min(vb.add(firstRow, lane), lastRow));
}

void attnc::forEachColumnBlock(VectorBuilder &vb, int64_t width,
                               function_ref<void(Value, int64_t)> block) {
  int64_t full = width / vb.lanes() * vb.lanes();
  if (full > 0)
    vb.forLoop(vb.index(0), vb.index(full), vb.lanes(),
               [&](Value column) { block(column, vb.lanes()); });
  if (full < width)
    block(vb.index(full), width - full);
}

VectorBuilder::Values attnc::loadTransposed(VectorBuilder &vb, Value source, Value firstRow,
                                            Value lastRow, Value column, int64_t count) {
  VectorBuilder::Values rows;
  for (int64_t i = 0; i < vb.lanes(); ++i) {
    Value row = vb.min(vb.add(firstRow, i), lastRow);
    Value piece = loadPadded(vb, source, row, column, count, vb.lanes());
    rows.push_back(convertFloat(vb, piece, vb.builder.getF32Type()));
  }
  return vb.transpose(rows);
}

void attnc::storeTransposed(VectorBuilder &vb, ValueRange columns, Value target, Value firstRow,
                            Value lastRow, Value column, int64_t count) {
  VectorBuilder::Values rows(columns);
  rows.resize(vb.lanes(), vb.splat(0.0f));
  rows = vb.transpose(rows);
  Type element = cast<MemRefType>(target.getType()).getElementType();
  forEachLane(vb, firstRow, lastRow, [&](int64_t lane, Value row) {
    storePrefix(vb, convertFloat(vb, rows[lane], element), target, row, column, count);
  });
}
