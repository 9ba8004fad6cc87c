// Softplus and SiLU on vectors, with stated errors.
#pragma once

#include "VectorBuilder.h"

namespace attnc {

/// log(1 + e^x), and x itself where x > `threshold`. Relative error below 6e-7 for x > -87, also
/// where the result is tiny; NaN for NaN.
mlir::Value buildSoftplus(VectorBuilder &vb, mlir::Value x, double threshold);

/// z / (1 + e^-z). Relative error below 4e-7 + 1.25 * 2^-24 * max(-z, 0) for z > -87: what the
/// exponential's rounding adds; NaN for NaN and for -inf, whose limit 0 * inf is not defined.
mlir::Value buildSilu(VectorBuilder &vb, mlir::Value z);

} // namespace attnc
