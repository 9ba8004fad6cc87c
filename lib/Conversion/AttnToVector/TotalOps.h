// Ops of mask and score regions with a defined result for every operand.
#pragma once

#include "VectorBuilder.h"

namespace attnc {

/// Emits `op`, an arith or math op of a region, on `operands` (all scalars or all vectors) with
/// results of `types`. Where MLIR leaves a result undefined or the machine would trap:
/// x / 0 = 0 and x mod 0 = x; the least integer / -1 wraps; a shift by the width or more shifts
/// everything out; a float out of an integer's range saturates, and NaN becomes 0; a negative power
/// of an integer truncates to 0, also that of 0.
llvm::SmallVector<mlir::Value> emitTotalOp(VectorBuilder &vb, mlir::Operation &op,
                                           mlir::ValueRange operands, mlir::TypeRange types);

} // namespace attnc
