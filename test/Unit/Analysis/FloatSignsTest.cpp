// The signs that getFloatSigns finds: exact on scalars, sound through loops and views.
#include "ScanModule.h"

#include "attnc/Analysis/FloatSigns.h"

#include <gtest/gtest.h>

using namespace attnc;
using namespace attnc::test;

namespace {

constexpr uint8_t kNegative = FloatSigns::Negative, kZero = FloatSigns::Zero,
                  kPositive = FloatSigns::Positive, kNaN = FloatSigns::NaN;

/// The signs of %rates, which `body` defines.
void expectSigns(const std::string &body, uint8_t wanted) {
  FloatSigns signs = getFloatSigns(ScanModule(body).getScan().getA());
  EXPECT_TRUE(signs == FloatSigns(wanted)) << body << "\nwanted " << int(wanted);
}

/// The signs of a scalar %x, which `body` defines; %minus, %zero, %plus, %nan are constants and
/// %exp may be 0 or positive.
void expectScalar(const std::string &body, uint8_t wanted) {
  expectSigns("%minus = arith.constant -2.0 : f32\n%zero = arith.constant 0.0 : f32\n"
              "%plus = arith.constant 0.5 : f32\n%nan = arith.constant 0x7FC00000 : f32\n"
              "%exp = math.exp %minus : f32\n" +
                  body + "\n%rates = tensor.splat %x : tensor<2x4xf32>",
              wanted);
}

/// %rates from an elementwise loop over %a2x4.
std::string computeRates(const std::string &body, const std::string &maps = "(d, n)") {
  return "%empty = arith.constant dense<1.> : tensor<2x4xf32>\n"
         "%rates = linalg.generic {indexing_maps = [affine_map<(d, n) -> (d, n)>,"
         " affine_map<(d, n) -> " +
         maps +
         ">], iterator_types = [\"parallel\", \"parallel\"]} ins(%a2x4 : tensor<2x4xf32>)"
         " outs(%empty : tensor<2x4xf32>) {\n^bb0(%in: f32, %out: f32):\n" +
         body + "\nlinalg.yield %x : f32\n} -> tensor<2x4xf32>";
}

} // namespace

TEST(FloatSigns, Constants) {
  expectSigns("%rates = arith.constant dense<-1.> : tensor<2x4xf32>", kNegative);
  expectSigns("%rates = arith.constant dense<-0.> : tensor<2x4xf32>", kZero);
  expectSigns("%rates = arith.constant dense<[[1., 2., 3., 4.], [0., 0xFF800000, 1., 1.]]>"
              " : tensor<2x4xf32>",
              kNegative | kZero | kPositive);
  expectSigns("%rates = arith.constant dense<[[1., 1., 1., 1.], [1., 0x7FC00000, 1., 1.]]>"
              " : tensor<2x4xf32>",
              kPositive | kNaN);
}

TEST(FloatSigns, Scalars) {
  struct {
    const char *body;
    uint8_t wanted;
  } cases[] = {
      {"%x = arith.negf %minus : f32", kPositive},
      {"%x = arith.negf %a : f32", FloatSigns::kAny},
      {"%x = math.exp %a : f32", kZero | kPositive | kNaN},
      {"%x = math.exp2 %plus : f32", kPositive},
      {"%x = math.absf %a : f32", kZero | kPositive | kNaN},
      {"%x = math.log1p %exp : f32", kZero | kPositive},
      {"%x = math.log1p %minus : f32", kNegative | kZero | kNaN},
      {"%x = arith.addf %minus, %minus : f32", kNegative},
      {"%x = arith.addf %exp, %plus : f32", kPositive},
      {"%x = arith.addf %minus, %plus : f32", FloatSigns::kAny},
      {"%x = arith.subf %zero, %plus : f32", kNegative},
      {"%x = arith.subf %plus, %zero : f32", kPositive},
      {"%x = arith.mulf %minus, %plus : f32", kNegative | kZero},
      {"%x = arith.mulf %minus, %minus : f32", kZero | kPositive},
      {"%x = arith.mulf %zero, %plus : f32", kZero | kNaN},
      {"%x = arith.divf %plus, %minus : f32", kNegative | kZero | kNaN},
      {"%x = arith.divf %plus, %exp : f32", FloatSigns::kAny},
      {"%x = arith.divf %zero, %plus : f32", kZero},
      {"%x = arith.maximumf %a, %zero : f32", kZero | kPositive | kNaN},
      {"%x = arith.maxnumf %a, %zero : f32", kZero | kPositive},
      {"%x = arith.maxnumf %nan, %minus : f32", kNegative},
      {"%x = arith.minimumf %a, %minus : f32", kNegative | kNaN},
      {"%x = arith.minnumf %a, %minus : f32", kNegative},
      {"%x = arith.minimumf %nan, %minus : f32", kNaN},
      {"%h = arith.truncf %plus : f32 to bf16\n%x = arith.extf %h : bf16 to f32",
       kZero | kPositive},
      {"%c = arith.cmpf olt, %a, %zero : f32\n%x = arith.select %c, %minus, %plus : f32",
       kNegative | kPositive},
      {"%i = arith.fptosi %a : f32 to i32\n%x = arith.sitofp %i : i32 to f32", FloatSigns::kAny},
      {"%i = arith.fptoui %a : f32 to i32\n%x = arith.uitofp %i : i32 to f32", kZero | kPositive},
      {"%x = math.sin %a : f32", FloatSigns::kAny},
  };
  for (const auto &test : cases)
    expectScalar(test.body, test.wanted);
}

TEST(FloatSigns, LoopBodies) {
  expectSigns(computeRates("%e = math.exp %in : f32\n%x = arith.negf %e : f32"),
              kNegative | kZero | kNaN);
  expectSigns(computeRates("%x = arith.addf %out, %out : f32"), kPositive);
  // -exp(a) * (n + 1): the count is an integer that cannot be negative.
  auto counted = [](const std::string &type) {
    return computeRates("%one = arith.constant 1 : index\n%n = linalg.index 1 : index\n"
                        "%n1 = arith.addi %n, %one : index\n%i = arith.index_cast %n1 : index to " +
                        type + "\n%f = arith.sitofp %i : " + type +
                        " to f32\n%e = math.exp %in : f32\n%m = arith.negf %e : f32\n"
                        "%x = arith.mulf %m, %f : f32");
  };
  expectSigns(counted("i32"), kNegative | kZero | kNaN);
  expectSigns(counted("i4"), kNegative | kZero | kNaN);
  // 4 does not fit in three bits.
  expectSigns(counted("i3"), FloatSigns::kAny);
}

TEST(FloatSigns, NamedLoops) {
  expectSigns("%e = math.exp %a2 : tensor<2xf32>\n%empty = tensor.empty() : tensor<2x4xf32>\n"
              "%rates = linalg.broadcast ins(%e : tensor<2xf32>) outs(%empty : tensor<2x4xf32>)"
              " dimensions = [1]",
              kZero | kPositive | kNaN);
  expectSigns("%minus = arith.constant -1.0 : f32\n%empty = tensor.empty() : tensor<2x4xf32>\n"
              "%rates = linalg.fill ins(%minus : f32) outs(%empty : tensor<2x4xf32>)"
              " -> tensor<2x4xf32>",
              kNegative);
  expectSigns("%empty = tensor.empty() : tensor<2x4xf32>\n"
              "%rates = linalg.map { math.exp } ins(%a2x4 : tensor<2x4xf32>)"
              " outs(%empty : tensor<2x4xf32>)",
              kZero | kPositive | kNaN);
}

TEST(FloatSigns, ReductionsMayBeAnything) {
  expectSigns("%ones = arith.constant dense<1.> : tensor<2x3x4xf32>\n"
              "%init = arith.constant dense<1.> : tensor<2x4xf32>\n"
              "%rates = linalg.reduce { arith.addf } ins(%ones : tensor<2x3x4xf32>)"
              " outs(%init : tensor<2x4xf32>) dimensions = [1]",
              FloatSigns::kAny);
}

TEST(FloatSigns, Views) {
  expectSigns("%big = arith.constant dense<-1.> : tensor<3x8xf32>\n"
              "%e = math.absf %big : tensor<3x8xf32>\n"
              "%s = tensor.extract_slice %e[1, 0] [1, 8] [1, 1] : tensor<3x8xf32> to tensor<8xf32>"
              "\n%d = tensor.cast %s : tensor<8xf32> to tensor<?xf32>\n"
              "%b = tensor.cast %d : tensor<?xf32> to tensor<8xf32>\n"
              "%rates = tensor.expand_shape %b [[0, 1]] output_shape [2, 4]"
              " : tensor<8xf32> into tensor<2x4xf32>",
              kPositive);
  expectSigns("%rates = tensor.empty() : tensor<2x4xf32>", FloatSigns::kAny);
}

TEST(FloatSigns, LongChainsEnd) {
  std::string body = "%x0 = arith.constant dense<1.> : tensor<2x4xf32>\n";
  for (int i = 0; i < 20000; ++i)
    body += "%x" + std::to_string(i + 1) + " = arith.addf %x" + std::to_string(i) + ", %x" +
            std::to_string(i) + " : tensor<2x4xf32>\n";
  expectSigns(body + "%rates = math.absf %x20000 : tensor<2x4xf32>", kZero | kPositive | kNaN);
  expectSigns(body + "%rates = math.absf %x20 : tensor<2x4xf32>", kPositive);
}
