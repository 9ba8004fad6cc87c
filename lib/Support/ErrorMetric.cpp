// Judges results against expected values and bounds.
#include "attnc/Support/ErrorMetric.h"

#include <cmath>
#include <cstdio>

using namespace attnc;

namespace {

std::string formatNumber(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.9g", value);
  return text;
}

/// "[0, 3, 17]" for a linear index.
std::string formatIndex(int64_t linear, const std::vector<int64_t> &shape) {
  std::string text;
  for (size_t dim = shape.size(); dim-- > 0; linear /= shape[dim])
    text = std::to_string(linear % shape[dim]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

/// The bounds of one tensor, element by element in C order.
class Bounds {
public:
  Bounds(const NpyArray &actual, const NpyArray &expected, ErrorRule rule, const NpyArray *bound)
      : expected(expected), rule(rule), bound(bound), unit(getUnitRoundoff(actual.type)),
        rowLength(expected.shape.empty() ? 1 : expected.shape.back()) {
    const bool isNarrow = actual.type == ElementType::F16 || actual.type == ElementType::BF16;
    rowFactor = (isNarrow ? 4 : 256) * unit;
  }

  double at(int64_t index) {
    if (bound)
      return bound->get(index);
    if (rule == ErrorRule::Lse)
      return kLseTolerance * (1 + std::fabs(expected.get(index)));
    if (index % rowLength == 0)
      rowRms = computeRowRms(index);
    return unit * std::fabs(expected.get(index)) + rowFactor * rowRms;
  }

private:
  double computeRowRms(int64_t begin) const {
    double sum = 0;
    for (int64_t i = begin; i < begin + rowLength; ++i) {
      const double value = expected.get(i);
      sum += std::isfinite(value) ? value * value : 0;
    }
    return std::sqrt(sum / double(rowLength));
  }

  const NpyArray &expected;
  ErrorRule rule;
  const NpyArray *bound;
  double unit;
  int64_t rowLength;
  double rowFactor;
  double rowRms = 0;
};

/// NaN and infinities: whether `actual` is what `expected` asks for.
bool matchesNonFinite(double actual, double expected, ElementType type) {
  if (std::isnan(actual) || std::isnan(expected))
    return std::isnan(actual) && std::isnan(expected);
  alignas(8) char rounded[8];
  storeElement(type, rounded, expected);
  return actual == loadElement(type, rounded);
}

/// An empty string, or why the tensors cannot be compared.
std::string checkInputs(const NpyArray &actual, const NpyArray &expected, ErrorRule rule,
                        const NpyArray *bound) {
  if (actual.shape != expected.shape)
    return "the shape is " + formatShape(actual.shape) + ", expected " +
           formatShape(expected.shape);
  if (rule == ErrorRule::Lse && actual.type != ElementType::F32)
    return std::string("log-sum-exp is ") + getName(actual.type) + ", expected f32";
  if (!bound)
    return "";
  if (bound->shape != expected.shape)
    return "the shape of the bounds is " + formatShape(bound->shape) + ", expected " +
           formatShape(expected.shape);
  for (int64_t i = 0, count = bound->getNumElements(); i < count; ++i)
    if (const double value = bound->get(i); !(value >= 0) || std::isinf(value))
      return "bound " + formatIndex(i, bound->shape) + " is " + formatNumber(value) +
             ", expected a number of 0 or more";
  return "";
}

} // namespace

double attnc::getUnitRoundoff(ElementType type) {
  switch (type) {
  case ElementType::F64:
    return std::ldexp(1.0, -53);
  case ElementType::F32:
    return std::ldexp(1.0, -24);
  case ElementType::F16:
    return std::ldexp(1.0, -11);
  case ElementType::BF16:
    return std::ldexp(1.0, -8);
  default:
    return 0;
  }
}

ErrorReport attnc::compareResults(const NpyArray &actual, const NpyArray &expected, ErrorRule rule,
                                  const NpyArray *bound, std::optional<double> relativeRmsLimit) {
  ErrorReport report;
  report.failure = checkInputs(actual, expected, rule, bound);
  if (!report.passed())
    return report;

  Bounds bounds(actual, expected, rule, bound);
  const auto describe = [&](int64_t index) {
    return "element " + formatIndex(index, actual.shape) + " is " +
           formatNumber(actual.get(index)) + ", expected " + formatNumber(expected.get(index));
  };
  double sumOfSquares = 0, squaredErrors = 0, squaredValues = 0;
  int64_t finite = 0;
  int64_t worst = -1;
  for (int64_t i = 0, count = actual.getNumElements(); i < count; ++i) {
    const double got = actual.get(i), want = expected.get(i);
    const double limit = bounds.at(i);
    if (!std::isfinite(got) || !std::isfinite(want)) {
      if (!matchesNonFinite(got, want, actual.type) && report.passed())
        report.failure = describe(i);
      continue;
    }
    const double error = std::fabs(got - want);
    const double ratio = error == 0 ? 0 : error / limit;
    ++finite;
    sumOfSquares += ratio * ratio;
    squaredErrors += error * error;
    squaredValues += want * want;
    report.maxError = std::fmax(report.maxError, error);
    if (ratio > report.maxRatio || worst < 0) {
      report.maxRatio = ratio;
      worst = i;
    }
  }
  report.rmsRatio = finite ? std::sqrt(sumOfSquares / double(finite)) : 0;
  report.relativeRms = squaredErrors == 0 ? 0 : std::sqrt(squaredErrors / squaredValues);
  if (!report.passed())
    return report;
  if (report.maxRatio > kMaxErrorRatio)
    report.failure =
        describe(worst) + ": the error is " + formatNumber(report.maxRatio) + " times its bound";
  else if (rule == ErrorRule::Bound && finite >= kMinElementsForRms &&
           report.rmsRatio > kRmsErrorRatio)
    report.failure = "the rms of error / bound is " + formatNumber(report.rmsRatio) + ", above " +
                     formatNumber(kRmsErrorRatio);
  else if (relativeRmsLimit && !(report.relativeRms <= *relativeRmsLimit))
    report.failure = "the rms of the errors is " + formatNumber(report.relativeRms) +
                     " of the rms of the expected values, above " + formatNumber(*relativeRmsLimit);
  return report;
}
