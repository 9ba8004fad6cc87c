// Packs a query tile transposed, so that lanes run along queries.
#include "OnlineStepLowering.h"
#include "RowCopy.h"
#include "TransposedRows.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

Value QueryPacker::getPacked(VectorBuilder &vb, attn::OnlineStepOp op, bool useBf16Dot) {
  Value &result = packed[{op.getQuery(), op.getScaleAttr()}];
  if (result)
    return result;
  OpBuilder &builder = vb.builder;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(op.getQuery());

  // Columns of a row that one 32-bit lane of the transposed vectors holds.
  int64_t columnsPerLane = useBf16Dot ? 2 : 1;
  int64_t dim = cast<MemRefType>(op.getQuery().getType()).getDimSize(1);
  int64_t depth = llvm::divideCeil(dim, columnsPerLane);
  int64_t panelWidth = op.getPanelWidth();
  Type element = useBf16Dot ? Type(builder.getBF16Type()) : Type(builder.getF32Type());
  auto packedType = VectorType::get({vb.lanes() * columnsPerLane}, element);
  Value target = ScratchAllocator(op).allocate(
      builder, vb.loc, {op.getNumPanels(), depth, panelWidth * columnsPerLane}, element);
  result = target;

  Value lastRow = vb.sub(memref::DimOp::create(builder, vb.loc, op.getQuery(), 0), vb.index(1));
  Value scale = vb.splat(static_cast<float>(op.getScale().convertToDouble()));
  auto packColumns = [&](Value firstRow, Value column, int64_t count) {
    VectorBuilder::Values rows;
    Value rowColumn = vb.mul(column, columnsPerLane);
    int64_t rowCount =
        count == vb.lanes() ? count * columnsPerLane : dim % (vb.lanes() * columnsPerLane);
    for (int64_t i = 0; i < vb.lanes(); ++i) {
      // Lanes behind the last row repeat it: their results are never stored.
      Value row = vb.min(vb.add(firstRow, i), lastRow);
      Value piece =
          loadPadded(vb, op.getQuery(), row, rowColumn, rowCount, vb.lanes() * columnsPerLane);
      // bf16 pairs stay as they are: scaling them would round, so the scores are scaled instead.
      rows.push_back(useBf16Dot ? vb.bitcast(piece, vb.f32Vector())
                                : vb.mulF(convertFloat(vb, piece, element), scale));
    }
    Value panel = vb.divide(firstRow, panelWidth);
    Value lane = vb.sub(firstRow, vb.mul(panel, panelWidth));
    rows = vb.transpose(rows);
    for (int64_t i = 0; i < count; ++i)
      vb.store(useBf16Dot ? vb.bitcast(rows[i], packedType) : rows[i], target,
               {panel, vb.add(column, i), vb.mul(lane, columnsPerLane)});
  };
  vb.forLoop(vb.index(0), vb.roundUp(vb.add(lastRow, 1), panelWidth), vb.lanes(), [&](Value row) {
    forEachColumnBlock(vb, depth,
                       [&](Value column, int64_t count) { packColumns(row, column, count); });
  });
  return result;
}
