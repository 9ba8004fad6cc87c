// The error metric: what passes, what does not, and that the sentence says where.
#include "attnc/Support/ErrorMetric.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace attnc;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNaN = std::nan("");

NpyArray make(ElementType type, std::vector<int64_t> shape, double value) {
  NpyArray array(type, std::move(shape));
  for (int64_t i = 0; i < array.getNumElements(); ++i)
    array.set(i, value);
  return array;
}

TEST(ErrorMetric, equalResultsPass) {
  const ErrorReport report = compareResults(make(ElementType::F32, {4, 64}, 0.5),
                                            make(ElementType::F64, {4, 64}, 0.5), ErrorRule::Bound);
  EXPECT_EQ(report.failure, "");
  EXPECT_EQ(report.maxRatio, 0);
}

TEST(ErrorMetric, oneElementOutsideItsBound) {
  NpyArray actual = make(ElementType::F32, {2, 3}, 1), expected = make(ElementType::F64, {2, 3}, 1);
  const NpyArray bound = make(ElementType::F64, {2, 3}, 0.25);
  actual.set(4, 1.25);
  EXPECT_EQ(compareResults(actual, expected, ErrorRule::Bound, &bound).failure, "");
  actual.set(4, 1.5);
  const ErrorReport report = compareResults(actual, expected, ErrorRule::Bound, &bound);
  EXPECT_EQ(report.failure, "element [1, 1] is 1.5, expected 1: the error is 2 times its bound");
  EXPECT_EQ(report.maxRatio, 2);
  EXPECT_EQ(report.maxError, 0.5);
}

TEST(ErrorMetric, smallErrorsEverywhereFailByTheirRms) {
  const NpyArray expected = make(ElementType::F64, {64}, 1);
  const NpyArray bound = make(ElementType::F64, {64}, 1);
  EXPECT_EQ(compareResults(make(ElementType::F32, {64}, 1.25), expected, ErrorRule::Bound, &bound)
                .failure,
            "");
  EXPECT_EQ(
      compareResults(make(ElementType::F32, {64}, 1.5), expected, ErrorRule::Bound, &bound).failure,
      "the rms of error / bound is 0.5, above 0.25");
  // A few elements have no meaningful rms.
  const NpyArray one = make(ElementType::F64, {1}, 1);
  EXPECT_EQ(compareResults(make(ElementType::F32, {1}, 1.5), one, ErrorRule::Bound, &one).failure,
            "");
}

TEST(ErrorMetric, theRmsMayHaveALimitRelativeToTheValues) {
  NpyArray expected = make(ElementType::F64, {2}, 3), actual = make(ElementType::F32, {2}, 3);
  const NpyArray bound = make(ElementType::F64, {2}, 1);
  expected.set(1, 4);
  actual.set(1, 4.5);
  const auto compare = [&](double limit) {
    return compareResults(actual, expected, ErrorRule::Bound, &bound, limit);
  };
  EXPECT_DOUBLE_EQ(compare(0.1).relativeRms, 0.1); // 0.5 of sqrt(9 + 16)
  EXPECT_EQ(compare(0.11).failure, "");
  EXPECT_EQ(compare(0.05).failure,
            "the rms of the errors is 0.1 of the rms of the expected values, above 0.05");
  // Errors of zeros have no relation to them.
  const NpyArray zeros = make(ElementType::F64, {2}, 0);
  EXPECT_EQ(compareResults(zeros, zeros, ErrorRule::Each, &bound, 0).failure, "");
  EXPECT_EQ(compareResults(make(ElementType::F32, {2}, 0.5), zeros, ErrorRule::Each, &bound, 1e9)
                .relativeRms,
            kInf);
}

TEST(ErrorMetric, onlyTheBoundRuleLimitsTheRmsOfRatios) {
  const NpyArray ones = make(ElementType::F64, {64}, 1), actual = make(ElementType::F32, {64}, 1.5);
  EXPECT_FALSE(compareResults(actual, ones, ErrorRule::Bound, &ones).passed());
  EXPECT_TRUE(compareResults(actual, ones, ErrorRule::Each, &ones).passed());
}

TEST(ErrorMetric, aBoundOfZeroAsksForEquality) {
  const NpyArray expected = make(ElementType::F64, {2}, 0), bound = make(ElementType::F64, {2}, 0);
  NpyArray actual = make(ElementType::F32, {2}, 0);
  EXPECT_TRUE(compareResults(actual, expected, ErrorRule::Bound, &bound).passed());
  actual.set(1, 1e-30);
  EXPECT_EQ(compareResults(actual, expected, ErrorRule::Bound, &bound).maxRatio, kInf);
}

TEST(ErrorMetric, nonFiniteValuesMatchOnlyThemselves) {
  for (double want : {kNaN, kInf, -kInf, 0.5})
    for (double got : {kNaN, kInf, -kInf, 0.5}) {
      const bool same = std::isnan(want) ? std::isnan(got) : want == got;
      for (ErrorRule rule : {ErrorRule::Bound, ErrorRule::Lse}) {
        const ErrorReport report = compareResults(make(ElementType::F32, {3}, got),
                                                  make(ElementType::F64, {3}, want), rule);
        EXPECT_EQ(report.passed(), same) << got << " for " << want;
      }
    }
  EXPECT_EQ(compareResults(make(ElementType::F32, {1, 1}, kNaN),
                           make(ElementType::F64, {1, 1}, -kInf), ErrorRule::Lse)
                .failure,
            "element [0, 0] is nan, expected -inf");
}

TEST(ErrorMetric, anInfinityMayBeARoundedNumber) {
  const NpyArray actual = make(ElementType::F16, {1}, kInf);
  EXPECT_TRUE(
      compareResults(actual, make(ElementType::F64, {1}, 70000), ErrorRule::Bound).passed());
  EXPECT_FALSE(
      compareResults(actual, make(ElementType::F64, {1}, 65504), ErrorRule::Bound).passed());
}

TEST(ErrorMetric, lseHasATolerance) {
  const NpyArray expected = make(ElementType::F64, {100}, 3);
  const auto passes = [&](double value) {
    return compareResults(make(ElementType::F32, {100}, value), expected, ErrorRule::Lse).passed();
  };
  EXPECT_TRUE(passes(3 + 1.1e-5)); // 3e-6 * (1 + 3) = 1.2e-5, for all elements at once
  EXPECT_FALSE(passes(3 + 1.3e-5));
  const NpyArray bound = make(ElementType::F64, {100}, 2e-5);
  EXPECT_TRUE(
      compareResults(make(ElementType::F32, {100}, 3 + 1.9e-5), expected, ErrorRule::Lse, &bound)
          .passed());
  EXPECT_FALSE(
      compareResults(make(ElementType::F32, {100}, 3 + 2.1e-5), expected, ErrorRule::Lse, &bound)
          .passed());
  EXPECT_EQ(compareResults(make(ElementType::F16, {100}, 3), expected, ErrorRule::Lse).failure,
            "log-sum-exp is f16, expected f32");
}

TEST(ErrorMetric, defaultBoundsFollowTheTypeAndTheRow) {
  // One large and one small row: the small one gets a small bound.
  const auto maxRatio = [](ElementType type, int64_t row, double error) {
    NpyArray expected = make(ElementType::F64, {2, 4}, 1), actual = make(type, {2, 4}, 1);
    for (int64_t i = 4; i < 8; ++i) {
      expected.set(i, 1.0 / 1024);
      actual.set(i, 1.0 / 1024);
    }
    expected.set(4 * row, expected.get(4 * row) + error);
    return compareResults(actual, expected, ErrorRule::Bound).maxRatio;
  };
  const double f32 = std::ldexp(1.0, -24), bf16 = std::ldexp(1.0, -8);
  EXPECT_NEAR(maxRatio(ElementType::F32, 0, 257 * f32), 1, 1e-3);
  EXPECT_NEAR(maxRatio(ElementType::F32, 1, 257 * f32 / 1024), 1, 1e-3);
  EXPECT_NEAR(maxRatio(ElementType::BF16, 0, 5 * bf16), 1, 0.02);
  EXPECT_NEAR(maxRatio(ElementType::F16, 0, 5 * std::ldexp(1.0, -11)), 1, 0.01);
  // A row of zeros, as a fully masked query gives, must be zero.
  const NpyArray zero = make(ElementType::F64, {1, 2}, 0);
  EXPECT_FALSE(
      compareResults(make(ElementType::F32, {1, 2}, 1e-20), zero, ErrorRule::Bound).passed());
}

TEST(ErrorMetric, integersMustBeEqual) {
  const NpyArray expected = make(ElementType::I64, {2}, 7);
  EXPECT_TRUE(compareResults(make(ElementType::I32, {2}, 7), expected, ErrorRule::Bound).passed());
  EXPECT_FALSE(compareResults(make(ElementType::I32, {2}, 8), expected, ErrorRule::Bound).passed());
}

TEST(ErrorMetric, shapesAndBoundsAreChecked) {
  const NpyArray expected = make(ElementType::F64, {2, 3}, 1);
  const NpyArray actual = make(ElementType::F32, {2, 3}, 1);
  EXPECT_EQ(compareResults(make(ElementType::F32, {3, 2}, 1), expected, ErrorRule::Bound).failure,
            "the shape is 3x2, expected 2x3");
  const NpyArray narrow = make(ElementType::F64, {2}, 1);
  EXPECT_EQ(compareResults(actual, expected, ErrorRule::Bound, &narrow).failure,
            "the shape of the bounds is 2, expected 2x3");
  for (double value : {-1.0, kNaN, kInf}) {
    NpyArray bound = make(ElementType::F64, {2, 3}, 1);
    bound.set(5, value);
    EXPECT_FALSE(compareResults(actual, expected, ErrorRule::Bound, &bound).passed()) << value;
  }
}

TEST(ErrorMetric, emptyTensorsPass) {
  const ErrorReport report = compareResults(make(ElementType::F32, {2, 0}, 0),
                                            make(ElementType::F64, {2, 0}, 0), ErrorRule::Bound);
  EXPECT_EQ(report.failure, "");
  EXPECT_EQ(report.rmsRatio, 0);
}

} // namespace
