// The fast way through linalg ops that add products: the same additions in the same order, without
// the interpreter between them.
#pragma once

#include "Evaluators.h"

namespace attnc::reference {

/// Whether `op` has two inputs and adds their product to its only output at every point, each point
/// of the output being that of one point of the loops that its map names. Widening counts as
/// nothing, as all numbers are float64.
bool isContraction(mlir::linalg::LinalgOp op);

/// One loop of a contraction: its trip count, and how far apart neighbours are in the operands.
struct ContractionLoop {
  int64_t count, leftStride, rightStride, outputStride;
};

/// `output += left * right` over all points; the pointers are to the first point. Loops that stay
/// at one element of the output keep their order, so that each element adds up in the order of the
/// definition.
void runContraction(llvm::ArrayRef<ContractionLoop> loops, const Cell *left, const Cell *right,
                    Cell *output);

} // namespace attnc::reference
