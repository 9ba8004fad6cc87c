// The evaluators of single ops, one per family; each reads operands from the frame.
#pragma once

#include "Frame.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace attnc::reference {

using Results = llvm::SmallVector<Tensor, 2>;

/// arith.constant: a scalar or a dense tensor.
llvm::FailureOr<Tensor> evaluateConstant(mlir::Operation *op);

/// An arith or math op on scalars or, element by element, on tensors.
llvm::FailureOr<Results> evaluateElementwise(mlir::Operation *op, const Frame &frame);

/// An op of the tensor dialect.
llvm::FailureOr<Tensor> evaluateTensorOp(mlir::Operation *op, const Frame &frame);

/// Any structured op of linalg on tensors, through its maps and its body.
llvm::FailureOr<Results> evaluateLinalgOp(mlir::linalg::LinalgOp op, const Frame &frame);

/// `destination` with the slice that `op` (tensor.insert_slice or tensor.parallel_insert_slice)
/// describes replaced by `source`.
llvm::FailureOr<Tensor> insertSlice(mlir::OffsetSizeAndStrideOpInterface op, const Frame &frame,
                                    const Tensor &source, Tensor destination);

/// Constants and values of a list of static and dynamic sizes, in order.
llvm::SmallVector<int64_t> resolveIndices(const Frame &frame,
                                          llvm::ArrayRef<mlir::OpFoldResult> indices);

/// Calls `visit` with every index vector of a shape, in row-major order; stops at a failure.
llvm::LogicalResult
walkIndices(llvm::ArrayRef<int64_t> shape,
            llvm::function_ref<llvm::LogicalResult(llvm::ArrayRef<int64_t>)> visit);

} // namespace attnc::reference
