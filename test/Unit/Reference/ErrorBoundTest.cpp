// The error bound of attention outputs: its size where it is known, and its price.
#include "Model.h"

#include <chrono>
#include <cmath>
#include <random>

using namespace attnc::reference;

namespace {
/// A self-attention of one head per batch entry on f32, f16 or bf16.
std::string getModelText(const std::string &type, const std::string &details = "") {
  std::string tensor = "tensor<?x4x?x80x" + type + ">";
  return "func.func @main(%q: " + tensor + ", %k: " + tensor + ", %v: " + tensor + ") -> " +
         tensor + " {\n%o = attn.attention %q, %k, %v " + details + " : (" + tensor + ", " +
         tensor + ", " + tensor + ") -> " + tensor + "\nreturn %o : " + tensor + "\n}";
}

Tensor makeRandom(Model &model, const std::string &type, int64_t length, unsigned seed) {
  mlir::MLIRContext *context = model.type("f32").getContext();
  mlir::Type element = type == "f16"    ? mlir::Type(mlir::Float16Type::get(context))
                       : type == "bf16" ? mlir::Type(mlir::BFloat16Type::get(context))
                                        : model.type("f32");
  Tensor tensor(element, {1, 4, length, 80});
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (Cell &cell : Model::getCells(tensor))
    cell.real = normal(random);
  return tensor;
}
} // namespace

TEST(ErrorBound, IsGivenOnRequestForAttentionResultsOnly) {
  Model model(R"(
    func.func @main(%q: tensor<1x1x2x1xf32>) -> (tensor<1x1x2x1xf32>, tensor<1x1x2xf32>,
                                                 tensor<1x1x2x1xf32>) {
      %o, %lse = attn.attention %q, %q, %q
        : (tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>)
          -> (tensor<1x1x2x1xf32>, tensor<1x1x2xf32>)
      %n = arith.negf %o : tensor<1x1x2x1xf32>
      return %o, %lse, %n : tensor<1x1x2x1xf32>, tensor<1x1x2xf32>, tensor<1x1x2x1xf32>
    })");
  Tensor q = model.reals({1, 1, 2, 1}, {1, 2});
  auto outputs = model.run({q}, /*computeBounds=*/true);
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_TRUE(outputs[0].bound);
  EXPECT_TRUE(outputs[1].bound);
  EXPECT_FALSE(outputs[2].bound);
  EXPECT_FALSE(model.run({q})[0].bound);
}

TEST(ErrorBound, FollowsTheStorageType) {
  const std::pair<const char *, double> types[] = {
      {"f32", 0x1p-24}, {"f16", 0x1p-11}, {"bf16", 0x1p-8}};
  double previous = 0;
  for (auto [type, roundoff] : types) {
    Model model(getModelText(type));
    std::vector<Tensor> inputs;
    for (unsigned seed : {1, 2, 3})
      inputs.push_back(makeRandom(model, type, 40, seed));
    auto outputs = model.run(inputs, true);
    ASSERT_EQ(outputs.size(), 1u) << model.errors;
    double sum = 0;
    std::vector<double> values = getReals(outputs[0].value), bounds = getReals(*outputs[0].bound);
    for (size_t i = 0; i < values.size(); ++i) {
      EXPECT_GE(bounds[i], roundoff * std::fabs(values[i]));
      sum += bounds[i];
    }
    EXPECT_GT(sum, 4 * previous);
    EXPECT_LT(sum / double(values.size()), 1e5 * 0x1p-24);
    previous = sum;
  }
}

TEST(ErrorBound, GrowsWithWhatAScoreRegionAmplifies) {
  auto total = [](const std::string &details) {
    Model model(getModelText("f32", details));
    std::vector<Tensor> inputs;
    for (unsigned seed : {1, 2, 3})
      inputs.push_back(makeRandom(model, "f32", 20, seed));
    auto outputs = model.run(inputs, true);
    double sum = 0;
    for (double bound : getReals(*outputs[0].bound))
      sum += bound;
    return sum;
  };
  auto region = [](const std::string &body) {
    return "score (%s, %b, %h, %i, %j) {\n" + body + "\nattn.yield %r : f32\n}";
  };
  const double plain = total("");
  // The score plus and minus a large number: exact in real arithmetic, not in f32.
  EXPECT_GT(total(region("%c = arith.constant 1.0e6 : f32\n%t = arith.addf %s, %c : f32\n"
                         "%r = arith.subf %t, %c : f32")),
            100 * plain);
  // Choosing adds nothing, however often the score goes in.
  EXPECT_NEAR(total(region("%r = arith.maximumf %s, %s : f32")), plain, 1e-9 * plain);
}

TEST(ErrorBound, OfTheLseIsItsToleranceForOrdinaryScores) {
  Model model(R"(
    func.func @main(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x2x1xf32>) -> tensor<1x1x1xf32> {
      %o, %lse = attn.attention %q, %k, %k
        : (tensor<1x1x1x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>)
          -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
      return %lse : tensor<1x1x1xf32>
    })");
  auto outputs =
      model.run({model.reals({1, 1, 1, 1}, {1}), model.reals({1, 1, 2, 1}, {2, 2})}, true);
  ASSERT_EQ(outputs.size(), 1u);
  // Two scores of 2 of one product each: lse = 2 + log 2, six sigma of a rounding of 2.
  EXPECT_NEAR(outputs[0].bound->getScalar().real,
              3e-6 * (3 + std::log(2)) + 6 / std::sqrt(3) * 2 * 0x1p-24, 1e-12);
}

TEST(ErrorBound, SumsOfEqualTermsMayRoundOneWay) {
  auto getLseBound = [](double firstKey) {
    Model model(R"(
      func.func @main(%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x?x1xf32>) -> tensor<1x1x1xf32> {
        %o, %lse = attn.attention %q, %k, %k
          : (tensor<1x1x1x1xf32>, tensor<1x1x?x1xf32>, tensor<1x1x?x1xf32>)
            -> (tensor<1x1x1x1xf32>, tensor<1x1x1xf32>)
        return %lse : tensor<1x1x1xf32>
      })");
    std::vector<double> keys(101, 0.0);
    keys[0] = firstKey;
    auto outputs =
        model.run({model.reals({1, 1, 1, 1}, {1}), model.reals({1, 1, 101, 1}, keys)}, true);
    double tolerance = 3e-6 * (1 + outputs[0].value.getScalar().real);
    return outputs[0].bound->getScalar().real - tolerance;
  };
  EXPECT_NEAR(getLseBound(0), 0, 1e-12); // a sum of ones
  // 100 equal weights below 1; the first key has 1 / (1 + 100 / e) of the weight, and its score of
  // 1 is rounded.
  EXPECT_NEAR(getLseBound(1), (99 + 6 / std::sqrt(3) / (1 + 100 / std::exp(1))) * 0x1p-24, 1e-12);
}

TEST(ErrorBound, MaskedRowsAllowNoError) {
  Model model(getModelText("f32", "mask = [#attn.any<[]>]"));
  Tensor q = makeRandom(model, "f32", 3, 1);
  auto outputs = model.run({q, q, q}, true);
  for (double bound : getReals(*outputs[0].bound))
    EXPECT_EQ(bound, 0);
}

TEST(ErrorBound, ReferenceIsFastEnoughForGrids) {
  Model model(getModelText("f32"));
  Tensor q = makeRandom(model, "f32", 300, 1);
  auto start = std::chrono::steady_clock::now();
  model.run({q, q, q});
  std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  // 0.05 s on one core of 2023; the margin is for busy and sanitized test machines.
  EXPECT_LT(elapsed.count(), 2.0);
  RecordProperty("microseconds", int(elapsed.count() * 1e6));
}
