// The terms of ErrorBound.h, from side information in float64.
#include "ErrorBound.h"

#include "ScalarOps.h"

#include "attnc/Support/ErrorMetric.h"

#include <cmath>

using namespace attnc;
using namespace attnc::reference;

Rounding reference::getRounding(ElementType storage) {
  switch (storage) {
  case ElementType::F16:
    return {0x1p-11, 0x1p-25};
  case ElementType::BF16:
    return {0x1p-8, 0x1p-126}; // subnormals may be flushed
  default:
    return {kUnitRoundoffF32, 0x1p-126};
  }
}

double reference::getDotProductError(int64_t headDim, double scale, double magnitude) {
  return static_cast<double>(headDim + 4) * kUnitRoundoffF32 * std::fabs(scale) * magnitude;
}

double reference::getLikelyDotProductError(double scale, double magnitude) {
  return 3 * kUnitRoundoffF32 * std::fabs(scale) * magnitude;
}

double reference::computeLseBound(const AttentionRow &row, double lse) {
  if (!std::isfinite(lse))
    return 0;
  double bound = kLseTolerance * (1 + std::fabs(lse));
  for (size_t n = 0; n < row.keys.size(); ++n)
    bound += row.weights[n] / row.sum * row.likelyScoreErrors[n];
  return bound;
}

void reference::computeRowBound(const AttentionRow &row, const Cell *values, int64_t valueDim,
                                const Cell *output, ElementType storage, Cell *bound) {
  const Rounding rounding = getRounding(storage);
  const double ofAnyScore = (std::fabs(row.max) + 20) * kUnitRoundoffF32 + 0x1p-22;
  std::vector<double> squares(valueDim, 0.0), magnitudes(valueDim, 0.0), shifts(valueDim, 0.0);
  for (size_t n = 0; n < row.keys.size(); ++n) {
    const Cell *value = values + row.keys[n] * valueDim;
    const double weight = row.weights[n] / row.sum;
    const double weightError = std::fmax(rounding.relative * weight, rounding.absolute / row.sum);
    const double shift = weight * (row.scoreErrors[n] + ofAnyScore);
    for (int64_t d = 0; d < valueDim; ++d) {
      const double v = value[d].real;
      squares[d] += (weightError * v) * (weightError * v);
      magnitudes[d] += weight * std::fabs(v);
      shifts[d] += shift * std::fabs(v - output[d].real);
    }
  }
  const double ofSink = row.sinkWeight / row.sum * ofAnyScore;
  const double terms = static_cast<double>(row.keys.size());
  for (int64_t d = 0; d < valueDim; ++d) {
    bound[d].real = 0;
    if (!std::isfinite(output[d].real))
      continue;
    const double magnitude = std::fabs(output[d].real);
    bound[d].real = (rounding.relative + ofSink + (8 + terms) * kUnitRoundoffF32) * magnitude +
                    6 / std::sqrt(3.0) * std::sqrt(squares[d]) + shifts[d] +
                    2 * std::sqrt(terms) * kUnitRoundoffF32 * magnitudes[d] + rounding.absolute;
  }
}
