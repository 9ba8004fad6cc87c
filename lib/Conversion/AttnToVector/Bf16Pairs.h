// Layouts of bf16 pairs along the summed axis, which bf16 dot products and AMX tiles read.
#pragma once

#include "StepProduct.h"

namespace attnc {

/// f32 vectors of two neighbours on the summed axis as one vector of bf16 pairs.
mlir::Value packBf16Pair(VectorBuilder &vb, mlir::Value even, mlir::Value odd);

/// The keys of the tile, rows padded with 0 to a multiple of `multiple`: keyCapacity x dim x bf16.
mlir::Value packBf16Keys(StepContext step, int64_t multiple);

/// The values of the tile as pairs of keys: [key / 2][value dim][2].
mlir::Value packBf16ValuePairs(StepContext step);

} // namespace attnc
