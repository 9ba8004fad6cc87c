// The values of one function call, and the errors all evaluators share.
#pragma once

#include "attnc/Target/Reference/Tensor.h"

#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"

namespace attnc::reference {

/// SSA value to what it currently holds. Values of a loop body are overwritten by each iteration.
using Frame = llvm::DenseMap<mlir::Value, Tensor>;

/// The value of an `index` or integer operand.
int64_t getInteger(const Frame &frame, mlir::Value value);

/// Emits "<name> is not supported by the reference" with what is.
llvm::LogicalResult emitUnsupported(mlir::Operation *op);

/// Emits "<what>: wanted <wanted>, got <got>" at `op` unless the sizes agree.
llvm::LogicalResult checkSize(mlir::Operation *op, const llvm::Twine &what, int64_t wanted,
                              int64_t got);

/// Emits "<what>: wanted at most <limit>, got <got>" at `op` unless the size is in the limit.
llvm::LogicalResult checkSizeIsAtMost(mlir::Operation *op, const llvm::Twine &what, int64_t limit,
                                      int64_t got);

/// A zero-filled tensor for a result of `op`, or an error when its shape is negative or too large.
llvm::FailureOr<Tensor> makeTensor(mlir::Operation *op, mlir::Type elementType,
                                   llvm::ArrayRef<int64_t> shape);

/// The shape of a result type with its dynamic sizes taken in order from `dynamicSizes`.
llvm::SmallVector<int64_t> resolveShape(mlir::RankedTensorType type, const Frame &frame,
                                        mlir::ValueRange dynamicSizes);

} // namespace attnc::reference
