// Lowers attn.online_finish: divides by the sum, transposes back and stores the rows that exist.
#include "OnlineStepLowering.h"
#include "RowCopy.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

#include <limits>

using namespace mlir;
using namespace attnc;

namespace {
class OnlineFinishLowering {
public:
  OnlineFinishLowering(attn::OnlineFinishOp op, const VectorUnit &unit)
      : op(op), builder(op), vb(builder, op.getLoc(), unit) {}
  void run();

private:
  /// Finishes the rows from `firstRow` on that one vector of queries holds.
  void finishRows(Value firstRow);
  /// Calls `store(lane, row)` for each lane. Lanes behind the last row are given that row and come
  /// before its own lane, which so has the last word.
  void storeLanes(Value firstRow, function_ref<void(int64_t lane, Value row)> store);

  attn::OnlineFinishOp op;
  OpBuilder builder;
  VectorBuilder vb;
  Value lastRow;
};
} // namespace

void OnlineFinishLowering::storeLanes(Value firstRow, function_ref<void(int64_t, Value)> store) {
  for (int64_t lane = vb.lanes() - 1; lane >= 0; --lane)
    store(lane, vb.min(vb.add(firstRow, lane), lastRow));
}

void OnlineFinishLowering::finishRows(Value firstRow) {
  int64_t panelWidth = cast<MemRefType>(op.getMax().getType()).getDimSize(1);
  auto outputType = cast<MemRefType>(op.getOutput().getType());
  int64_t valueDim = outputType.getDimSize(1);
  Value panel = vb.divide(firstRow, panelWidth);
  Value firstLane = vb.sub(firstRow, vb.mul(panel, panelWidth));

  Value zero = vb.splat(0.0f);
  Value sum = vb.load(op.getSum(), {panel, firstLane});
  Value isEmpty = arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::OEQ, sum, zero);
  Value inverse = arith::DivFOp::create(builder, vb.loc, vb.splat(1.0f), sum);
  auto finishColumns = [&](Value column, int64_t count) {
    VectorBuilder::Values rows(vb.lanes(), zero);
    for (int64_t i = 0; i < count; ++i) {
      Value acc = vb.load(op.getAcc(), {panel, vb.add(column, i), firstLane});
      rows[i] = arith::SelectOp::create(builder, vb.loc, isEmpty, zero, vb.mulF(acc, inverse));
    }
    rows = vb.transpose(rows);
    storeLanes(firstRow, [&](int64_t lane, Value row) {
      Value converted = convertFloat(vb, rows[lane], outputType.getElementType());
      storePrefix(vb, converted, op.getOutput(), row, column, count);
    });
  };
  int64_t fullColumns = valueDim / vb.lanes() * vb.lanes();
  vb.forLoop(vb.index(0), vb.index(fullColumns), vb.lanes(),
             [&](Value column) { finishColumns(column, vb.lanes()); });
  if (fullColumns < valueDim)
    finishColumns(vb.index(fullColumns), valueDim - fullColumns);

  if (!op.getLse())
    return;
  Value max = vb.load(op.getMax(), {panel, firstLane});
  Value log = math::LogOp::create(builder, vb.loc, sum);
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity());
  Value lse = arith::SelectOp::create(builder, vb.loc, isEmpty, minusInfinity, vb.addF(max, log));
  storeLanes(firstRow, [&](int64_t lane, Value row) {
    Value value = vector::ExtractOp::create(builder, vb.loc, lse, lane);
    memref::StoreOp::create(builder, vb.loc, value, op.getLse(), row);
  });
}

void OnlineFinishLowering::run() {
  Value numRows = memref::DimOp::create(builder, vb.loc, op.getOutput(), 0);
  lastRow = vb.sub(numRows, vb.index(1));
  vb.forLoop(vb.index(0), numRows, vb.lanes(), [&](Value row) { finishRows(row); });
}

void attnc::lowerOnlineFinish(attn::OnlineFinishOp op, const VectorUnit &unit) {
  OnlineFinishLowering(op, unit).run();
  op.erase();
}
