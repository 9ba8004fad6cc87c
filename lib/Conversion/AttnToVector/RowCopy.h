// Moves rows between buffers and vectors, converting between storage types.
#pragma once

#include "VectorBuilder.h"

namespace attnc {

/// Copies the `width` first elements of `source[sourceRow, :]` to `target[targetRow, :]`, both of
/// rank 2 with contiguous rows, converting between f32, f16 and bf16.
void copyRow(VectorBuilder &vb, mlir::Value source, mlir::Value sourceRow, mlir::Value target,
             mlir::Value targetRow, int64_t width);

/// Sets the `width` first elements of `target[row, :]` to 0.
void zeroRow(VectorBuilder &vb, mlir::Value target, mlir::Value row, int64_t width);

/// Loads `count` elements from `source[row, column]` on as a vector of `width` elements, the rest
/// 0.
mlir::Value loadPadded(VectorBuilder &vb, mlir::Value source, mlir::Value row, mlir::Value column,
                       int64_t count, int64_t width);

/// Stores the first `count` elements of `vector` to `target[row, column]` on.
void storePrefix(VectorBuilder &vb, mlir::Value vector, mlir::Value target, mlir::Value row,
                 mlir::Value column, int64_t count);

/// One element of any storage type as f32.
mlir::Value loadScalar(VectorBuilder &vb, mlir::Value source, mlir::ValueRange indices);

/// Converts a vector between f32, f16 and bf16, by way of f32.
mlir::Value convertFloat(VectorBuilder &vb, mlir::Value vector, mlir::Type to);

/// Calls `chunk(column, size)` for pieces that cover [0, width): full vectors of `lanes` elements
/// in a loop, then ever smaller powers of two.
void forEachColumnChunk(VectorBuilder &vb, int64_t width, int64_t lanes,
                        llvm::function_ref<void(mlir::Value column, int64_t size)> chunk);

} // namespace attnc
