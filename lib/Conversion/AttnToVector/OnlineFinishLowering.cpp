// Lowers attn.online_finish: divides by the sum, transposes back and stores the rows that exist.
#include "OnlineStepLowering.h"
#include "TransposedRows.h"

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
  attn::OnlineFinishOp op;
  OpBuilder builder;
  VectorBuilder vb;
  Value lastRow;
};
} // namespace

void OnlineFinishLowering::finishRows(Value firstRow) {
  int64_t panelWidth = cast<MemRefType>(op.getMax().getType()).getDimSize(1);
  Value panel = vb.divide(firstRow, panelWidth);
  Value firstLane = vb.sub(firstRow, vb.mul(panel, panelWidth));

  Value zero = vb.splat(0.0f);
  Value sum = vb.load(op.getSum(), {panel, firstLane});
  Value isEmpty = arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::OEQ, sum, zero);
  Value inverse = arith::DivFOp::create(builder, vb.loc, vb.splat(1.0f), sum);
  auto finishColumns = [&](Value column, int64_t count) {
    VectorBuilder::Values columns;
    for (int64_t i = 0; i < count; ++i) {
      Value acc = vb.load(op.getAcc(), {panel, vb.add(column, i), firstLane});
      Value output = vb.mulF(acc, inverse);
      columns.push_back(arith::SelectOp::create(builder, vb.loc, isEmpty, zero, output));
    }
    storeTransposed(vb, columns, op.getOutput(), firstRow, lastRow, column, count);
  };
  int64_t valueDim = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
  forEachColumnBlock(vb, valueDim, finishColumns);

  if (!op.getLse())
    return;
  Value max = vb.load(op.getMax(), {panel, firstLane});
  Value log = math::LogOp::create(builder, vb.loc, sum);
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity());
  Value lse = arith::SelectOp::create(builder, vb.loc, isEmpty, minusInfinity, vb.addF(max, log));
  forEachLane(vb, firstRow, lastRow, [&](int64_t lane, Value row) {
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
