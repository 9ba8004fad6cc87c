// Lowers attn.online_finish: divides by the sum, transposes back and stores the rows that exist.
#include "OnlineStepLowering.h"
#include "RowCopy.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

#include <limits>

using namespace mlir;
using namespace attnc;

namespace {
/// The rows of `lanes` queries: lane `firstLane` on of one panel of the state.
struct LaneGroup {
  Value panel, firstLane, firstRow, numRows;
};

class OnlineFinishLowering {
public:
  OnlineFinishLowering(attn::OnlineFinishOp op, const VectorUnit &unit)
      : op(op), builder(op), vb(builder, op.getLoc(), unit) {}
  void run();

private:
  void storeRows(const LaneGroup &group);
  void storeLse(const LaneGroup &group, Value sum, Value isEmpty);

  attn::OnlineFinishOp op;
  OpBuilder builder;
  VectorBuilder vb;
  Value stage, lseStage;
};
} // namespace

void OnlineFinishLowering::storeLse(const LaneGroup &group, Value sum, Value isEmpty) {
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity());
  Value max = vb.load(op.getMax(), {group.panel, group.firstLane});
  Value log = math::LogOp::create(builder, vb.loc, sum);
  Value lse = arith::SelectOp::create(builder, vb.loc, isEmpty, minusInfinity, vb.addF(max, log));
  vb.store(lse, lseStage, {vb.index(0)});
  vb.forLoop(vb.index(0), group.numRows, 1, [&](Value row) {
    Value value = memref::LoadOp::create(builder, vb.loc, lseStage, row);
    memref::StoreOp::create(builder, vb.loc, value, op.getLse(), vb.add(group.firstRow, row));
  });
}

void OnlineFinishLowering::storeRows(const LaneGroup &group) {
  int64_t valueDim = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
  Value sum = vb.load(op.getSum(), {group.panel, group.firstLane});
  Value isEmpty = arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::OEQ, sum, vb.splat(0.0f));
  Value inverse = arith::DivFOp::create(builder, vb.loc, vb.splat(1.0f), sum);
  Value zero = vb.splat(0.0f);

  auto transposeColumns = [&](Value column, int64_t count) {
    VectorBuilder::Values rows(vb.lanes(), zero);
    for (int64_t i = 0; i < count; ++i) {
      Value acc = vb.load(op.getAcc(), {group.panel, vb.add(column, i), group.firstLane});
      rows[i] = arith::SelectOp::create(builder, vb.loc, isEmpty, zero, vb.mulF(acc, inverse));
    }
    for (auto [i, row] : llvm::enumerate(vb.transpose(rows)))
      vb.store(row, stage, {vb.index(i), column});
  };
  int64_t fullColumns = valueDim / vb.lanes() * vb.lanes();
  vb.forLoop(vb.index(0), vb.index(fullColumns), vb.lanes(),
             [&](Value column) { transposeColumns(column, vb.lanes()); });
  if (fullColumns < valueDim)
    transposeColumns(vb.index(fullColumns), valueDim - fullColumns);
  vb.forLoop(vb.index(0), group.numRows, 1, [&](Value row) {
    copyRow(vb, stage, row, op.getOutput(), vb.add(group.firstRow, row), valueDim);
  });
  if (op.getLse())
    storeLse(group, sum, isEmpty);
}

void OnlineFinishLowering::run() {
  int64_t panelWidth = cast<MemRefType>(op.getMax().getType()).getDimSize(1);
  int64_t valueDim = cast<MemRefType>(op.getOutput().getType()).getDimSize(1);
  ScratchAllocator scratch(op);
  Type f32 = builder.getF32Type();
  stage = scratch.allocate(builder, vb.loc, {vb.lanes(), int64_t(llvm::alignTo(valueDim, vb.lanes()))}, f32);
  lseStage = scratch.allocate(builder, vb.loc, {vb.lanes()}, f32);

  Value numRows = memref::DimOp::create(builder, vb.loc, op.getOutput(), 0);
  vb.forLoop(vb.index(0), numRows, vb.lanes(), [&](Value row) {
    LaneGroup group;
    group.panel = vb.divide(row, panelWidth);
    group.firstLane = vb.sub(row, vb.mul(group.panel, panelWidth));
    group.firstRow = row;
    group.numRows = vb.min(vb.sub(numRows, row), vb.index(vb.lanes()));
    storeRows(group);
  });
}

void attnc::lowerOnlineFinish(attn::OnlineFinishOp op, const VectorUnit &unit) {
  OnlineFinishLowering(op, unit).run();
  op.erase();
}
