// Packs a query tile transposed, so that lanes run along queries; allocates task scratch.
#include "OnlineStepLowering.h"
#include "RowCopy.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

ScratchAllocator::ScratchAllocator(Operation *op) {
  if (auto forall = op->getParentOfType<scf::ForallOp>())
    task = forall.getBody();
  else
    task = &op->getParentOfType<func::FuncOp>().front();
}

Value ScratchAllocator::allocate(OpBuilder &builder, Location loc, ArrayRef<int64_t> shape,
                                 Type element) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(task);
  Value buffer = memref::AllocOp::create(builder, loc, MemRefType::get(shape, element),
                                         builder.getI64IntegerAttr(64));
  builder.setInsertionPoint(task->getTerminator());
  memref::DeallocOp::create(builder, loc, buffer);
  return buffer;
}

Value QueryPacker::getPacked(VectorBuilder &vb, attn::OnlineStepOp op, bool useBf16Dot) {
  Value &result = packed[{op.getQuery(), op.getScaleAttr()}];
  if (result)
    return result;
  OpBuilder &builder = vb.builder;
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointAfterValue(op.getQuery());

  // Columns that one 32-bit lane of a transposed vector holds.
  int64_t columnsPerLane = useBf16Dot ? 2 : 1;
  Type element = useBf16Dot ? Type(builder.getBF16Type()) : Type(builder.getF32Type());
  int64_t dim = cast<MemRefType>(op.getQuery().getType()).getDimSize(1);
  int64_t depth = llvm::divideCeil(dim, columnsPerLane);
  int64_t paddedDepth = llvm::alignTo(depth, vb.lanes());
  int64_t panels = op.getNumPanels(), width = op.getPanelWidth();
  ScratchAllocator scratch(op);
  result = scratch.allocate(builder, vb.loc, {panels, depth, width * columnsPerLane}, element);
  Value stage = scratch.allocate(builder, vb.loc, {vb.lanes(), paddedDepth * columnsPerLane}, element);
  Value target = result;

  // The columns behind the last one take part in products: they must be 0, not garbage.
  if (dim % columnsPerLane != 0)
    vb.forLoop(vb.index(0), vb.index(vb.lanes()), 1,
               [&](Value row) { zeroRow(vb, stage, row, paddedDepth * columnsPerLane); });

  Value numRows = memref::DimOp::create(builder, vb.loc, op.getQuery(), 0);
  Value lastRow = vb.sub(numRows, vb.index(1));
  Value usedPanels = vb.divide(vb.roundUp(numRows, width), width);
  Value scale = vb.splat(static_cast<float>(op.getScale().convertToDouble()));
  vb.forLoop(vb.index(0), usedPanels, 1, [&](Value panel) {
    vb.forLoop(vb.index(0), vb.index(width), vb.lanes(), [&](Value lane) {
      Value firstRow = vb.add(vb.mul(panel, width), lane);
      // Lanes behind the last row repeat it: their results are never stored.
      vb.forLoop(vb.index(0), vb.index(vb.lanes()), 1, [&](Value row) {
        copyRow(vb, op.getQuery(), vb.min(vb.add(firstRow, row), lastRow), stage, row, dim);
      });
      Value targetColumn = vb.mul(lane, columnsPerLane);
      auto packedType = VectorType::get({vb.lanes() * columnsPerLane}, element);
      auto transposeColumns = [&](Value column, int64_t count) {
        VectorBuilder::Values rows;
        Value stageColumn = vb.mul(column, columnsPerLane);
        for (int64_t row = 0; row < vb.lanes(); ++row) {
          Value piece = vb.load(packedType, stage, {vb.index(row), stageColumn});
          rows.push_back(useBf16Dot ? vb.bitcast(piece, vb.f32Vector()) : vb.mulF(piece, scale));
        }
        rows = vb.transpose(rows);
        for (int64_t i = 0; i < count; ++i)
          vb.store(useBf16Dot ? vb.bitcast(rows[i], packedType) : rows[i], target,
                   {panel, vb.add(column, i), targetColumn});
      };
      int64_t fullColumns = depth / vb.lanes() * vb.lanes();
      vb.forLoop(vb.index(0), vb.index(fullColumns), vb.lanes(),
                 [&](Value column) { transposeColumns(column, vb.lanes()); });
      if (fullColumns < depth)
        transposeColumns(vb.index(fullColumns), depth - fullColumns);
    });
  });
  return result;
}
