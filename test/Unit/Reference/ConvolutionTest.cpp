// attn.causal_conv1d by its definition: results computed by hand.
#include "Model.h"

#include <cmath>

using namespace attnc::reference;

using Numbers = std::vector<double>;

namespace {
/// Width 3; weights 1, 10 and 100 read the digits of the output as the last three steps.
struct ConvCase {
  int64_t batch = 1, channels = 1;
  std::string attributes;
  Numbers x, weight = {1, 10, 100}, bias, init;
  std::vector<int64_t> reset, cuSeqlens;

  struct Result {
    Numbers output, window;
    std::string error;
  };
  Result run() const {
    std::string operands, types, parameters;
    const std::string window = "tensor<?x2x" + std::to_string(channels) + "xf32>";
    const std::string rows =
        (cuSeqlens.empty() ? "tensor<?x?x" : "tensor<1x?x") + std::to_string(channels) + "xf32>";
    const auto add = [&](const std::string &keyword, const std::string &type) {
      const std::string separator = types.empty() ? "" : ", ";
      const std::string name = "%v" + std::to_string(types.size());
      operands += keyword.empty() ? separator + name : " " + keyword + "(" + name + ")";
      parameters += separator + name + ": " + type;
      types += separator + type;
    };
    const std::string width = std::to_string(channels) + "x3xf32>";
    add("", rows);
    add("", "tensor<" + width);
    if (!bias.empty())
      add("bias", "tensor<" + std::to_string(channels) + "xf32>");
    if (!init.empty())
      add("init", window);
    if (!reset.empty())
      add("reset", "tensor<?x?xi1>");
    if (!cuSeqlens.empty())
      add("cu_seqlens", "tensor<?xi32>");
    const std::string results = rows + ", " + window;
    Model model("func.func @main(" + parameters + ") -> (" + results +
                ") {\n  %y, %w = attn.causal_conv1d " + operands + " {" + attributes + "} : (" +
                types + ") -> (" + results + ")\n  return %y, %w : " + results + "\n}\n");

    const int64_t steps = static_cast<int64_t>(x.size()) / (batch * channels);
    const int64_t numbers = static_cast<int64_t>(cuSeqlens.size());
    std::vector<Tensor> arguments = {model.reals({batch, steps, channels}, x),
                                     model.reals({channels, 3}, weight)};
    if (!bias.empty())
      arguments.push_back(model.reals({channels}, bias));
    if (!init.empty())
      arguments.push_back(model.reals({numbers ? numbers - 1 : batch, 2, channels}, init));
    if (!reset.empty())
      arguments.push_back(model.integers("i1", {batch, steps}, reset));
    if (numbers)
      arguments.push_back(model.integers("i32", {numbers}, cuSeqlens));
    auto outputs = model.run(arguments);
    if (outputs.size() != 2)
      return {{}, {}, model.errors};
    return {getReals(outputs[0].value), getReals(outputs[1].value), ""};
  }
};
} // namespace

TEST(Convolution, TheLastWeightMeetsThePresent) {
  ConvCase conv;
  conv.x = {1, 2, 3, 4};
  auto result = conv.run();
  EXPECT_EQ(result.output, (Numbers{100, 210, 321, 432}));
  EXPECT_EQ(result.window, (Numbers{3, 4}));
}

TEST(Convolution, BiasAndSilu) {
  ConvCase conv;
  conv.x = {0.01, -0.03}, conv.bias = {0.5}, conv.attributes = "silu";
  auto result = conv.run();
  EXPECT_DOUBLE_EQ(result.output[0], 1.5 / (1 + std::exp(-1.5)));
  EXPECT_DOUBLE_EQ(result.output[1], -2.4 / (1 + std::exp(2.4)));
}

TEST(Convolution, TheWindowCarriesOver) {
  ConvCase conv;
  conv.batch = 2, conv.x = {3, 9}, conv.init = {1, 2, 7, 8};
  auto result = conv.run();
  EXPECT_EQ(result.output, (Numbers{321, 987}));
  EXPECT_EQ(result.window, (Numbers{2, 3, 8, 9}));
  conv.x = {};
  EXPECT_EQ(conv.run().window, (Numbers{1, 2, 7, 8})); // no steps
}

TEST(Convolution, ChannelsAreInnermost) {
  ConvCase conv;
  conv.channels = 2, conv.weight = {1, 10, 100, 2, 20, 200};
  conv.x = {1, 5, 2, 6};
  auto result = conv.run();
  EXPECT_EQ(result.output, (Numbers{100, 1000, 210, 1300}));
  EXPECT_EQ(result.window, (Numbers{1, 5, 2, 6}));
}

TEST(Convolution, ResetHidesWhatIsBefore) {
  ConvCase conv;
  conv.x = {1, 2, 3, 4}, conv.init = {std::numeric_limits<double>::infinity(), 9};
  conv.reset = {-1, 0, 0, -1};
  auto result = conv.run();
  EXPECT_EQ(result.output, (Numbers{100, 210, 321, 400}));
  EXPECT_EQ(result.window, (Numbers{0, 4})); // a later call does not see the 3 either
}

TEST(Convolution, PackedSequences) {
  ConvCase conv;
  conv.x = {1, 2, 3, 4}, conv.cuSeqlens = {0, 1, 1, 3}, conv.init = {7, 8, 5, 6, 0, 0};
  auto result = conv.run();
  EXPECT_EQ(result.output, (Numbers{187, 200, 320, 0}));
  EXPECT_EQ(result.window, (Numbers{8, 1, 5, 6, 2, 3}));
}

TEST(Convolution, SizesMustAgree) {
  ConvCase conv;
  conv.x = {1, 2}, conv.cuSeqlens = {2, 0};
  EXPECT_EQ(conv.run().error, "cu_seqlens must not decrease, got 2 and 0 at 0 and 1");
}
