// Allocates scratch where a task begins, to be freed where it ends.
#include "ScratchAllocator.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
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
