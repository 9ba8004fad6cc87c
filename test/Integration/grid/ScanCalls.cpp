// What the calls of a scan model get: values by family, sizes and layouts.
#include "ScanModel.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace grid;
using attnc::ElementType;

namespace {
enum class Family {
  Typical,     // as in trained models: step sizes of 0.001 to 0.1, rates of -1 to -16
  HeavyTailed, // step sizes of 1e-6 to 30, u of many magnitudes
  ZeroSteps,   // many step sizes are 0
  HugeSteps,   // nothing is remembered
  TinySteps,   // step sizes far below the precision of 1 + exp(x)
  ZeroDecay,   // rates of 0, everything else small integers
  Growing,     // small positive rates, or small negative step sizes
  FastDecay,   // rates down to -1e30
  NonFinite    // NaN here and there
};
/// Every model goes through these in turn.
constexpr Family kFamilies[] = {Family::Typical,   Family::HeavyTailed, Family::ZeroSteps,
                                Family::Typical,   Family::HugeSteps,   Family::TinySteps,
                                Family::ZeroDecay, Family::Typical,     Family::Growing,
                                Family::FastDecay, Family::NonFinite};

const char *getName(Family family) {
  static const char *const names[] = {"typical",    "heavy_tailed", "zero_steps",
                                      "huge_steps", "tiny_steps",   "zero_decay",
                                      "growing",    "fast_decay",   "non_finite"};
  return names[int(family)];
}

/// Draws the values of one call.
class ValueSource {
public:
  ValueSource(const ScanModel &model, Family family, Random &random)
      : model(model), family(family), random(random) {
    // Without softplus so small that no rounding of delta makes a step negative.
    for (int64_t n = 0; n < model.deltas && model.hasBias; ++n)
      biases.push_back(float(model.hasSoftplus ? 0.5 * random.normal() : 0.01 * random.uniform()));
  }

  double makeBias(int64_t index) const { return biases[size_t(index)]; }

  /// A value of u, B, C or a state.
  double makeValue() {
    if (family == Family::ZeroDecay)
      return double(random.range(-4, 4));
    return random.normal();
  }

  double makeU() {
    if (family == Family::HeavyTailed)
      return random.normal() * std::exp(random.normal());
    if (family == Family::NonFinite && random.oneIn(400))
      return std::numeric_limits<double>::quiet_NaN();
    return makeValue();
  }

  double makeB() {
    if (family == Family::NonFinite && random.oneIn(400 * model.numStates))
      return std::numeric_limits<double>::quiet_NaN();
    return makeValue();
  }

  double makeGate() { return random.normal() * (family == Family::HeavyTailed ? 30 : 1); }

  /// Without the skip the little that small steps give is seen.
  double makeSkip() { return family == Family::TinySteps ? 0 : makeValue(); }

  double makeRate(int64_t state) {
    switch (family) {
    case Family::ZeroDecay:
      return 0;
    case Family::Growing:
      return 1e-3 + 0.05 * random.uniform();
    case Family::FastDecay:
      return -std::pow(10, 3 + 27 * random.uniform());
    default:
      return -double(state % 16 + 1) * (1 + 0.1 * random.normal());
    }
  }

  /// The value of delta that gives a step size of the family.
  double makeDelta(int64_t channel) {
    const double bias = model.hasBias ? biases[size_t(channel)] : 0;
    if (model.threshold && random.oneIn(2)) {
      // On both sides of the threshold, and so far from it that no rounding leads across.
      const double distance = 0.01 + 1.5 * random.uniform();
      return *model.threshold + (random.oneIn(2) ? distance : -distance) - bias;
    }
    const double step = makeStep();
    if (!model.hasSoftplus)
      return step - bias;
    return (step == 0 ? -200 : step > 30 ? step : std::log(std::expm1(step))) - bias;
  }

private:
  double makeLogUniform(double least, double most) {
    return least * std::pow(most / least, random.uniform());
  }

  double makeStep() {
    switch (family) {
    case Family::HeavyTailed:
      return makeLogUniform(1e-6, 30);
    case Family::ZeroSteps:
      return random.oneIn(2) ? 0 : makeLogUniform(1e-3, 0.1);
    case Family::HugeSteps:
      return makeLogUniform(20, 1000);
    case Family::TinySteps:
      return makeLogUniform(std::exp(-60), std::exp(-17));
    case Family::ZeroDecay:
      return random.pick({0.5, 1.0, 2.0});
    case Family::Growing:
      return (random.oneIn(3) && !model.hasSoftplus ? -1 : 1) * makeLogUniform(1e-3, 0.1);
    default:
      return makeLogUniform(1e-3, 0.1);
    }
  }

  const ScanModel &model;
  const Family family;
  Random &random;
  std::vector<float> biases;
};
} // namespace

namespace {
/// Puts a call together.
class CallBuilder {
public:
  CallBuilder(const ScanModel &model, uint64_t seed, int64_t point)
      : model(model), random(seed, uint64_t(model.number), uint64_t(point)),
        family(kFamilies[size_t(model.number * 3 + point) % std::size(kFamilies)]),
        sequences(model, point, model.deltas * model.headDim * model.numStates, random),
        source(model, family, random) {}

  Call build();

private:
  template <typename Make>
  void add(ElementType type, const std::vector<int64_t> &sizes, Layout layout, Make make) {
    call.description += std::string(" ") + grid::getName(layout);
    call.tensors.emplace_back(type, sizes, layout, random);
    fillTensor(call.tensors.back(), make);
  }
  /// A tensor that has a batch and time.
  template <typename Make>
  void addOverTime(const std::vector<int64_t> &sizes, bool isF32, Make make) {
    add(model.pickType(isF32), joinSizes({sequences.batch, sequences.length}, sizes),
        chooseInputLayout(random), make);
  }
  /// Numbers per channel or head, always f32.
  template <typename Make> void addParameter(const std::vector<int64_t> &sizes, Make make) {
    add(ElementType::F32, sizes, random.pick({Layout::Compact, Layout::Padded}), make);
  }
  void addOperands();
  void addOptions();
  void addResults();

  const ScanModel &model;
  Random random;
  const Family family;
  const Sequences sequences;
  ValueSource source;
  Call call;
};
} // namespace

void CallBuilder::addOperands() {
  const std::vector<int64_t> perGroup = {model.groups, model.numStates};
  const std::vector<int64_t> perDelta = {model.deltas, model.numStates};
  addOverTime(model.getChannelSizes(), false, [&](int64_t) { return source.makeU(); });
  addOverTime({model.deltas}, model.isDeltaF32,
              [&](int64_t i) { return source.makeDelta(i % model.deltas); });
  if (model.decay == ScanModel::Decay::PerState)
    addParameter(perDelta, [&](int64_t i) { return source.makeRate(i % model.numStates); });
  else if (model.decay == ScanModel::Decay::Shared)
    addParameter({model.deltas}, [&](int64_t i) { return source.makeRate(i); });
  if (model.hasConstantB)
    addParameter(perDelta, [&](int64_t) { return source.makeValue(); });
  else
    addOverTime(perGroup, model.isBF32, [&](int64_t) { return source.makeB(); });
  if (model.hasConstantC)
    addParameter(perDelta, [&](int64_t) { return source.makeValue(); });
  else
    addOverTime(perGroup, model.isCF32, [&](int64_t) { return source.makeValue(); });
}

void CallBuilder::addOptions() {
  if (model.skip != ScanModel::Skip::None)
    addParameter(model.skip == ScanModel::Skip::PerChannel ? model.getChannelSizes()
                                                           : std::vector<int64_t>{model.deltas},
                 [&](int64_t) { return source.makeSkip(); });
  if (model.hasGate)
    addOverTime(model.getChannelSizes(), model.isGateF32,
                [&](int64_t) { return source.makeGate(); });
  if (model.hasBias)
    addParameter({model.deltas}, [&](int64_t i) { return source.makeBias(i); });
  if (model.hasInit)
    add(ElementType::F32, joinSizes({sequences.states}, model.getStateSizes()),
        chooseInputLayout(random), [&](int64_t) { return source.makeValue(); });
  sequences.addTensors(model, random, call);
}

void CallBuilder::addResults() {
  // Errors of a growing state grow with it; steps that are all alike, or that several channels
  // share, err all in one direction; that of the first power counts n-fold in the n-th.
  const bool isCorrelated = family == Family::TinySteps || family == Family::Growing ||
                            (family == Family::ZeroSteps && (model.limits || model.hasBias)) ||
                            (model.decay == ScanModel::Decay::Powers && model.numStates > 32);
  // Of a few steps all may have terms that cancel.
  const bool areMany = sequences.batch * sequences.length * model.deltas >= 64;
  const bool hasRelativeLimit = !isCorrelated && !model.limits && areMany;
  const auto addResult = [&](ElementType type, std::vector<int64_t> sizes) {
    const Layout layout = chooseOutputLayout(random);
    call.description += std::string(" ") + grid::getName(layout);
    call.results.push_back({StridedTensor(type, std::move(sizes), layout, random),
                            isCorrelated ? Rule::Each : Rule::Bound, hasRelativeLimit});
  };
  addResult(model.type, joinSizes({sequences.batch, sequences.length}, model.getChannelSizes()));
  if (model.hasLastState)
    addResult(ElementType::F32, joinSizes({sequences.states}, model.getStateSizes()));
}

Call CallBuilder::build() {
  call.threads = int32_t(random.pick<int64_t>({1, 1, 2, 3}));
  call.isDefined = sequences.areOrdered;
  call.description = sequences.describe() + " " + ::getName(family) + ", threads " +
                     std::to_string(call.threads) + ", layouts";
  addOperands();
  addOptions();
  addResults();
  return std::move(call);
}

Call ScanModel::makeCall(uint64_t seed, int64_t point) const {
  return CallBuilder(*this, seed, point).build();
}
