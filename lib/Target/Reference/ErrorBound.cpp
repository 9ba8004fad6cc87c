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

DotProductTerms reference::computeDotProductTerms(const Cell *query, const Cell *key,
                                                  int64_t headDim) {
  double magnitude = 0, partial = 0, squares = 0;
  for (int64_t d = 0; d < headDim; ++d) {
    const double product = query[d].real * key[d].real;
    magnitude += std::fabs(product);
    partial += product;
    squares += partial * partial;
  }
  return {magnitude, std::sqrt(squares)};
}

double reference::getLikelyDotProductError(double scale, const DotProductTerms &terms) {
  return 6 / std::sqrt(3.0) * kUnitRoundoffF32 * std::fabs(scale) * terms.pathNorm;
}

/// Keys whose weight is that of the key before; a sum of ones is exact and does not count.
static double countRepeatedWeights(const AttentionRow &row) {
  int64_t count = 0;
  for (size_t n = 1; n < row.weights.size(); ++n)
    count += row.weights[n] == row.weights[n - 1] && row.weights[n] != 1;
  return static_cast<double>(count);
}

double reference::computeLseBound(const AttentionRow &row, double lse) {
  if (!std::isfinite(lse))
    return 0;
  double bound =
      kLseTolerance * (1 + std::fabs(lse)) + countRepeatedWeights(row) * kUnitRoundoffF32;
  for (size_t n = 0; n < row.keys.size(); ++n)
    bound += row.weights[n] / row.sum * row.likelyScoreErrors[n];
  return bound;
}

namespace {
/// What the values of one column of the output add up to.
struct Column {
  double squares = 0;    // of errors of rounded weights times values
  double magnitudes = 0; // sum_j p_j |v_j|
  double shifts = 0;     // sum_j p_j eps_j |v_j - o|
  double repeats = 0;    // keys whose p_j v_j is that of the key before
  double previous = 0;
};
} // namespace

void reference::computeRowBound(const AttentionRow &row, const Cell *values, int64_t valueDim,
                                const Cell *output, ElementType storage, Cell *bound) {
  const Rounding rounding = getRounding(storage);
  const double ofAnyScore = (std::fabs(row.max) + 20) * kUnitRoundoffF32 + 0x1p-22;
  std::vector<Column> columns(static_cast<size_t>(valueDim));
  for (size_t n = 0; n < row.keys.size(); ++n) {
    const Cell *value = values + row.keys[n] * valueDim;
    const double weight = row.weights[n] / row.sum;
    const double weightError = std::fmax(rounding.relative * weight, rounding.absolute / row.sum);
    const double shift = weight * (row.scoreErrors[n] + ofAnyScore);
    for (int64_t d = 0; d < valueDim; ++d) {
      const double v = value[d].real, product = weight * v;
      Column &column = columns[d];
      column.squares += (weightError * v) * (weightError * v);
      column.magnitudes += std::fabs(product);
      column.shifts += shift * std::fabs(v - output[d].real);
      column.repeats += n > 0 && product == column.previous;
      column.previous = product;
    }
  }
  const double ofSink = row.sinkWeight / row.sum * ofAnyScore;
  const double repeatedWeights = countRepeatedWeights(row);
  const double ofSums = 2 * std::sqrt(static_cast<double>(row.keys.size())) * kUnitRoundoffF32;
  for (int64_t d = 0; d < valueDim; ++d) {
    const Column &column = columns[d];
    bound[d].real = 0;
    if (!std::isfinite(output[d].real))
      continue;
    const double ofArithmetic = (8 + 2 * (column.repeats + repeatedWeights)) * kUnitRoundoffF32;
    bound[d].real = (rounding.relative + ofSink + ofArithmetic) * std::fabs(output[d].real) +
                    6 / std::sqrt(3.0) * std::sqrt(column.squares) + column.shifts +
                    ofSums * column.magnitudes + rounding.absolute;
  }
}
