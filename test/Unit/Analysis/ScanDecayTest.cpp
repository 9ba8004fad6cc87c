// What analyzeDecay finds in constant and in computed decay rates and step sizes, and why not.
#include "ScanModule.h"

#include "attnc/Analysis/ScanDecay.h"

#include <gtest/gtest.h>

using namespace attnc;
using namespace attnc::test;

namespace {

DecayFacts analyze(const std::string &body, const std::string &options = "") {
  return analyzeDecay(ScanModule(body, options).getScan());
}

const char *const kUnknown = "the decay rates are not known at compile time";

/// %rates[d, n] from a loop body that ends in `yield %rate`; %a0 is one value for each channel,
/// %an one for each state, %adn one for each of both.
std::string computeRates(const std::string &body, const std::string &states = "[1., 2., 3., 4.]") {
  return "%empty = tensor.empty() : tensor<2x4xf32>\n"
         "%table = arith.constant dense<" +
         states +
         "> : tensor<4xf32>\n"
         "%one = arith.constant 1 : index\n%onef = arith.constant 1.0 : f32\n"
         "%rates = linalg.generic {indexing_maps = [affine_map<(d, n) -> (d)>,"
         " affine_map<(d, n) -> (n)>, affine_map<(d, n) -> (d, n)>, affine_map<(d, n) -> (d, n)>],"
         " iterator_types = [\"parallel\", \"parallel\"]}"
         " ins(%a2, %table, %a2x4 : tensor<2xf32>, tensor<4xf32>, tensor<2x4xf32>)"
         " outs(%empty : tensor<2x4xf32>) {\n"
         "^bb0(%a0: f32, %an: f32, %adn: f32, %out: f32):\n" +
         body + "\nlinalg.yield %rate : f32\n} -> tensor<2x4xf32>\n";
}

/// %count = n + 1 as a float.
const std::string kCount = "%n = linalg.index 1 : index\n%n1 = arith.addi %n, %one : index\n"
                           "%i = arith.index_cast %n1 : index to i32\n"
                           "%count = arith.sitofp %i : i32 to f32\n";

} // namespace

TEST(ScanDecay, ConstantMultiplesArePowers) {
  EXPECT_TRUE(analyze("%rates = arith.constant dense<[[-1., -2., -3., -4.],"
                      " [-0.1, -0.2, -0.3, -0.4]]> : tensor<2x4xf32>")
                  .powers);
  EXPECT_TRUE(analyze("%rates = arith.constant dense<0.> : tensor<2x4xf32>").powers);
  EXPECT_EQ(analyze("%rates = arith.constant dense<0.> : tensor<2x4xf32>").whyNotPowers, "");
}

TEST(ScanDecay, ProductsAreRounded) {
  // 3 * f32(0.1) lies between two floats.
  EXPECT_TRUE(analyze("%rates = arith.constant dense<[[0x3DCCCCCD, 0x3E4CCCCD, 0x3E99999A,"
                      " 0x3ECCCCCD], [1., 2., 3., 4.]]> : tensor<2x4xf32>")
                  .powers);
  EXPECT_EQ(analyze("%rates = arith.constant dense<[[0x3DCCCCCD, 0x3E4CCCCD, 0x3E999999,"
                    " 0x3ECCCCCD], [1., 2., 3., 4.]]> : tensor<2x4xf32>")
                .whyNotPowers,
            "A[0, 2] is 0.299999982, wanted 0.300000012: 3 times A[0, 0]");
}

TEST(ScanDecay, OneUlpAwayIsRefused) {
  DecayFacts facts = analyze("%rates = arith.constant dense<[[-1., -2., -3., -4.],"
                             " [-2., -4., -6., 0xC1000001]]> : tensor<2x4xf32>");
  EXPECT_FALSE(facts.powers);
  EXPECT_EQ(facts.whyNotPowers, "A[1, 3] is -8.00000095, wanted -8: 4 times A[1, 0]");
}

TEST(ScanDecay, NaNIsNoMultiple) {
  EXPECT_FALSE(analyze("%rates = arith.constant dense<0x7FC00000> : tensor<2x4xf32>").powers);
}

TEST(ScanDecay, ConstantsAreFoundBehindViewsAndNegations) {
  EXPECT_TRUE(analyze("%c = arith.constant dense<[1., 2., 3., 4., 5., 10., 15., 20.]>"
                      " : tensor<8xf32>\n"
                      "%p = tensor.expand_shape %c [[0, 1]] output_shape [2, 4]"
                      " : tensor<8xf32> into tensor<2x4xf32>\n"
                      "%rates = arith.negf %p : tensor<2x4xf32>")
                  .powers);
  EXPECT_EQ(analyze("%c = arith.constant dense<[1., 2., 3., 4., 5., 11., 15., 20.]>"
                    " : tensor<8xf32>\n"
                    "%p = tensor.expand_shape %c [[0, 1]] output_shape [2, 4]"
                    " : tensor<8xf32> into tensor<2x4xf32>\n"
                    "%rates = arith.negf %p : tensor<2x4xf32>")
                .whyNotPowers,
            "A[1, 1] is -11, wanted -10: 2 times A[1, 0]");
}

TEST(ScanDecay, UnknownRatesSaySo) {
  EXPECT_EQ(analyze("").whyNotPowers, kUnknown);
  EXPECT_EQ(analyze("%rates = arith.negf %a2x4 : tensor<2x4xf32>").whyNotPowers, kUnknown);
}

TEST(ScanDecay, ExponentialsAreNoExactMultiples) {
  const char *why = "the decay rates are exponentials of one value for each state, which are no "
                    "exact multiples of the first once they are rounded";
  EXPECT_EQ(analyze("%e = math.exp %a2x4 : tensor<2x4xf32>\n"
                    "%rates = arith.negf %e : tensor<2x4xf32>")
                .whyNotPowers,
            why);
  EXPECT_EQ(
      analyze(computeRates("%e = math.exp %adn : f32\n%rate = arith.negf %e : f32")).whyNotPowers,
      why);
}

TEST(ScanDecay, ComputedMultiplesArePowers) {
  const char *bodies[] = {
      "%rate = arith.mulf %a0, %count : f32",
      "%rate = arith.mulf %count, %a0 : f32",
      "%e = math.exp %a0 : f32\n%m = arith.negf %e : f32\n%rate = arith.mulf %m, %count : f32",
      "%e = math.exp %a0 : f32\n%m = arith.mulf %e, %count : f32\n%rate = arith.negf %m : f32",
      "%m = arith.negf %count : f32\n%rate = arith.mulf %m, %a0 : f32",
      "%rate = arith.mulf %a0, %an : f32",
      "%rate = arith.mulf %an, %a : f32",
      "%k = arith.index_cast %n : index to i64\n%f = arith.uitofp %k : i64 to f32\n"
      "%g = arith.addf %onef, %f : f32\n%rate = arith.mulf %g, %a0 : f32",
  };
  for (const char *body : bodies)
    EXPECT_EQ(analyze(computeRates(kCount + body)).whyNotPowers, "") << body;
}

TEST(ScanDecay, OtherFormulasAreNot) {
  const char *bodies[] = {
      // The rate of a channel depends on the state.
      "%rate = arith.mulf %adn, %count : f32",
      "%x = arith.mulf %a0, %count : f32\n%rate = arith.mulf %x, %count : f32",
      "%x = arith.addf %a0, %count : f32\n%rate = arith.mulf %x, %count : f32",
      "%rate = arith.mulf %out, %count : f32",
      // n instead of n + 1, and the number of the channel.
      "%k = arith.index_cast %n : index to i32\n%f = arith.sitofp %k : i32 to f32\n"
      "%rate = arith.mulf %f, %a0 : f32",
      "%d = linalg.index 0 : index\n%d1 = arith.addi %d, %one : index\n"
      "%k = arith.index_cast %d1 : index to i32\n%f = arith.sitofp %k : i32 to f32\n"
      "%rate = arith.mulf %f, %a0 : f32",
      // Two roundings.
      "%two = arith.addf %count, %count : f32\n%rate = arith.mulf %two, %a0 : f32",
      // No product, and no state at all.
      "%rate = arith.addf %a0, %count : f32", "%rate = math.absf %a0 : f32",
      // Counts in four bits wrap after 7.
      "%k = arith.index_cast %n1 : index to i3\n%f = arith.sitofp %k : i3 to f32\n"
      "%rate = arith.mulf %f, %a0 : f32"};
  for (const char *body : bodies)
    EXPECT_EQ(analyze(computeRates(kCount + body)).whyNotPowers, kUnknown) << body;
  EXPECT_EQ(
      analyze(computeRates("%rate = arith.mulf %a0, %an : f32", "[1., 2., 3., 5.]")).whyNotPowers,
      kUnknown);
}

TEST(ScanDecay, TransposedLoopsAreUnderstood) {
  auto rates = [](const char *index) {
    return std::string("%empty = tensor.empty() : tensor<2x4xf32>\n") +
           "%one = arith.constant 1 : index\n"
           "%rates = linalg.generic {indexing_maps = [affine_map<(n, d) -> (d)>,"
           " affine_map<(n, d) -> (d, n)>], iterator_types = [\"parallel\", \"parallel\"]}"
           " ins(%a2 : tensor<2xf32>) outs(%empty : tensor<2x4xf32>) {\n"
           "^bb0(%a0: f32, %out: f32):\n%n = linalg.index " +
           index +
           " : index\n%n1 = arith.addi %n, %one : index\n"
           "%i = arith.index_cast %n1 : index to i32\n%count = arith.sitofp %i : i32 to f32\n"
           "%rate = arith.mulf %a0, %count : f32\nlinalg.yield %rate : f32\n} -> tensor<2x4xf32>";
  };
  EXPECT_TRUE(analyze(rates("0")).powers);
  EXPECT_FALSE(analyze(rates("1")).powers);
}

TEST(ScanDecay, FactorsNeedSignsOfRatesAndSteps) {
  std::string rates = "%e = math.exp %a2x4 : tensor<2x4xf32>\n"
                      "%rates = arith.negf %e : tensor<2x4xf32>\n";
  const char *negativeSteps =
      "a step size may be negative: there is neither softplus nor a lower limit of 0";
  EXPECT_TRUE(analyze(rates, "{delta_softplus}").contracting);
  EXPECT_EQ(analyze(rates).whyNotContracting, negativeSteps);
  EXPECT_EQ(analyze("", "{delta_softplus}").whyNotContracting, "a decay rate may be positive");
  EXPECT_TRUE(analyze(rates, "{delta_limits = array<f64: 0.0, 1.0>}").contracting);
  EXPECT_FALSE(analyze(rates, "{delta_limits = array<f64: -0.5, 1.0>}").contracting);
  EXPECT_TRUE(analyze(rates, "{delta_limits = array<f64: -0.5, 1.0>, delta_softplus}").contracting);
  EXPECT_FALSE(
      analyze(rates, "{delta_limits = array<f64: -0.5, -0.1>, delta_softplus}").contracting);
  // Above a negative threshold softplus gives negative numbers on.
  EXPECT_TRUE(analyze(rates, "{delta_softplus, softplus_threshold = 0.0}").contracting);
  EXPECT_FALSE(analyze(rates, "{delta_softplus, softplus_threshold = -1.0}").contracting);
}

TEST(ScanDecay, SignsOfStepsAreLookedAt) {
  std::string text = "%rates = arith.constant dense<-1.> : tensor<2x4xf32>\n"
                     "%steps = math.exp %a1x3x2 : tensor<1x3x2xf32>\n";
  EXPECT_TRUE(analyze(text).contracting);
  EXPECT_FALSE(analyze(text, "delta_bias(%a2)").contracting);
  EXPECT_TRUE(
      analyze(text + "%bias = arith.constant dense<0.5> : tensor<2xf32>", "delta_bias(%bias)")
          .contracting);
  EXPECT_FALSE(
      analyze(text + "%bias = arith.constant dense<-0.5> : tensor<2xf32>", "delta_bias(%bias)")
          .contracting);
}
