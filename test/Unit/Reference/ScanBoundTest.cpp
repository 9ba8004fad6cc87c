// The error bounds of scans: no evaluation in f32 is outside, and errors that matter are.
#include "ScanCase.h"

#include <cmath>

using namespace attnc::reference;

namespace {
/// How f32 code may evaluate the definition; all are right.
struct Evaluation {
  bool sumsBackwards = false;
  /// One rounding for a product and a sum.
  bool fuses = false;
  /// Factors are powers of the first, for rates that are multiples of it.
  bool usesPowers = false;
  /// exp(x) as 2^(x log2 e), log2 e a factor of the rates.
  bool usesExp2 = false;
};

/// What is wrong with an evaluation, if anything.
enum class Mistake { None, NoBias, NoLastState, StaleStep, NoSoftplusTail, CrudeExp };

struct Results {
  std::vector<float> output, lastState;
};

/// The channels form with groups and all operands but those that divide time, in f32.
class F32Scan {
public:
  F32Scan(const ScanCase &scan, Evaluation how, Mistake mistake)
      : scan(scan), how(how), mistake(mistake) {}

  Results run() {
    results.output.resize(scan.u.size());
    results.lastState.assign(scan.init.begin(), scan.init.end());
    for (int64_t b = 0; b < scan.batch; ++b)
      for (int64_t d = 0; d < scan.channels; ++d)
        for (int64_t t = 0; t < scan.steps; ++t)
          runStep(b, t, d);
    return results;
  }

private:
  static float get(const std::vector<double> &values, int64_t position) {
    return static_cast<float>(values[position]);
  }
  float multiplyAdd(float a, float b, float c) const {
    return how.fuses ? std::fmaf(a, b, c) : a * b + c;
  }
  float getStepSize(int64_t row, int64_t d) const {
    float x = get(scan.delta, row * scan.channels + d);
    if (mistake != Mistake::NoBias)
      x += get(scan.bias, d);
    if (x > 20)
      return x;
    if (mistake == Mistake::NoSoftplusTail)
      return std::log(1 + std::exp(x));
    return std::fmax(x, 0.0f) + std::log1p(std::exp(-std::fabs(x)));
  }
  float getFactor(float dt, int64_t d, int64_t n) const {
    const float rate = get(scan.A, d * scan.states + n);
    if (mistake == Mistake::CrudeExp)
      return std::exp(dt * rate) * (1 + 0x1p-14f);
    if (how.usesPowers) {
      const float first = std::exp(dt * get(scan.A, d * scan.states));
      float power = first;
      for (int64_t k = 0; k < n; ++k)
        power *= first;
      return power;
    }
    return how.usesExp2 ? std::exp2(dt * (rate * 1.44269504f)) : std::exp(dt * rate);
  }
  void runStep(int64_t b, int64_t t, int64_t d) {
    const int64_t row = b * scan.steps + t, position = row * scan.channels + d;
    const int64_t readRow = mistake == Mistake::StaleStep && t > 0 ? row - 1 : row;
    const int64_t group = d / (scan.channels / scan.groups);
    const int64_t projection = (readRow * scan.groups + group) * scan.states;
    const float dt = getStepSize(row, d), u = get(scan.u, position);
    float *h = &results.lastState[(b * scan.channels + d) * scan.states];
    float sum = get(scan.skip, d) * u;
    const int64_t count = scan.states - (mistake == Mistake::NoLastState);
    for (int64_t n = 0; n < scan.states; ++n)
      h[n] = multiplyAdd(getFactor(dt, d, n), h[n], dt * u * get(scan.B, projection + n));
    for (int64_t k = 0; k < count; ++k) {
      const int64_t n = how.sumsBackwards ? count - 1 - k : k;
      sum = multiplyAdd(get(scan.C, projection + n), h[n], sum);
    }
    const float z = get(scan.gate, position);
    results.output[position] = sum * (z / (1 + std::exp(-z)));
  }

  const ScanCase &scan;
  Evaluation how;
  Mistake mistake;
  Results results;
};

/// Largest and rms error over bound of the outputs and the states together.
struct Ratios {
  double largest = 0, rms = 0;
};

Ratios compare(const ScanCase &scan, const ScanCase::Result &exact, Evaluation how,
               Mistake mistake = Mistake::None) {
  Results got = F32Scan(scan, how, mistake).run();
  Ratios ratios;
  int64_t count = 0;
  const auto add = [&](const std::vector<float> &values, const std::vector<double> &expected,
                       const std::vector<double> &bounds) {
    ASSERT_EQ(values.size(), expected.size()) << exact.error;
    for (size_t i = 0; i < values.size(); ++i) {
      const double error = std::fabs(values[i] - expected[i]);
      const double ratio = error == 0 ? 0 : error / bounds[i];
      ratios.largest = std::fmax(ratios.largest, std::isnan(ratio) ? HUGE_VAL : ratio);
      ratios.rms += ratio * ratio;
      ++count;
    }
  };
  add(got.output, exact.output, exact.outputBound);
  add(got.lastState, exact.lastState, exact.stateBound);
  ratios.rms = std::sqrt(ratios.rms / static_cast<double>(count));
  return ratios;
}

ScanCase makeCase(int64_t steps, int64_t states, unsigned seed) {
  ScanCase scan;
  scan.batch = 2, scan.steps = steps, scan.channels = 4, scan.groups = 2, scan.states = states;
  scan.attributes = "delta_softplus";
  return makeRandomScan(scan, seed);
}

/// Rates that are multiples of the first in f32.
void makeMultiples(ScanCase &scan) {
  for (int64_t d = 0; d < scan.channels; ++d)
    for (int64_t n = 1; n < scan.states; ++n)
      scan.A[d * scan.states + n] =
          static_cast<float>(n + 1) * static_cast<float>(scan.A[d * scan.states]);
}

/// Scales the values by powers of two up to 2^exponent either way.
void spread(std::vector<double> &values, int exponent, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> draw(-exponent, exponent);
  for (double &value : values)
    value = std::ldexp(value, draw(random));
}
} // namespace

TEST(ScanBound, HoldsForEvaluationsInF32) {
  const Evaluation evaluations[] = {
      {}, {true}, {false, true}, {true, true, false, true}, {false, false, false, true}};
  unsigned seed = 0;
  for (int64_t states : {1, 3, 16, 64})
    for (int64_t steps : {1, 7, 200}) {
      const ScanCase scan = makeCase(steps, states, ++seed);
      const auto exact = scan.run(/*computeBounds=*/true);
      for (Evaluation how : evaluations) {
        const Ratios ratios = compare(scan, exact, how);
        EXPECT_LE(ratios.largest, 1) << states << " states, " << steps << " steps";
        EXPECT_LE(ratios.rms, 0.25) << states << " states, " << steps << " steps";
      }
    }
}

TEST(ScanBound, HoldsForPowers) {
  for (int64_t states : {2, 16, 128}) {
    ScanCase scan = makeCase(100, states, 5);
    makeMultiples(scan);
    const auto exact = scan.run(/*computeBounds=*/true);
    EXPECT_LE(compare(scan, exact, {}).largest, 1);
    EXPECT_LE(compare(scan, exact, {false, true, true}).largest, 1) << states << " states";
  }
}

TEST(ScanBound, HoldsForHostileScales) {
  for (unsigned seed = 1; seed <= 6; ++seed) {
    ScanCase scan = makeCase(60, 8, seed);
    spread(scan.u, 30, seed), spread(scan.B, 20, seed + 10), spread(scan.C, 20, seed + 20);
    spread(scan.delta, 8, seed + 30), spread(scan.A, 8, seed + 40), spread(scan.bias, 3, seed + 50);
    spread(scan.gate, 7, seed + 60), spread(scan.init, 40, seed + 70);
    const auto exact = scan.run(/*computeBounds=*/true);
    for (Evaluation how : {Evaluation{}, Evaluation{true, true, false, true}})
      EXPECT_LE(compare(scan, exact, how).largest, 1) << "seed " << seed;
  }
}

TEST(ScanBound, HoldsForSlowDecay) {
  // The state remembers all steps, and all their roundings.
  ScanCase scan = makeCase(2000, 2, 9);
  for (double &rate : scan.A)
    rate *= 0x1p-14;
  for (double &delta : scan.delta)
    delta = -3; // equal factors round the same way at every step
  EXPECT_LE(compare(scan, scan.run(/*computeBounds=*/true), {}).largest, 1);
}

TEST(ScanBound, ShowsMistakes) {
  ScanCase scan = makeCase(50, 16, 3);
  auto exact = scan.run(/*computeBounds=*/true);
  for (Mistake mistake : {Mistake::NoBias, Mistake::NoLastState, Mistake::StaleStep})
    EXPECT_GT(compare(scan, exact, {}, mistake).largest, 1000) << static_cast<int>(mistake);
  EXPECT_GT(compare(scan, exact, {}, Mistake::CrudeExp).largest, 2);
  // log(1 + exp(x)) loses the digits of small step sizes, and nothing else is in the result.
  scan.bias.assign(scan.bias.size(), -12);
  scan.init.assign(scan.init.size(), 0);
  scan.skip.assign(scan.skip.size(), 0);
  exact = scan.run(/*computeBounds=*/true);
  EXPECT_LE(compare(scan, exact, {}).largest, 1);
  EXPECT_GT(compare(scan, exact, {}, Mistake::NoSoftplusTail).largest, 10);
}

TEST(ScanBound, AsksForExactStatesWhereNothingRounds) {
  ScanCase scan;
  scan.states = 2, scan.steps = 3;
  scan.u = {1, 2, 3}, scan.delta = {1, 1, 1}, scan.A = {0, 0};
  scan.B = {1, 2, 3, 4, 5, 6}, scan.C = {1, 1, 1, 1, 1, 1};
  EXPECT_EQ(scan.run(true).stateBound, (std::vector<double>{0, 0})); // sums of integers
  scan.delta = {0, 0, 0}, scan.A = {-0.3f, -0.6f}, scan.init = {0.1f, 1e30f};
  EXPECT_EQ(scan.run(true).stateBound, (std::vector<double>{0, 0})); // no time passes
  scan.delta = {0, 0, 0.1f};
  EXPECT_GT(scan.run(true).stateBound[0], 0);
}

TEST(ScanBound, FollowsTheStorageType) {
  // 1 + 2^-12 is exact in f32 only.
  ScanCase scan;
  scan.u = {1 + 0x1p-12}, scan.delta = {1}, scan.A = {0}, scan.B = {1}, scan.C = {1};
  EXPECT_EQ(scan.run(true).outputBound[0], 0);
  for (auto [type, roundoff] : {std::pair("f16", 0x1p-11), std::pair("bf16", 0x1p-8)}) {
    scan.type = type;
    const auto result = scan.run(true);
    EXPECT_NEAR(result.outputBound[0], 2.5 * roundoff, 0.01 * roundoff);
    EXPECT_EQ(result.stateBound[0], 0);
  }
}

TEST(ScanBound, IsFiniteWhateverTheNumbers) {
  ScanCase scan;
  scan.steps = 4, scan.attributes = "delta_softplus";
  scan.u = {1, NAN, HUGE_VAL, 1}, scan.delta = {1, 1, 1, -HUGE_VAL}, scan.A = {HUGE_VAL};
  scan.B = {0, 1, 1, 1}, scan.C = {1, 1, 1, 1}, scan.gate = {-1000, 1, 1e30, -HUGE_VAL};
  const auto result = scan.run(true);
  for (double bound : result.outputBound)
    EXPECT_TRUE(bound >= 0 && std::isfinite(bound)) << bound;
}
