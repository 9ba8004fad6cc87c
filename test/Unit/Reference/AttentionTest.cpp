// Attention where the answer is known in closed form.
#include "Model.h"

#include <cmath>

using namespace attnc::reference;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

namespace {
/// One attention with an lse, of 1 batch: `heads` query heads on `keyHeads` key heads.
struct Attention {
  int64_t heads = 1, keyHeads = 1, queries = 1, keys = 1, headDim = 1, valueDim = 1;
  /// Text after the operands: optional operands, attributes, mask, score.
  std::string details;
  /// Extra function arguments ("%a: index") and their types as operands of the op.
  std::string arguments, operandTypes;

  std::string getText() const {
    auto tensor = [](std::initializer_list<int64_t> sizes) {
      std::string text = "tensor<1x";
      for (int64_t size : sizes)
        text += std::to_string(size) + "x";
      return text + "f32>";
    };
    std::string q = tensor({heads, queries, headDim}), k = tensor({keyHeads, keys, headDim});
    std::string v = tensor({keyHeads, keys, valueDim}), o = tensor({heads, queries, valueDim});
    std::string lse = tensor({heads, queries});
    return "func.func @main(%q: " + q + ", %k: " + k + ", %v: " + v + arguments + ") -> (" + o +
           ", " + lse + ") {\n  %o, %lse = attn.attention %q, %k, %v " + details + " : (" + q +
           ", " + k + ", " + v + operandTypes + ") -> (" + o + ", " + lse +
           ")\n  return %o, %lse : " + o + ", " + lse + "\n}\n";
  }

  struct Result {
    std::vector<double> output, lse;
  };
  Result run(llvm::ArrayRef<double> q, llvm::ArrayRef<double> k, llvm::ArrayRef<double> v,
             llvm::function_ref<std::vector<Tensor>(Model &)> more = nullptr) const {
    Model model(getText());
    std::vector<Tensor> inputs = {model.reals({1, heads, queries, headDim}, q),
                                  model.reals({1, keyHeads, keys, headDim}, k),
                                  model.reals({1, keyHeads, keys, valueDim}, v)};
    if (more)
      for (Tensor &input : more(model))
        inputs.push_back(input);
    auto outputs = model.run(inputs);
    if (outputs.size() != 2) {
      ADD_FAILURE() << model.errors;
      return {};
    }
    return {getReals(outputs[0].value), getReals(outputs[1].value)};
  }
};
} // namespace

TEST(Attention, ZeroQueriesAverageTheValues) {
  Attention attention;
  attention.queries = 2, attention.keys = 4, attention.headDim = 3, attention.valueDim = 2;
  auto result = attention.run(std::vector<double>(6, 0.0), std::vector<double>(12, 5.0),
                              {1, 10, 2, 20, 3, 30, 6, -40});
  EXPECT_EQ(result.output, (std::vector<double>{3, 5, 3, 5}));
  EXPECT_DOUBLE_EQ(result.lse[0], std::log(4));
  EXPECT_DOUBLE_EQ(result.lse[1], std::log(4));
}

TEST(Attention, OneKeyGivesItsValueAndScore) {
  Attention attention;
  attention.headDim = 4, attention.valueDim = 3;
  auto result = attention.run({1, 2, 3, 4}, {0.5, -1, 2, 0.25}, {7, -8, 9});
  EXPECT_EQ(result.output, (std::vector<double>{7, -8, 9}));
  EXPECT_DOUBLE_EQ(result.lse[0], 5.5 / 2); // scale 1 / sqrt(4)
}

TEST(Attention, ScaleIsTheAttribute) {
  Attention attention;
  attention.headDim = 4;
  attention.details = "{scale = -3.0 : f64}";
  EXPECT_DOUBLE_EQ(attention.run({1, 2, 3, 4}, {0.5, -1, 2, 0.25}, {7}).lse[0], -16.5);
}

TEST(Attention, EqualScoresShift) {
  Attention attention;
  attention.keys = 3, attention.details = "{scale = 1.0 : f64}";
  auto result = attention.run({2}, {50, 50, 50}, {1, 2, 6});
  EXPECT_DOUBLE_EQ(result.output[0], 3);
  EXPECT_DOUBLE_EQ(result.lse[0], 100 + std::log(3));
}

TEST(Attention, TwoKeysAreALogisticFunction) {
  Attention attention;
  attention.keys = 2, attention.details = "{scale = 1.0 : f64}";
  auto result = attention.run({1}, {0.3, 1.1}, {0, 1});
  EXPECT_DOUBLE_EQ(result.output[0], 1 / (1 + std::exp(-0.8)));
  EXPECT_DOUBLE_EQ(result.lse[0], std::log(std::exp(0.3) + std::exp(1.1)));
}

TEST(Attention, HugeScoresPickTheLargest) {
  Attention attention;
  attention.keys = 3, attention.details = "{scale = 1.0 : f64}";
  for (double size : {1e4, 1e19, 3e38}) {
    auto result = attention.run({1}, {-size, size, 0.5 * size}, {1, 2, 4});
    EXPECT_EQ(result.output[0], 2);
    EXPECT_EQ(result.lse[0], size);
    // Low scores are scores, not masks.
    auto low = attention.run({1}, {-size, -size, -size}, {1, 2, 6});
    EXPECT_DOUBLE_EQ(low.output[0], 3);
    EXPECT_DOUBLE_EQ(low.lse[0], -size + std::log(3));
  }
}

TEST(Attention, MaskedRowsAreZeroWithoutLse) {
  Attention attention;
  attention.queries = 2, attention.keys = 2, attention.details = "mask = [#attn.any<[]>]";
  auto result = attention.run({1, 2}, {3, 4}, {5, 6});
  EXPECT_EQ(result.output, (std::vector<double>{0, 0}));
  EXPECT_EQ(result.lse, (std::vector<double>{-kInfinity, -kInfinity}));
}

TEST(Attention, NoKeys) {
  Attention attention;
  attention.queries = 2, attention.keys = 0;
  auto result = attention.run({1, 2}, {}, {});
  EXPECT_EQ(result.output, (std::vector<double>{0, 0}));
  EXPECT_EQ(result.lse, (std::vector<double>{-kInfinity, -kInfinity}));
}

TEST(Attention, NoQueries) {
  Attention attention;
  attention.queries = 0, attention.keys = 2;
  auto result = attention.run({}, {1, 2}, {3, 4});
  EXPECT_TRUE(result.output.empty());
  EXPECT_TRUE(result.lse.empty());
}

TEST(Attention, SinkTakesWeightAndHasNoValue) {
  Attention attention;
  attention.heads = 2, attention.keyHeads = 2;
  attention.details = "sink(%sink) {scale = 1.0 : f64}";
  attention.arguments = ", %sink: tensor<2xf32>", attention.operandTypes = ", tensor<2xf32>";
  auto sinks = [](Model &model) {
    return std::vector<Tensor>{model.reals({2}, {1.0, -kInfinity})};
  };
  auto result = attention.run({1, 1}, {1, 1}, {8, 8}, sinks);
  EXPECT_DOUBLE_EQ(result.output[0], 4);
  EXPECT_DOUBLE_EQ(result.lse[0], 1 + std::log(2));
  EXPECT_DOUBLE_EQ(result.output[1], 8); // a sink of -inf is no sink
  EXPECT_DOUBLE_EQ(result.lse[1], 1);
}

TEST(Attention, SinkOnly) {
  Attention attention;
  attention.keys = 0, attention.details = "sink(%sink)";
  attention.arguments = ", %sink: tensor<1xf32>", attention.operandTypes = ", tensor<1xf32>";
  auto result = attention.run(
      {1}, {}, {}, [](Model &model) { return std::vector<Tensor>{model.reals({1}, {2.5})}; });
  EXPECT_EQ(result.output[0], 0);
  EXPECT_EQ(result.lse[0], 2.5);
}

TEST(Attention, QueryHeadsShareKeyHeads) {
  Attention attention;
  attention.heads = 4, attention.keyHeads = 2;
  auto result = attention.run({1, 1, 1, 1}, {1, 2}, {10, 20});
  EXPECT_EQ(result.output, (std::vector<double>{10, 10, 20, 20}));
  EXPECT_EQ(result.lse, (std::vector<double>{1, 1, 2, 2}));
}

TEST(Attention, OffsetsReachRegions) {
  // The mask keeps the key at the query's own position; scores are batch, head and positions.
  Attention attention;
  attention.queries = 2, attention.keys = 3;
  attention.details = R"(q_offset(%a) kv_offset(%b)
    mask (%b0, %h, %i, %j) {
      %same = arith.cmpi eq, %i, %j : index
      attn.yield %same : i1
    } score (%s, %b0, %h, %i, %j) {
      %c100 = arith.constant 100 : index
      %t = arith.muli %i, %c100 : index
      %u = arith.addi %t, %j : index
      %n = arith.index_cast %u : index to i32
      %f = arith.sitofp %n : i32 to f32
      attn.yield %f : f32
    })";
  attention.arguments = ", %a: index, %b: index", attention.operandTypes = ", index, index";
  auto result = attention.run({0, 0}, {0, 0, 0}, {7, 8, 9}, [](Model &model) {
    return std::vector<Tensor>{model.index(11), model.index(10)};
  });
  EXPECT_EQ(result.output, (std::vector<double>{8, 9}));
  EXPECT_EQ(result.lse, (std::vector<double>{1111, 1212}));
}

TEST(Attention, NonFiniteScoresStayInTheirRow) {
  Attention attention;
  attention.queries = 3, attention.keys = 2, attention.details = "{scale = 1.0 : f64}";
  auto result = attention.run({NAN, 1, kInfinity}, {1, 2}, {3, 3});
  EXPECT_TRUE(std::isnan(result.output[0]) && std::isnan(result.lse[0]));
  EXPECT_DOUBLE_EQ(result.output[1], 3);
  EXPECT_TRUE(std::isnan(result.output[2]));
}

TEST(Attention, MasksSelect) {
  // Key 1 is NaN in K and V, but no query sees it.
  Attention attention;
  attention.keys = 2, attention.details = "mask = [#attn.causal]";
  auto result = attention.run({1}, {1, NAN}, {5, NAN});
  EXPECT_EQ(result.output[0], 5);
  EXPECT_EQ(result.lse[0], 1);
}

TEST(Attention, AScoreOfMinusInfinityMasks) {
  Attention attention;
  attention.keys = 2;
  attention.details = R"(score (%s, %b, %h, %i, %j) {
      %c0 = arith.constant 0 : index
      %ninf = arith.constant 0xFF800000 : f32
      %first = arith.cmpi eq, %j, %c0 : index
      %r = arith.select %first, %s, %ninf : f32
      attn.yield %r : f32
    })";
  auto result = attention.run({1}, {1, 1}, {5, NAN});
  EXPECT_EQ(result.output[0], 5);
  EXPECT_EQ(result.lse[0], 1);
}

TEST(Attention, SizesMustAgree) {
  Model model(R"(
    func.func @main(%q: tensor<?x1x?x2xf32>, %k: tensor<?x1x?x2xf32>, %v: tensor<?x1x?x2xf32>)
        -> tensor<?x1x?x2xf32> {
      %o = attn.attention %q, %k, %v
        : (tensor<?x1x?x2xf32>, tensor<?x1x?x2xf32>, tensor<?x1x?x2xf32>) -> tensor<?x1x?x2xf32>
      return %o : tensor<?x1x?x2xf32>
    })");
  auto zeros = [&](int64_t batch, int64_t length) {
    return model.reals({batch, 1, length, 2}, std::vector<double>(batch * length * 2, 0.0));
  };
  EXPECT_TRUE(model.run({zeros(2, 3), zeros(1, 3), zeros(2, 3)}).empty());
  EXPECT_EQ(model.errors, "batch of key (of query): wanted 2, got 1");
  model.errors.clear();
  EXPECT_TRUE(model.run({zeros(2, 3), zeros(2, 4), zeros(2, 5)}).empty());
  EXPECT_EQ(model.errors, "sequence of value (of key): wanted 4, got 5");
}
