// Edits of tiled IR that seeded bugs are made of.
#pragma once

#include "SeededBugs.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace attnc::test {

/// Computes an element of a state from those of `inputs` and, last, its own.
using ElementEdit = mlir::Value (*)(mlir::OpBuilder &builder, mlir::Location loc,
                                    mlir::ValueRange elements);

/// A copy of `state` with every element edited. Inputs have its shape, or lack the axes between the
/// first and the last.
mlir::linalg::GenericOp editElements(mlir::OpBuilder &builder, mlir::Location loc,
                                     mlir::Value state, mlir::ValueRange inputs, ElementEdit edit);

/// The present value of `state`, kept from being updated in place.
mlir::Value copyState(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value state);

mlir::Value buildIndex(mlir::OpBuilder &builder, mlir::Location loc, int64_t value);
mlir::Value addIndex(mlir::OpBuilder &builder, mlir::Value value, int64_t amount);

/// The operand of `slice` that holds its offset (or size) along an axis; null for a constant.
mlir::OpOperand *getOffset(mlir::OffsetSizeAndStrideOpInterface slice, unsigned axis);
mlir::OpOperand *getSize(mlir::OffsetSizeAndStrideOpInterface slice, unsigned axis);

} // namespace attnc::test
