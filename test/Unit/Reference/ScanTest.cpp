// attn.selective_scan by its definition: results computed by hand, and the laws that scans obey.
#include "ScanCase.h"

#include <cmath>

using namespace attnc::reference;

using Numbers = std::vector<double>;

static constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// One channel and one state.
static ScanCase makeSmall(Numbers u, Numbers delta, double A, Numbers B, Numbers C) {
  ScanCase scan;
  scan.steps = static_cast<int64_t>(u.size());
  scan.u = std::move(u), scan.delta = std::move(delta), scan.A = {A};
  scan.B = std::move(B), scan.C = std::move(C);
  return scan;
}

TEST(Scan, OneStepByHand) {
  ScanCase scan = makeSmall({3}, {0.5}, -2, {5}, {7});
  scan.init = {11};
  const double h = std::exp(-1) * 11 + 0.5 * 5 * 3;
  auto result = scan.run();
  EXPECT_DOUBLE_EQ(result.lastState[0], h);
  EXPECT_DOUBLE_EQ(result.output[0], 7 * h);
  scan.skip = {13}, scan.gate = {-1.5};
  EXPECT_DOUBLE_EQ(scan.run().output[0], (7 * h + 13 * 3) * -1.5 / (1 + std::exp(1.5)));
}

TEST(Scan, StatesAddUp) {
  ScanCase scan;
  scan.states = 2;
  scan.u = {1}, scan.delta = {1}, scan.A = {0, 0}, scan.B = {2, 3}, scan.C = {10, 100};
  auto result = scan.run();
  EXPECT_EQ(result.lastState, (Numbers{2, 3}));
  EXPECT_EQ(result.output, (Numbers{320}));
}

TEST(Scan, WithoutDecayIsACumulativeSum) {
  auto result = makeSmall({1, 2, 3, -4}, {1, 1, 1, 1}, 0, {1, 1, 1, 1}, {1, 1, 1, 10}).run();
  EXPECT_EQ(result.output, (Numbers{1, 3, 6, 20}));
  EXPECT_EQ(result.lastState, (Numbers{2}));
}

TEST(Scan, StepSizeOfZeroKeepsTheState) {
  ScanCase scan = makeSmall({1e30, -1e30}, {0, 0}, -5, {1e8, 7}, {1, 1});
  scan.init = {0.1};
  auto result = scan.run();
  EXPECT_EQ(result.lastState, (Numbers{0.1}));
  EXPECT_EQ(result.output, (Numbers{0.1, 0.1}));
}

TEST(Scan, NoStepsHandTheStateOn) {
  ScanCase scan = makeSmall({}, {}, -1, {}, {});
  scan.batch = 2, scan.init = {4, 5};
  auto result = scan.run();
  EXPECT_TRUE(result.output.empty());
  EXPECT_EQ(result.lastState, (Numbers{4, 5}));
  scan.init = {};
  EXPECT_EQ(scan.run().lastState, (Numbers{0, 0}));
}

TEST(Scan, StepSizes) {
  // Of a state that starts at 0 with A = 0, B = u = 1 it is the step size.
  ScanCase scan = makeSmall({1}, {0}, 0, {1}, {1});
  const auto getStepSize = [&](double delta, double bias) {
    scan.delta = {delta}, scan.bias = {bias};
    return scan.run().lastState[0];
  };
  EXPECT_EQ(getStepSize(2, 0.5), 2.5);
  scan.attributes = "delta_softplus";
  EXPECT_DOUBLE_EQ(getStepSize(1, 0.5), std::log(1 + std::exp(1.5)));
  EXPECT_DOUBLE_EQ(getStepSize(-60, 0), std::exp(-60));
  EXPECT_DOUBLE_EQ(getStepSize(20, 0), 20 + std::log1p(std::exp(-20)));
  EXPECT_EQ(getStepSize(20, 0.001), 20.001);
  EXPECT_EQ(getStepSize(1e30, 0), 1e30);
  EXPECT_TRUE(std::isnan(getStepSize(NAN, 0)));
  scan.attributes = "delta_softplus, softplus_threshold = 1.0 : f64";
  EXPECT_EQ(getStepSize(1.5, 0), 1.5);
  EXPECT_DOUBLE_EQ(getStepSize(1, 0), std::log(1 + std::exp(1)));
  scan.attributes = "delta_softplus, delta_limits = array<f64: 0.25, 2.0>";
  EXPECT_EQ(getStepSize(-9, 0), 0.25);
  EXPECT_EQ(getStepSize(9, 0), 2);
  EXPECT_DOUBLE_EQ(getStepSize(0, 0), std::log(2)); // the limits come after softplus
}

TEST(Scan, SiluOfLargeGates) {
  ScanCase scan = makeSmall({1, 1}, {1, 1}, 0, {2, 0}, {1, 1});
  scan.gate = {1e4, -1e4};
  EXPECT_EQ(scan.run().output, (Numbers{2e4, 0}));
}

TEST(Scan, ResetForgets) {
  ScanCase scan = makeSmall({1, 2, 3}, {1, 1, 1}, 0, {1, 1, 1}, {1, 1, 1});
  scan.reset = {0, -1, 0}, scan.init = {kInfinity};
  auto result = scan.run();
  EXPECT_EQ(result.output, (Numbers{kInfinity, 2, 5}));
  scan.attributes = "reverse", scan.init = {100};
  EXPECT_EQ(scan.run().output, (Numbers{3, 2, 103}));
}

TEST(Scan, PackedSequences) {
  // The second is empty, the last step belongs to none, and numbers reach beyond both ends.
  ScanCase scan = makeSmall({1, 2, 3, 4}, {1, 1, 1, 1}, 0, {1, 1, 1, 1}, {1, 1, 1, 1});
  scan.cuSeqlens = {-3, 2, 2, 3};
  scan.init = {10, 20, 30};
  auto result = scan.run();
  EXPECT_EQ(result.output, (Numbers{11, 13, 33, 0}));
  EXPECT_EQ(result.lastState, (Numbers{13, 20, 33}));
  scan.attributes = "reverse";
  result = scan.run();
  EXPECT_EQ(result.output, (Numbers{13, 12, 33, 0}));
  scan.cuSeqlens = {1, 99, 99, 200};
  scan.attributes = "";
  result = scan.run();
  EXPECT_EQ(result.output, (Numbers{0, 12, 15, 19}));
  EXPECT_EQ(result.lastState, (Numbers{19, 20, 30}));
}

TEST(Scan, GroupsDivideChannels) {
  ScanCase scan;
  scan.channels = 4, scan.groups = 2;
  scan.u = {1, 1, 1, 1}, scan.delta = {1, 1, 1, 1}, scan.A = {0, 0, 0, 0};
  scan.B = {2, 3}, scan.C = {10, 100};
  EXPECT_EQ(scan.run().output, (Numbers{20, 20, 300, 300}));
}

TEST(Scan, ConstantProjections) {
  ScanCase scan;
  scan.steps = 2, scan.channels = 2, scan.hasConstantB = true, scan.hasConstantC = true;
  scan.u = {1, 1, 1, 1}, scan.delta = {1, 1, 1, 1}, scan.A = {0, 0};
  scan.B = {2, 3}, scan.C = {10, 100};
  EXPECT_EQ(scan.run().output, (Numbers{20, 300, 40, 600}));
}

TEST(Scan, HeadsAreChannelsThatShareTheirStepSize) {
  ScanCase heads;
  heads.batch = 2, heads.steps = 5, heads.channels = 4, heads.headSize = 3, heads.states = 3;
  heads.groups = 2, heads.attributes = "delta_softplus";
  heads = makeRandomScan(heads, 1);
  ScanCase channels = heads;
  channels.channels = heads.getPlaces(), channels.headSize = 0, channels.hasOneRate = true;
  for (Numbers ScanCase::*shared :
       {&ScanCase::delta, &ScanCase::A, &ScanCase::bias, &ScanCase::skip}) {
    Numbers repeated;
    for (double value : heads.*shared)
      repeated.insert(repeated.end(), heads.headSize, value);
    channels.*shared = repeated;
  }
  auto ofHeads = heads.run(), ofChannels = channels.run();
  ASSERT_EQ(ofHeads.output.size(), 120u) << ofHeads.error;
  EXPECT_EQ(ofHeads.output, ofChannels.output);
  EXPECT_EQ(ofHeads.lastState, ofChannels.lastState);
  heads.hasSkipPerPlace = true, heads.skip = channels.skip;
  EXPECT_EQ(heads.run().output, ofChannels.output);
  // One rate for all states is the same rate for each.
  Numbers rates;
  for (double rate : channels.A)
    rates.insert(rates.end(), channels.states, rate);
  channels.hasOneRate = false, channels.A = rates;
  EXPECT_EQ(ofHeads.output, channels.run().output);
}

/// Reverses the rows of one batch entry.
static Numbers flip(const Numbers &rows, int64_t steps) {
  Numbers flipped;
  const int64_t width = static_cast<int64_t>(rows.size()) / steps;
  for (int64_t t = steps; t-- > 0;)
    flipped.insert(flipped.end(), rows.begin() + t * width, rows.begin() + (t + 1) * width);
  return flipped;
}

TEST(Scan, ReverseIsTheFlippedScanOfFlippedRows) {
  ScanCase scan;
  scan.steps = 6, scan.channels = 3, scan.states = 2;
  scan = makeRandomScan(scan, 2);
  ScanCase flipped = scan;
  flipped.attributes = "reverse";
  for (Numbers ScanCase::*rows :
       {&ScanCase::u, &ScanCase::delta, &ScanCase::B, &ScanCase::C, &ScanCase::gate})
    flipped.*rows = flip(scan.*rows, scan.steps);
  auto forward = scan.run(), backward = flipped.run();
  EXPECT_EQ(forward.output, flip(backward.output, scan.steps));
  EXPECT_EQ(forward.lastState, backward.lastState);
}

TEST(Scan, SizesMustAgree) {
  Model model(R"(
    func.func @main(%u: tensor<1x?x1xf32>, %d: tensor<1x?x1xf32>, %A: tensor<1x1xf32>,
                    %B: tensor<?x?x1x1xf32>, %cu: tensor<?xi32>, %h: tensor<?x1x1xf32>)
        -> tensor<1x?x1xf32> {
      %y = attn.selective_scan %u, %d, %A, %B, %B init(%h) cu_seqlens(%cu)
        : (tensor<1x?x1xf32>, tensor<1x?x1xf32>, tensor<1x1xf32>, tensor<?x?x1x1xf32>,
           tensor<?x?x1x1xf32>, tensor<?x1x1xf32>, tensor<?xi32>) -> tensor<1x?x1xf32>
      return %y : tensor<1x?x1xf32>
    })");
  const auto getError = [&](int64_t deltaSteps, int64_t projectionBatch,
                            std::vector<int64_t> cuSeqlens, int64_t sequences) {
    const auto zeros = [&](std::vector<int64_t> shape) {
      int64_t count = 1;
      for (int64_t size : shape)
        count *= size;
      return model.reals(shape, Numbers(count, 0.0));
    };
    model.errors.clear();
    EXPECT_TRUE(
        model
            .run({zeros({1, 3, 1}), zeros({1, deltaSteps, 1}), zeros({1, 1}),
                  zeros({projectionBatch, 3, 1, 1}),
                  model.integers("i32", {static_cast<int64_t>(cuSeqlens.size())}, cuSeqlens),
                  zeros({sequences, 1, 1})})
            .empty());
    return model.errors;
  };
  EXPECT_EQ(getError(4, 1, {0, 3}, 1), "time of delta (of u): wanted 3, got 4");
  EXPECT_EQ(getError(3, 2, {0, 3}, 1), "batch of B (of u): wanted 1, got 2");
  EXPECT_EQ(getError(3, 1, {0, 2, 3}, 3), "sequences of init: wanted 2, got 3");
  EXPECT_EQ(getError(3, 1, {}, 1), "cu_seqlens: wanted at least one number, got none");
  EXPECT_EQ(getError(3, 1, {0, 2, 1}, 2), "cu_seqlens must not decrease, got 2 and 1 at 1 and 2");
}
