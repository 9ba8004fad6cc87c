// Numbers with the error that f32 arithmetic may have made in them: running error analysis.
//
// A definition written once for a type `Real` gives its exact result with double and, with
// Approximate, a bound as well. Each operation carries the errors of its operands to first order
// and adds its own, in units of u = 2^-24:
//
//     a + b, a * b    1 |result|, nothing where operands are exact and f32 holds the result
//     sums            n - 1 times the sum of the n magnitudes: the worst of any order
//     exponential(x)  (4 + 1.25 |x|) |result|, as attnc's own exponential promises; exact at 0
//     silu(z)         that of exp(-z) and 5 |result|: sum, division, two products
//     softplus(x)     that of exp(-|x|) and 8 |result|: logarithm, sum
//
// and 2^-126 everywhere, as subnormal numbers may be flushed to zero. The factors of f32 code may
// be any that these cover: log2(e) may be a factor of its own (within 1.25 |x|), and a product and
// a sum may be one fused operation.
#pragma once

#include "ErrorBound.h"
#include "ScalarOps.h"

#include <cmath>
#include <limits>

namespace attnc::reference {

struct Approximate {
  double value = 0;
  /// Not negative; what it says of a value that is not finite does not matter.
  double error = 0;

  Approximate(double value = 0, double error = 0) : value(value), error(error) {}
};

constexpr double kSubnormalError = 0x1p-126;

/// The result of an operation that rounds once, after errors of the operands moved it by `carried`.
inline Approximate roundToF32(double value, double carried) {
  if (carried == 0 && static_cast<double>(static_cast<float>(value)) == value)
    return value;
  return {value, carried + kUnitRoundoffF32 * (std::fabs(value) + carried) + kSubnormalError};
}

inline Approximate operator+(Approximate a, Approximate b) {
  return roundToF32(a.value + b.value, a.error + b.error);
}

inline Approximate operator*(Approximate a, Approximate b) {
  return roundToF32(a.value * b.value, std::fabs(a.value) * b.error + std::fabs(b.value) * a.error +
                                           a.error * b.error);
}

/// Relative error of the exponential of x.
inline double getExpError(double x) { return (4 + 1.25 * std::fabs(x)) * kUnitRoundoffF32; }

inline double exponential(double x) { return std::exp(x); }
inline Approximate exponential(Approximate x) {
  const double value = std::exp(x.value);
  if (x.value == 0 && x.error == 0)
    return value;
  // Results below the least normal number may be any below it.
  return {value, value * (x.error + getExpError(x.value)) +
                     (value < 2 * kSubnormalError ? kSubnormalError : 0)};
}

inline double silu(double z) { return z / (1 + std::exp(-z)); }
inline Approximate silu(Approximate z) {
  const double value = silu(z.value), sigmoid = 1 / (1 + std::exp(-z.value));
  const double slope = sigmoid + std::fabs(value) * (1 - sigmoid);
  const double ofExp = (1 - sigmoid) * getExpError(z.value);
  return {value, slope * z.error + std::fabs(value) * (ofExp + 5 * kUnitRoundoffF32) +
                     kSubnormalError * (1 + std::fabs(z.value))};
}

/// log(1 + exp(x)), x itself above the threshold.
inline double softplus(double x, double threshold) {
  return x > threshold ? x : std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x)));
}
inline Approximate softplus(Approximate x, double threshold) {
  const double value = softplus(x.value, threshold);
  // Near the threshold f32 may be on its other side, a jump away.
  const bool isNear =
      std::fabs(x.value - threshold) <= x.error + kUnitRoundoffF32 * std::fabs(threshold);
  const double jump =
      isNear ? softplus(threshold, std::numeric_limits<double>::infinity()) - threshold : 0;
  if (x.value > threshold)
    return {value, x.error + jump};
  const double sigmoid = 1 / (1 + std::exp(-x.value));
  const double ofExp = std::fmin(sigmoid, 1 - sigmoid) * getExpError(x.value);
  return {value, sigmoid * x.error + ofExp + 8 * kUnitRoundoffF32 * value + jump + kSubnormalError};
}

/// `x` between two limits; NaN stays.
inline double clamp(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}
inline Approximate clamp(Approximate x, double low, double high) {
  const double value = clamp(x.value, low, high);
  const double up = clamp(x.value + x.error, low, high) - value;
  const double down = value - clamp(x.value - x.error, low, high);
  // A limit may have been rounded to f32.
  return roundToF32(value, std::fmax(up, down));
}

/// `x` with another error, in units of u relative to it, unless it is exact.
inline double addError(double x, double) { return x; }
inline Approximate addError(Approximate x, double units) {
  if (x.error == 0)
    return x;
  return {x.value, x.error + units * kUnitRoundoffF32 * std::fabs(x.value)};
}

/// Adds terms in an order that nobody knows.
template <typename Real> class Sum;

template <> class Sum<double> {
public:
  void add(double term) { total += term; }
  double get() const { return total; }

private:
  double total = 0;
};

template <> class Sum<Approximate> {
public:
  void add(Approximate term) {
    total.value += term.value;
    total.error += term.error;
    magnitude += std::fabs(term.value) + term.error;
    ++count;
  }
  Approximate get() const {
    if (count < 2)
      return total;
    return {total.value, total.error + (count - 1) * kUnitRoundoffF32 * magnitude};
  }

private:
  Approximate total;
  double magnitude = 0;
  double count = 0;
};

} // namespace attnc::reference
