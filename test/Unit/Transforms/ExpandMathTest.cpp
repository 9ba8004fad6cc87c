// What attn-expand-math makes of exp, exp2, log, tanh, erf and rounding, swept on this CPU.
// densely.
#include "VectorFunction.h"

#include "attnc/Analysis/NonPositive.h"
#include "attnc/Support/LowPrecision.h"

#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>
#include <limits>

using namespace attnc;
using namespace attnc::test;
using namespace mlir;

namespace {
constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kLeastNormal = 0x1p-126;

/// One op, with or without the promise that its operand is not positive.
template <typename Op> VectorFunction makeFunction(bool isNonPositive = false) {
  return VectorFunction([=](VectorBuilder &vb, Value x) -> Value {
    auto op = Op::create(vb.builder, vb.loc, x);
    if (isNonPositive)
      op->setAttr(kNonPositiveAttrName, vb.builder.getUnitAttr());
    return op;
  });
}

/// Whether `actual` is `expected` up to a relative error, for results that are normal numbers.
bool isWithin(double bound, double expected, double actual) {
  if (expected < kLeastNormal)
    return actual >= 0 && actual <= kLeastNormal * (1 + bound);
  if (expected * (1 - bound) > std::numeric_limits<float>::max())
    return actual == kInfinity;
  // Next to the largest number, both are right.
  if (expected * (1 + bound) > std::numeric_limits<float>::max() && actual == kInfinity)
    return true;
  return std::fabs(actual - expected) <= bound * expected;
}

/// Whether exp is as good as the pass says: x * log2(e) is rounded.
bool isGoodExp(double x, double actual) {
  return isWithin(0x1p-22 + 0x1.4p-24 * std::fabs(x), std::exp(x), actual);
}

/// Whether exp2 is as good as the pass says, at any size of x.
bool isGoodExp2(double x, double actual) { return isWithin(0x1p-22, std::exp2(x), actual); }

bool isNumber(float x) { return !std::isnan(x); }
bool isNotPositive(float x) { return x <= 0; }
} // namespace

TEST(ExpandMath, ExpIsAccurate) { sweep(makeFunction<math::ExpOp>(), 101, isNumber, isGoodExp); }

TEST(ExpandMath, ExpOfNonPositiveIsAccurate) {
  sweep(makeFunction<math::ExpOp>(true), 101, isNotPositive, isGoodExp);
}

TEST(ExpandMath, Exp2IsAccurate) { sweep(makeFunction<math::Exp2Op>(), 101, isNumber, isGoodExp2); }

TEST(ExpandMath, Exp2OfNonPositiveIsAccurate) {
  sweep(makeFunction<math::Exp2Op>(true), 101, isNotPositive, isGoodExp2);
}

TEST(ExpandMath, Exp2OfIntegersIsExact) {
  for (bool isNonPositive : {false, true}) {
    VectorFunction exp2 = makeFunction<math::Exp2Op>(isNonPositive);
    for (int exponent = -126; exponent <= (isNonPositive ? 0 : 127); ++exponent)
      EXPECT_EQ(exp2(float(exponent)), std::ldexp(1.0f, exponent)) << exponent;
  }
}

TEST(ExpandMath, ExpAtItsEdges) {
  auto check = [](const VectorFunction &exp) {
    EXPECT_EQ(exp(0.0f), 1.0f);
    EXPECT_EQ(exp(-0.0f), 1.0f);
    EXPECT_EQ(exp(-kInfinity), 0.0f);
    EXPECT_FALSE(std::signbit(exp(-kInfinity)));
    EXPECT_EQ(exp(-1e30f), 0.0f);
    EXPECT_TRUE(std::isnan(exp(std::nanf(""))));
  };
  for (bool isNonPositive : {false, true}) {
    check(makeFunction<math::ExpOp>(isNonPositive));
    check(makeFunction<math::Exp2Op>(isNonPositive));
  }
  VectorFunction exp = makeFunction<math::ExpOp>(), exp2 = makeFunction<math::Exp2Op>();
  for (const VectorFunction *function : {&exp, &exp2}) {
    EXPECT_EQ((*function)(kInfinity), kInfinity);
    EXPECT_EQ((*function)(3e38f), kInfinity);
  }
  EXPECT_EQ(exp(89.0f), kInfinity);
  EXPECT_LT(exp(88.7f), kInfinity);
  EXPECT_EQ(exp2(128.0f), kInfinity);
  EXPECT_LT(exp2(127.99f), kInfinity);
}

// Weights of a softmax must not rise where scores fall, or the largest would not be 1; a state that
// decays must not grow.
TEST(ExpandMath, ExpIsAtMostOneForNonPositive) {
  auto isAtMostOne = [](float, float y) { return y <= 1.0f; };
  sweep(makeFunction<math::ExpOp>(true), 103, isNotPositive, isAtMostOne);
  sweep(makeFunction<math::Exp2Op>(true), 103, isNotPositive, isAtMostOne);
}

// To the nearest, ties to even. Instructions for it may flush subnormal numbers.
TEST(ExpandMath, RoundsToTheNearestBf16) {
  VectorFunction round([](VectorBuilder &vb, Value x) -> Value {
    Value narrow =
        arith::TruncFOp::create(vb.builder, vb.loc, vb.vectorOf(vb.builder.getBF16Type()), x);
    return arith::ExtFOp::create(vb.builder, vb.loc, vb.f32Vector(), narrow);
  });
  sweep(round, 101, isNumber, [](float x, float y) {
    return std::fabs(x) < kLeastNormal || double(y) == fromBF16(toBF16(x));
  });
  EXPECT_TRUE(std::isnan(round(std::nanf(""))));
  // Ties go to the even neighbour; from the middle above the largest number on it is infinity.
  EXPECT_EQ(round(0x1.01p0f), 1.0f);
  EXPECT_EQ(round(0x1.03p0f), 0x1.04p0f);
  EXPECT_EQ(round(0x1.fefffep127f), 0x1.fep127f);
  EXPECT_EQ(round(0x1.ffp127f), kInfinity);
}

TEST(ExpandMath, LogIsAccurate) {
  VectorFunction log = makeFunction<math::LogOp>();
  sweep(
      log, 211, [](float x) { return x >= kLeastNormal && x < kInfinity; },
      [](double x, double actual) {
        double expected = std::log(x);
        return std::fabs(actual - expected) <= 0x1p-22 * std::fabs(expected) + 0x1p-26;
      });
  EXPECT_EQ(log(1.0f), 0.0f);
  EXPECT_EQ(log(0.0f), -kInfinity);
  EXPECT_EQ(log(kInfinity), kInfinity);
  EXPECT_TRUE(std::isnan(log(-1.0f)));
  EXPECT_TRUE(std::isnan(log(std::nanf(""))));
}

TEST(ExpandMath, TanhAndErfAreAccurate) {
  VectorFunction tanh = makeFunction<math::TanhOp>(), erf = makeFunction<math::ErfOp>();
  sweep(tanh, 211, isNumber, [](double x, double actual) {
    return std::fabs(actual - std::tanh(x)) <= 0x1p-21 * std::fabs(std::tanh(x)) + kLeastNormal;
  });
  sweep(erf, 211, isNumber, [](double x, double actual) {
    return std::fabs(actual - std::erf(x)) <= 0x1p-21 * std::fabs(std::erf(x)) + kLeastNormal;
  });
  EXPECT_TRUE(std::isnan(tanh(std::nanf(""))));
  EXPECT_TRUE(std::isnan(erf(std::nanf(""))));
}
