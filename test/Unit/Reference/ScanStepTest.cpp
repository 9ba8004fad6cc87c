// The tiled forms attn.scan_step and attn.conv_step: what tiles share, and the time elapsed.
#include "Model.h"

#include <cmath>

using namespace attnc::reference;

using Numbers = std::vector<double>;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ScanStep, ChannelsOfAHeadShareAllButTheirInput) {
  // Two steps, two channels, two states; one step size and one rate, and B of all time.
  Model model(R"(
    func.func @main(%u: tensor<2x2xf32>, %d: tensor<2x1xf32>, %A: tensor<1x1xf32>,
                    %B: tensor<1x2xf32>, %C: tensor<2x2xf32>, %v: tensor<1xf32>,
                    %h: tensor<2x2xf32>, %e: tensor<1xf32>, %o: tensor<2x2xf32>)
        -> (tensor<2x2xf32>, tensor<1xf32>, tensor<2x2xf32>) {
      %r:3 = attn.scan_step ins(%u, %d, %A, %B, %C
          : tensor<2x2xf32>, tensor<2x1xf32>, tensor<1x1xf32>, tensor<1x2xf32>, tensor<2x2xf32>)
        skip(%v : tensor<1xf32>) state(%h : tensor<2x2xf32>) elapsed(%e : tensor<1xf32>)
        output(%o : tensor<2x2xf32>) {constant_b, time_tile = 2, channel_tile = 2}
        -> tensor<2x2xf32>, tensor<1xf32>, tensor<2x2xf32>
      return %r#0, %r#1, %r#2 : tensor<2x2xf32>, tensor<1xf32>, tensor<2x2xf32>
    })");
  auto outputs = model.run({model.reals({2, 2}, {1, 10, 2, 20}), model.reals({2, 1}, {1, 2}),
                            model.reals({1, 1}, {0}), model.reals({1, 2}, {1, 3}),
                            model.reals({2, 2}, {1, 0, 0, 1}), model.reals({1}, {1000}),
                            model.reals({2, 2}, {5, 0, 0, 5}), model.reals({1}, {7}),
                            model.reals({2, 2}, {NAN, NAN, NAN, NAN})});
  ASSERT_EQ(outputs.size(), 3u) << model.errors;
  EXPECT_EQ(getReals(outputs[0].value), (Numbers{10, 15, 50, 155}));
  EXPECT_EQ(getReals(outputs[1].value), (Numbers{10}));
  EXPECT_EQ(getReals(outputs[2].value), (Numbers{1006, 10010, 2015, 20155}));
}

TEST(ScanStep, TimeElapsedIsEndlessAfterAReset) {
  // Only the state is wanted: there is no output.
  Model model(R"(
    func.func @main(%u: tensor<?x2xf32>, %d: tensor<?x2xf32>, %A: tensor<2x1xf32>,
                    %B: tensor<?x1xf32>, %reset: tensor<?xi1>, %h: tensor<2x1xf32>,
                    %e: tensor<2xf32>) -> (tensor<2x1xf32>, tensor<2xf32>) {
      %r:2 = attn.scan_step ins(%u, %d, %A, %B, %B
          : tensor<?x2xf32>, tensor<?x2xf32>, tensor<2x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>)
        reset(%reset : tensor<?xi1>) state(%h : tensor<2x1xf32>) elapsed(%e : tensor<2xf32>)
        {delta_limits = array<f64: 0.5, 100.0>, reverse, time_tile = 2, channel_tile = 2}
        -> tensor<2x1xf32>, tensor<2xf32>
      return %r#0, %r#1 : tensor<2x1xf32>, tensor<2xf32>
    })");
  const auto run = [&](std::vector<int64_t> reset) {
    return model.run({model.reals({2, 2}, {1, 2, 3, 4}), model.reals({2, 2}, {0, 1, 2, 3}),
                      model.reals({2, 1}, {0, 0}), model.reals({2, 1}, {1, 1}),
                      model.integers("i1", {2}, reset), model.reals({2, 1}, {100, 200}),
                      model.reals({2}, {10, 20})});
  };
  auto outputs = run({0, 0});
  ASSERT_EQ(outputs.size(), 2u) << model.errors;
  EXPECT_EQ(getReals(outputs[0].value), (Numbers{106.5, 214}));
  EXPECT_EQ(getReals(outputs[1].value), (Numbers{12.5, 24}));
  outputs = run({-1, 0}); // the last in time, as time runs backwards
  EXPECT_EQ(getReals(outputs[0].value), (Numbers{0.5, 2}));
  EXPECT_EQ(getReals(outputs[1].value), (Numbers{kInfinity, kInfinity}));
}

TEST(ScanStep, SizesMustAgree) {
  Model model(R"(
    func.func @main(%u: tensor<?x?xf32>, %A: tensor<?x1xf32>, %B: tensor<?x1xf32>,
                    %h: tensor<?x1xf32>) -> tensor<?x1xf32> {
      %r = attn.scan_step ins(%u, %u, %A, %B, %B
          : tensor<?x?xf32>, tensor<?x?xf32>, tensor<?x1xf32>, tensor<?x1xf32>, tensor<?x1xf32>)
        state(%h : tensor<?x1xf32>) {time_tile = 2, channel_tile = 3} -> tensor<?x1xf32>
      return %r : tensor<?x1xf32>
    })");
  const auto getError = [&](int64_t steps, int64_t rates, int64_t projectionSteps,
                            int64_t stateChannels) {
    model.errors.clear();
    EXPECT_TRUE(model
                    .run({model.reals({steps, 3}, Numbers(3 * steps, 0.0)),
                          model.reals({rates, 1}, Numbers(rates, 0.0)),
                          model.reals({projectionSteps, 1}, Numbers(projectionSteps, 0.0)),
                          model.reals({stateChannels, 1}, Numbers(stateChannels, 0.0))})
                    .empty());
    return model.errors;
  };
  EXPECT_EQ(getError(2, 2, 2, 3), "channels of A (of u): wanted 3, got 2");
  EXPECT_EQ(getError(2, 3, 1, 3), "time of B (of u): wanted 2, got 1");
  EXPECT_EQ(getError(2, 1, 2, 1), "channels of state (of u): wanted 3, got 1");
  EXPECT_EQ(getError(4, 1, 4, 3), "time of u: wanted at most 2, got 4");
}

TEST(ConvStep, MovesTheWindowOn) {
  Model model(R"(
    func.func @main(%x: tensor<?x2xf32>, %w: tensor<2x3xf32>, %window: tensor<2x2xf32>,
                    %o: tensor<?x2xf32>) -> (tensor<2x2xf32>, tensor<?x2xf32>) {
      %r:2 = attn.conv_step ins(%x, %w : tensor<?x2xf32>, tensor<2x3xf32>)
        window(%window : tensor<2x2xf32>) output(%o : tensor<?x2xf32>)
        {channel_tile = 2} -> tensor<2x2xf32>, tensor<?x2xf32>
      return %r#0, %r#1 : tensor<2x2xf32>, tensor<?x2xf32>
    })");
  Tensor weight = model.reals({2, 3}, {1, 10, 100, 1, 10, 100});
  Tensor window = model.reals({2, 2}, {1, 5, 2, 6});
  auto outputs =
      model.run({model.reals({1, 2}, {3, 7}), weight, window, model.reals({1, 2}, {0, 0})});
  ASSERT_EQ(outputs.size(), 2u) << model.errors;
  EXPECT_EQ(getReals(outputs[0].value), (Numbers{2, 6, 3, 7}));
  EXPECT_EQ(getReals(outputs[1].value), (Numbers{321, 765}));
  EXPECT_TRUE(
      model.run({model.reals({1, 2}, {3, 7}), weight, window, model.reals({2, 2}, Numbers(4, 0.0))})
          .empty());
  EXPECT_EQ(model.errors, "time of output (of x): wanted 1, got 2");
}
