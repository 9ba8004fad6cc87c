// Allocates scratch buffers that live as long as a task.
#pragma once

#include "VectorBuilder.h"

namespace attnc {

/// Buffers of fixed size that live as long as the task around the lowered ops.
class ScratchAllocator {
public:
  explicit ScratchAllocator(mlir::Operation *op);
  /// An uninitialised buffer, aligned to 64 bytes, allocated where the task begins.
  mlir::Value allocate(mlir::OpBuilder &builder, mlir::Location loc, llvm::ArrayRef<int64_t> shape,
                       mlir::Type element);

private:
  mlir::Block *task;
};

} // namespace attnc
