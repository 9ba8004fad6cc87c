// How results are judged: each error against the bound of its element, and all of them together.
#pragma once

#include "attnc/Support/Npy.h"

#include <optional>

namespace attnc {

/// Limits of a comparison. B is the bound of an element; an error is |actual - expected|.
constexpr double kMaxErrorRatio = 1.0;  // of the largest error / B
constexpr double kRmsErrorRatio = 0.25; // of the rms of error / B
constexpr double kLseTolerance = 3e-6;  // |lse - expected| <= kLseTolerance * (1 + |expected|)
/// Below this number of elements the rms says nothing: a single one may be off by half an ulp.
constexpr int64_t kMinElementsForRms = 64;

enum class ErrorRule {
  /// Against the given bounds. Without any, B = u |expected| + c u rms(the row of `expected` along
  /// the last axis): u is the unit roundoff of the actual type, c is 256 for f32 and f64 (it covers
  /// the rounding of scores and sums) and 4 for f16 and bf16 (the rounding of probabilities, 6
  /// sigma of u / sqrt(3)). Integers and bools must be equal.
  Bound,
  /// The same, element by element only: for errors that are not independent, such as those of sums
  /// that share a factor, the rms says no more than the largest.
  Each,
  /// For log-sum-exp: f32, a tolerance of its own where no bounds are given, and no rms. What sums
  /// of exponentials got wrong shows here at any length, when the outputs' own tolerance has long
  /// hidden it.
  Lse
};

/// Unit roundoff: 2^-24 for f32, 2^-11 for f16, 2^-8 for bf16, 2^-53 for f64; 0 for integers.
double getUnitRoundoff(ElementType type);

struct ErrorReport {
  /// Empty when the results pass; else what was wrong first or most, and where.
  std::string failure;
  /// Over all elements with finite values: error / B, its rms, and the largest error itself.
  double maxRatio = 0;
  double rmsRatio = 0;
  double maxError = 0;
  /// The rms of these errors over the rms of the expected values; 0 without errors, infinite where
  /// there are errors and all values are 0.
  double relativeRms = 0;

  bool passed() const { return failure.empty(); }
};

/// Compares `actual` with `expected` (best in f64). NaN matches NaN only, an infinity only itself
/// or a number that rounds to it; `bound` has the shape of `expected` and values of 0 or more.
/// `relativeRmsLimit` is what the report's relativeRms may be, for any number of elements.
ErrorReport compareResults(const NpyArray &actual, const NpyArray &expected, ErrorRule rule,
                           const NpyArray *bound = nullptr,
                           std::optional<double> relativeRmsLimit = std::nullopt);

} // namespace attnc
