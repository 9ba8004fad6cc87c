// Moves blocks of rows between buffers and vectors whose lanes run across the rows.
#pragma once

#include "VectorBuilder.h"

namespace attnc {

/// Loads columns [column, column + count) of `lanes` rows from `firstRow` on, as f32: vector c of
/// the result holds column c, lane r row r. Lanes behind `lastRow` repeat that row. `count` is at
/// most the lanes; further vectors are 0.
VectorBuilder::Values loadTransposed(VectorBuilder &vb, mlir::Value source, mlir::Value firstRow,
                                     mlir::Value lastRow, mlir::Value column, int64_t count);

/// The inverse: stores `count` columns of the rows that exist, converting to the target's type.
void storeTransposed(VectorBuilder &vb, mlir::ValueRange columns, mlir::Value target,
                     mlir::Value firstRow, mlir::Value lastRow, mlir::Value column, int64_t count);

/// Calls `store(lane, row)` for each lane. Lanes behind the last row are given that row and come
/// before its own lane, which so has the last word.
void forEachLane(VectorBuilder &vb, mlir::Value firstRow, mlir::Value lastRow,
                 llvm::function_ref<void(int64_t lane, mlir::Value row)> store);

/// Calls `block(column, count)` for blocks of at most `lanes` columns that cover [0, width).
void forEachColumnBlock(VectorBuilder &vb, int64_t width,
                        llvm::function_ref<void(mlir::Value column, int64_t count)> block);

} // namespace attnc
