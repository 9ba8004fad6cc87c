// The meaning of arith and math ops: wrap-around, division, shifts, conversions, rounding.
#include "Model.h"

#include <cmath>

using namespace attnc::reference;

namespace {
/// Evaluates `op` on the i8 constants a and b; the result is an i8.
int64_t onBytes(const std::string &op, int a, int b) {
  Model model("func.func @main() -> i8 {\n %a = arith.constant " + std::to_string(a) +
              " : i8\n %b = arith.constant " + std::to_string(b) + " : i8\n %r = " + op +
              " %a, %b : i8\n return %r : i8\n}");
  auto outputs = model.run({});
  return outputs.empty() ? -999 : outputs[0].value.getScalar().integer;
}

/// Evaluates `op` ("math.exp" ...) on f32 arguments, as the interpreter does for scalars.
double onReals(const std::string &op, std::vector<double> values) {
  std::string arguments, names;
  for (size_t i = 0; i < values.size(); ++i) {
    std::string name = "%a" + std::to_string(i);
    arguments += (i ? ", " : "") + name + ": f32";
    names += (i ? ", " : "") + name;
  }
  Model model("func.func @main(" + arguments + ") -> f32 {\n %r = " + op + " " + names +
              " : f32\n return %r : f32\n}");
  std::vector<Tensor> inputs;
  for (double value : values)
    inputs.push_back(model.real(value));
  auto outputs = model.run(inputs);
  return outputs.empty() ? NAN : outputs[0].value.getScalar().real;
}

/// The one result of @main without arguments.
Cell constantResult(const std::string &body) {
  Model model("func.func @main() -> " + body);
  auto outputs = model.run({});
  return outputs.empty() ? makeInteger(-999) : outputs[0].value.getScalar();
}
} // namespace

TEST(Scalar, IntegersWrap) {
  EXPECT_EQ(onBytes("arith.addi", 100, 100), -56);
  EXPECT_EQ(onBytes("arith.subi", -100, 100), 56);
  EXPECT_EQ(onBytes("arith.muli", 16, 16), 0);
  EXPECT_EQ(onBytes("arith.muli", 127, 127), 1);
}

TEST(Scalar, DivisionRoundsAsNamed) {
  EXPECT_EQ(onBytes("arith.divsi", -7, 2), -3);
  EXPECT_EQ(onBytes("arith.floordivsi", -7, 2), -4);
  EXPECT_EQ(onBytes("arith.floordivsi", 7, -2), -4);
  EXPECT_EQ(onBytes("arith.floordivsi", -8, 2), -4);
  EXPECT_EQ(onBytes("arith.ceildivsi", -7, 2), -3);
  EXPECT_EQ(onBytes("arith.ceildivsi", 7, 2), 4);
  EXPECT_EQ(onBytes("arith.remsi", -7, 2), -1);
  EXPECT_EQ(onBytes("arith.remsi", 7, -2), 1);
  EXPECT_EQ(onBytes("arith.divui", -1, 2), 127);
  EXPECT_EQ(onBytes("arith.ceildivui", -1, 2), -128);
  EXPECT_EQ(onBytes("arith.remui", -1, 16), 15);
}

TEST(Scalar, DivisionIsTotal) {
  for (const char *op :
       {"arith.divsi", "arith.divui", "arith.floordivsi", "arith.ceildivsi", "arith.ceildivui"})
    EXPECT_EQ(onBytes(op, -5, 0), 0) << op;
  EXPECT_EQ(onBytes("arith.remsi", -5, 0), -5);
  EXPECT_EQ(onBytes("arith.remui", -5, 0), -5);
  for (const char *op : {"arith.divsi", "arith.floordivsi", "arith.ceildivsi"})
    EXPECT_EQ(onBytes(op, -128, -1), -128) << op;
  EXPECT_EQ(onBytes("arith.remsi", -128, -1), 0);
}

TEST(Scalar, TheLeastIndexDivides) {
  EXPECT_EQ(constantResult(R"(index {
    %a = arith.constant -9223372036854775808 : index
    %b = arith.constant -1 : index
    %r = arith.floordivsi %a, %b : index
    return %r : index })")
                .integer,
            std::numeric_limits<int64_t>::min());
}

TEST(Scalar, Shifts) {
  EXPECT_EQ(onBytes("arith.shli", 3, 6), -64);
  EXPECT_EQ(onBytes("arith.shrsi", -128, 3), -16);
  EXPECT_EQ(onBytes("arith.shrui", -128, 3), 16);
  for (int amount : {8, 9, 127, -1}) {
    EXPECT_EQ(onBytes("arith.shli", -3, amount), 0);
    EXPECT_EQ(onBytes("arith.shrui", -3, amount), 0);
    EXPECT_EQ(onBytes("arith.shrsi", -3, amount), -1);
    EXPECT_EQ(onBytes("arith.shrsi", 3, amount), 0);
  }
}

TEST(Scalar, BitsAndOrder) {
  EXPECT_EQ(onBytes("arith.andi", 12, 10), 8);
  EXPECT_EQ(onBytes("arith.ori", 12, 10), 14);
  EXPECT_EQ(onBytes("arith.xori", 12, -1), -13);
  EXPECT_EQ(onBytes("arith.maxsi", -1, 1), 1);
  EXPECT_EQ(onBytes("arith.maxui", -1, 1), -1);
  EXPECT_EQ(onBytes("arith.minsi", -1, 1), -1);
  EXPECT_EQ(onBytes("arith.minui", -1, 1), 1);
  EXPECT_EQ(onBytes("math.ipowi", -3, 3), -27);
  EXPECT_EQ(onBytes("math.ipowi", 3, -1), 0);
  EXPECT_EQ(onBytes("math.ipowi", -1, -3), -1);
}

TEST(Scalar, ComparisonsBySign) {
  const std::pair<const char *, bool> cases[] = {
      {"eq", false},  {"ne", true},   {"slt", true},  {"sle", true}, {"sgt", false},
      {"sge", false}, {"ult", false}, {"ule", false}, {"ugt", true}, {"uge", true}};
  for (auto [predicate, expected] : cases)
    EXPECT_EQ(constantResult(std::string("i1 {\n%a = arith.constant -2 : i32\n"
                                         "%b = arith.constant 2 : i32\n%r = arith.cmpi ") +
                             predicate + ", %a, %b : i32\nreturn %r : i1\n}")
                      .integer != 0,
              expected)
        << predicate;
}

TEST(Scalar, FloatComparisonsWithNaN) {
  const std::pair<const char *, bool> cases[] = {
      {"oeq", false}, {"ogt", false}, {"one", false}, {"ord", false}, {"ueq", true},
      {"ult", true},  {"une", true},  {"uno", true},  {"true", true}, {"false", false}};
  for (auto [predicate, expected] : cases)
    EXPECT_EQ(constantResult(std::string("i1 {\n%a = arith.constant 0x7FC00000 : f32\n"
                                         "%b = arith.constant 2.0 : f32\n%r = arith.cmpf ") +
                             predicate + ", %a, %b : f32\nreturn %r : i1\n}")
                      .integer != 0,
              expected)
        << predicate;
}

TEST(Scalar, FloatsAreRealArithmetic) {
  // In f32 the sum would be 2^24.
  EXPECT_EQ(onReals("arith.addf", {16777216.0, 1.0}), 16777217.0);
  EXPECT_DOUBLE_EQ(onReals("math.exp", {1.0}), std::exp(1.0));
  EXPECT_DOUBLE_EQ(onReals("math.tanh", {0.3}), std::tanh(0.3));
  EXPECT_DOUBLE_EQ(onReals("math.rsqrt", {9.0}), 1.0 / 3);
  EXPECT_EQ(onReals("math.fma", {2.0, 3.0, 4.0}), 10);
  EXPECT_EQ(onReals("math.roundeven", {2.5}), 2);
  EXPECT_EQ(onReals("math.round", {2.5}), 3);
  EXPECT_EQ(onReals("arith.remf", {-7.0, 3.0}), -1);
}

TEST(Scalar, MaximumAndMaxnumDifferOnNaN) {
  EXPECT_TRUE(std::isnan(onReals("arith.maximumf", {NAN, 1.0})));
  EXPECT_EQ(onReals("arith.maxnumf", {NAN, 1.0}), 1);
  EXPECT_FALSE(std::signbit(onReals("arith.maximumf", {-0.0, 0.0})));
  EXPECT_TRUE(std::signbit(onReals("arith.minimumf", {0.0, -0.0})));
}

TEST(Scalar, TruncfRounds) {
  EXPECT_EQ(constantResult(R"(f32 {
    %a = arith.constant 1.00390625 : f32
    %b = arith.truncf %a : f32 to bf16
    %c = arith.extf %b : bf16 to f32
    return %c : f32 })")
                .real,
            1.0); // a tie: to even
  EXPECT_EQ(constantResult(R"(f16 {
    %a = arith.constant 70000.0 : f32
    %b = arith.truncf %a : f32 to f16
    return %b : f16 })")
                .real,
            std::numeric_limits<double>::infinity());
}

TEST(Scalar, FloatsToIntegersSaturate) {
  auto convert = [](const std::string &op, const std::string &value) {
    return constantResult("i8 {\n%a = arith.constant " + value + " : f32\n%r = " + op +
                          " %a : f32 to i8\nreturn %r : i8\n}")
        .integer;
  };
  EXPECT_EQ(convert("arith.fptosi", "-3.9"), -3);
  EXPECT_EQ(convert("arith.fptosi", "1.0e9"), 127);
  EXPECT_EQ(convert("arith.fptosi", "-1.0e9"), -128);
  EXPECT_EQ(convert("arith.fptosi", "0x7FC00000"), 0);
  EXPECT_EQ(convert("arith.fptoui", "-1.0"), 0);
  EXPECT_EQ(convert("arith.fptoui", "200.0"), -56);
  EXPECT_EQ(convert("arith.fptoui", "1.0e9"), -1);
}

TEST(Scalar, Conversions) {
  EXPECT_EQ(constantResult(R"(i32 {
    %a = arith.constant 200 : i8
    %r = arith.extui %a : i8 to i32
    return %r : i32 })")
                .integer,
            200);
  EXPECT_EQ(constantResult(R"(index {
    %t = arith.constant true
    %a = arith.extsi %t : i1 to i32
    %r = arith.index_cast %a : i32 to index
    return %r : index })")
                .integer,
            -1);
  EXPECT_EQ(constantResult(R"(index {
    %a = arith.constant -1 : i32
    %r = arith.index_castui %a : i32 to index
    return %r : index })")
                .integer,
            4294967295);
  EXPECT_EQ(constantResult(R"(i32 {
    %a = arith.constant 1.0 : f32
    %r = arith.bitcast %a : f32 to i32
    return %r : i32 })")
                .integer,
            0x3f800000);
  EXPECT_EQ(constantResult(R"(f32 {
    %a = arith.constant 255 : i8
    %r = arith.uitofp %a : i8 to f32
    return %r : f32 })")
                .real,
            255);
}

TEST(Scalar, OpsWithTwoResults) {
  Model model(R"(func.func @main() -> (i8, i8, i8, i1, f32) {
    %a = arith.constant -2 : i8
    %b = arith.constant 100 : i8
    %low, %high = arith.mulsi_extended %a, %b : i8
    %ulow, %uhigh = arith.mului_extended %a, %b : i8
    %sum, %carry = arith.addui_extended %a, %b : i8, i1
    %x = arith.constant 0.0 : f32
    %sin, %cos = math.sincos %x : f32
    return %low, %high, %uhigh, %carry, %cos : i8, i8, i8, i1, f32 })");
  auto outputs = model.run({});
  ASSERT_EQ(outputs.size(), 5u);
  EXPECT_EQ(outputs[0].value.getScalar().integer, 56); // -200 is -256 + 56
  EXPECT_EQ(outputs[1].value.getScalar().integer, -1);
  EXPECT_EQ(outputs[2].value.getScalar().integer, 99); // 25400 is 99 * 256 + 56
  EXPECT_EQ(outputs[3].value.getScalar().integer, -1);
  EXPECT_EQ(outputs[4].value.getScalar().real, 1);
}

TEST(Scalar, UnknownOpsAreNamed) {
  Model model(R"(func.func @main(%a: f32) -> vector<2xf32> {
    %r = vector.broadcast %a : f32 to vector<2xf32>
    return %r : vector<2xf32> })");
  EXPECT_TRUE(model.run({model.real(1)}).empty());
  EXPECT_EQ(model.errors,
            "the reference interpreter does not support 'vector.broadcast' with these types");
}

TEST(Scalar, RegionsClampReads) {
  // The score is table[j - 1]: index -1 reads element 0, index 3 of 3 reads the last.
  Model model(R"(
    func.func @main(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x5x1xf32>, %table: tensor<?xf32>)
        -> tensor<1x1x1xf32> {
      %c1 = arith.constant 1 : index
      %o, %lse = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
        %n = arith.subi %j, %c1 : index
        %x = tensor.extract %table[%n] : tensor<?xf32>
        attn.yield %x : f32
      } : (tensor<1x1x1x1xf32>, tensor<1x1x5x1xf32>, tensor<1x1x5x1xf32>)
          -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
      return %lse : tensor<1x1x1xf32>
    })");
  Tensor q = model.reals({1, 1, 1, 1}, {0}), k = model.reals({1, 1, 5, 1}, {0, 0, 0, 0, 0});
  auto outputs = model.run({q, k, model.reals({3}, {1, 2, 3})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_DOUBLE_EQ(outputs[0].value.getScalar().real,
                   std::log(2 * std::exp(1) + std::exp(2) + 2 * std::exp(3)));
  outputs = model.run({q, k, model.reals({0}, {})});
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_DOUBLE_EQ(outputs[0].value.getScalar().real, std::log(5)); // reads as 0
}
