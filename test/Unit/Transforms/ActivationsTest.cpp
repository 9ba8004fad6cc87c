// The errors of softplus and SiLU, compiled for this CPU and swept densely.
#include "VectorFunction.h"

#include "lib/Conversion/AttnToVector/Activations.h"

#include <cmath>
#include <limits>

using namespace attnc;
using namespace attnc::test;

namespace {
constexpr float kInfinity = std::numeric_limits<float>::infinity();
/// From here on e^x is a normal number.
constexpr float kLowest = -87.0f;

VectorFunction makeSoftplus(double threshold) {
  return VectorFunction(
      [=](VectorBuilder &vb, mlir::Value x) { return attnc::buildSoftplus(vb, x, threshold); });
}

double softplus(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }
double silu(double z) { return z / (1 + std::exp(-z)); }

bool isNear(double bound, double expected, double actual) {
  return std::fabs(actual - expected) <= bound * std::fabs(expected);
}
} // namespace

TEST(Activations, SoftplusIsAccurateWhereItIsTinyToo) {
  sweep(
      makeSoftplus(20), 101, [](float x) { return x > kLowest && x < kInfinity; },
      [](float x, float y) { return isNear(6e-7, softplus(x), y); });
}

TEST(Activations, SoftplusBelowThatIsAlmostZero) {
  sweep(
      makeSoftplus(20), 101, [](float x) { return x <= kLowest; },
      [](float x, float y) { return y >= 0 && y <= 1.0001f * std::exp(kLowest); });
}

TEST(Activations, SoftplusOfLargeNumbersIsTheNumber) {
  sweep(
      makeSoftplus(20), 101, [](float x) { return x > 16; },
      [](float x, float y) { return y == x; });
}

TEST(Activations, SoftplusEndsAtItsThreshold) {
  for (float threshold : {0.0f, 2.5f, 12.0f}) {
    VectorFunction function = makeSoftplus(threshold);
    EXPECT_GT(function(threshold), threshold) << threshold;
    float above = std::nextafter(threshold, kInfinity);
    EXPECT_EQ(function(above), above) << threshold;
    EXPECT_EQ(function(3 + threshold), 3 + threshold) << threshold;
    EXPECT_TRUE(isNear(6e-7, softplus(-2), function(-2))) << threshold;
  }
}

TEST(Activations, SoftplusAtItsEdges) {
  for (double threshold : {20.0, 1.0}) {
    VectorFunction function = makeSoftplus(threshold);
    EXPECT_EQ(function(kInfinity), kInfinity);
    EXPECT_EQ(function(-kInfinity), 0.0f);
    EXPECT_TRUE(std::isnan(function(std::nanf(""))));
    EXPECT_TRUE(isNear(6e-7, std::log(2.0), function(-0.0f)));
  }
}

TEST(Activations, SiluIsAccurate) {
  VectorFunction function([](VectorBuilder &vb, mlir::Value z) { return buildSilu(vb, z); });
  sweep(
      function, 101, [](float z) { return z > kLowest && z < kInfinity && std::fabs(z) > 1e-37f; },
      [](float z, float y) { return isNear(4e-7 + 0x1.4p-24 * std::max(-z, 0.0f), silu(z), y); });
}

TEST(Activations, SiluAtItsEdges) {
  VectorFunction function([](VectorBuilder &vb, mlir::Value z) { return buildSilu(vb, z); });
  EXPECT_EQ(function(0.0f), 0.0f);
  EXPECT_EQ(function(kInfinity), kInfinity);
  EXPECT_EQ(function(100.0f), 100.0f);
  EXPECT_EQ(function(-3e38f), 0.0f);
  EXPECT_TRUE(std::isnan(function(-kInfinity)));
  EXPECT_TRUE(std::isnan(function(std::nanf(""))));
}
