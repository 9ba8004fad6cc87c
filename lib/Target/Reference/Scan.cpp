// The selective scan by its definition, whole and tiled: one channel at a time, step after step.
#include "Scan.h"

#include "TimeSteps.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

namespace {
/// How a step size comes from delta.
struct StepSizeRule {
  bool hasSoftplus = false;
  double threshold = 0;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();

  template <typename OpT> explicit StepSizeRule(OpT op) {
    hasSoftplus = op.getDeltaSoftplus();
    threshold = op.getEffectiveSoftplusThreshold();
    if (std::optional<ArrayRef<double>> limits = op.getDeltaLimits()) {
      low = limits->front();
      high = limits->back();
    }
  }
};

/// What one channel reads. Series without elements are operands that the op does not have.
struct ScanChannel {
  Series u, delta, rates, B, C, skip, gate, deltaBias, reset;
  int64_t numStates = 0;
  /// The rate of state n is n + 1 times the first in f32: factors may be powers of the first.
  bool hasMultipleRates = false;

  template <typename Real> Real getStepSize(const StepSizeRule &rule, int64_t time) const;

  /// The output of a step; `h` is the state of the channel and moves on.
  template <typename Real>
  Real step(const StepSizeRule &rule, int64_t time, MutableArrayRef<Real> h) const;
};
} // namespace

static bool areMultiples(const Series &rates, int64_t numStates) {
  const auto getRate = [&](int64_t n) { return static_cast<float>(rates.at(0, n)); };
  for (int64_t n = 1; n < numStates; ++n)
    if (getRate(n) != static_cast<float>(n + 1) * getRate(0))
      return false;
  return rates.stateStride != 0;
}

/// Units of u that power n + 1 of a factor may be off by beyond the exponential of its own: n more
/// times what the exponential is off by near 0, and n products.
static double getPowerError(int64_t n) { return static_cast<double>(5 * n); }

template <typename Real>
Real ScanChannel::getStepSize(const StepSizeRule &rule, int64_t time) const {
  Real dt = delta.at(time);
  if (deltaBias)
    dt = dt + Real(deltaBias.at(0));
  if (rule.hasSoftplus)
    dt = softplus(dt, rule.threshold);
  return clamp(dt, rule.low, rule.high);
}

template <typename Real>
Real ScanChannel::step(const StepSizeRule &rule, int64_t time, MutableArrayRef<Real> h) const {
  const Real dt = getStepSize<Real>(rule, time), input = dt * Real(u.at(time));
  if (reset.isTrueAt(time))
    llvm::fill(h, Real(0));
  Sum<Real> sum;
  Real factor = 0;
  for (int64_t n = 0; n < numStates; ++n) {
    if (n == 0 || rates.stateStride != 0)
      factor = exponential(dt * Real(rates.at(0, n)));
    if (hasMultipleRates)
      factor = addError(factor, getPowerError(n));
    h[n] = factor * h[n] + input * Real(B.at(time, n));
    sum.add(Real(C.at(time, n)) * h[n]);
  }
  if (skip)
    sum.add(Real(skip.at(0)) * Real(u.at(time)));
  return gate ? sum.get() * silu(Real(gate.at(time))) : sum.get();
}

//===----------------------------------------------------------------------===//
// attn.selective_scan
//===----------------------------------------------------------------------===//

namespace {
/// A whole scan. Channels are D or, of the heads form, the H * P pairs of a head and a place in it;
/// each has a number among the D or H step sizes.
class WholeScan {
public:
  WholeScan(attn::SelectiveScanOp op, const Frame &frame)
      : op(op), frame(frame), u(frame.at(op.getU())), numDeltas(op.getNumDeltas()),
        numChannels(op.hasHeads() ? numDeltas * u.getDim(3) : numDeltas),
        numStates(op.getNumStates()) {}

  FailureOr<BoundedResults> run(bool computeBounds);

private:
  LogicalResult checkSizes(int64_t numSequences);
  ScanChannel makeChannel(int64_t batch, int64_t channel);
  Series makeProjection(const Tensor &tensor, int64_t firstRow, int64_t delta) const;
  template <typename Real>
  void runChannels(ArrayRef<Sequence> sequences, BoundedTensor &output,
                   std::optional<BoundedTensor> &lastState);

  attn::SelectiveScanOp op;
  const Frame &frame;
  const Tensor &u;
  const int64_t numDeltas, numChannels, numStates;
};
} // namespace

LogicalResult WholeScan::checkSizes(int64_t numSequences) {
  const std::pair<StringRef, Value> rows[] = {{"delta", op.getDelta()},
                                              {"gate", op.getGate()},
                                              {"B", op.isConstantB() ? Value() : op.getB()},
                                              {"C", op.isConstantC() ? Value() : op.getC()},
                                              {"reset", op.getReset()}};
  for (auto [name, operand] : rows)
    if (const Tensor *tensor = findTensor(frame, operand);
        tensor && failed(checkRows(op, name, *tensor, "u", u)))
      return failure();
  const Tensor *init = findTensor(frame, op.getInit());
  return success(!init ||
                 succeeded(checkSize(op, "sequences of init", numSequences, init->getDim(0))));
}

/// B or C of a channel with step size number `delta`.
Series WholeScan::makeProjection(const Tensor &tensor, int64_t firstRow, int64_t delta) const {
  if (tensor.getRank() == 2)
    return Series(tensor, delta * numStates, 0, 1);
  const int64_t numGroups = tensor.getDim(2), group = delta / (numDeltas / numGroups);
  return Series(tensor, (firstRow * numGroups + group) * numStates, numGroups * numStates, 1);
}

ScanChannel WholeScan::makeChannel(int64_t batch, int64_t channel) {
  const int64_t delta = channel / (numChannels / numDeltas), firstRow = batch * u.getDim(1);
  const Tensor &rates = frame.at(op.getA());
  ScanChannel series;
  series.numStates = numStates;
  series.u = Series(u, firstRow * numChannels + channel, numChannels);
  series.delta = Series(frame.at(op.getDelta()), firstRow * numDeltas + delta, numDeltas);
  series.rates =
      rates.getRank() == 2 ? Series(rates, delta * numStates, 0, 1) : Series(rates, delta, 0);
  series.hasMultipleRates = areMultiples(series.rates, numStates);
  series.B = makeProjection(frame.at(op.getB()), firstRow, delta);
  series.C = makeProjection(frame.at(op.getC()), firstRow, delta);
  if (const Tensor *skip = findTensor(frame, op.getSkip()))
    series.skip = Series(*skip, skip->getRank() == 2 ? channel : delta, 0);
  if (const Tensor *gate = findTensor(frame, op.getGate()))
    series.gate = Series(*gate, firstRow * numChannels + channel, numChannels);
  if (const Tensor *bias = findTensor(frame, op.getDeltaBias()))
    series.deltaBias = Series(*bias, delta, 0);
  if (const Tensor *reset = findTensor(frame, op.getReset()))
    series.reset = Series(*reset, firstRow, 1);
  return series;
}

template <typename Real>
void WholeScan::runChannels(ArrayRef<Sequence> sequences, BoundedTensor &output,
                            std::optional<BoundedTensor> &lastState) {
  const StepSizeRule rule(op);
  const Tensor *init = findTensor(frame, op.getInit());
  std::vector<Real> h(numStates);
  for (int64_t s = 0, e = static_cast<int64_t>(sequences.size()); s < e; ++s)
    for (int64_t c = 0; c < numChannels; ++c) {
      const ScanChannel channel = makeChannel(sequences[s].batch, c);
      const int64_t firstRow = sequences[s].batch * u.getDim(1);
      const int64_t firstState = (s * numChannels + c) * numStates;
      for (int64_t n = 0; n < numStates; ++n)
        h[n] = init ? init->data()[firstState + n].real : 0;
      sequences[s].walk(op.getReverse(), [&](int64_t time) {
        output.set((firstRow + time) * numChannels + c, channel.step<Real>(rule, time, h));
      });
      if (lastState)
        for (int64_t n = 0; n < numStates; ++n)
          lastState->set(firstState + n, h[n]);
    }
}

FailureOr<BoundedResults> WholeScan::run(bool computeBounds) {
  FailureOr<SmallVector<Sequence>> sequences =
      findSequences(op, u, findTensor(frame, op.getCuSeqlens()));
  if (failed(sequences) || failed(checkSizes(static_cast<int64_t>(sequences->size()))))
    return failure();
  BoundedTensor output(Tensor(u.getElementType(), u.getShape()), computeBounds);
  std::optional<BoundedTensor> lastState;
  if (Value result = op.getLastState()) {
    auto type = cast<RankedTensorType>(result.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape.front() = static_cast<int64_t>(sequences->size());
    FailureOr<Tensor> zeros = makeTensor(op, type.getElementType(), shape);
    if (failed(zeros))
      return failure();
    lastState.emplace(std::move(*zeros), computeBounds);
  }
  if (computeBounds)
    runChannels<Approximate>(*sequences, output, lastState);
  else
    runChannels<double>(*sequences, output, lastState);
  BoundedResults results;
  std::move(output).moveTo(results);
  if (lastState)
    std::move(*lastState).moveTo(results);
  return results;
}

FailureOr<BoundedResults> reference::evaluateSelectiveScan(attn::SelectiveScanOp op,
                                                           const Frame &frame, bool computeBounds) {
  return WholeScan(op, frame).run(computeBounds);
}

//===----------------------------------------------------------------------===//
// attn.scan_step
//===----------------------------------------------------------------------===//

/// Row or column `index` of an axis that may be shared: of size 1.
static int64_t getShared(const Tensor &tensor, int64_t axis, int64_t index) {
  return tensor.getDim(axis) == 1 ? 0 : index;
}

/// B or C of a channel of a tile: by steps, or constant over them.
static Series makeTileProjection(const Tensor &tensor, bool isConstant, int64_t channel) {
  const int64_t numStates = tensor.getDim(1);
  return isConstant ? Series(tensor, getShared(tensor, 0, channel) * numStates, 0, 1)
                    : Series(tensor, 0, numStates, 1);
}

static ScanChannel makeTileChannel(attn::ScanStepOp op, const Frame &frame, int64_t channel) {
  const Tensor &u = frame.at(op.getU()), &delta = frame.at(op.getDelta());
  const Tensor &rates = frame.at(op.getA());
  ScanChannel series;
  series.numStates = op.getNumStates();
  series.u = Series(u, channel, u.getDim(1));
  series.delta = Series(delta, getShared(delta, 1, channel), delta.getDim(1));
  series.rates = Series(rates, getShared(rates, 0, channel) * rates.getDim(1), 0,
                        rates.getDim(1) == 1 ? 0 : 1);
  series.hasMultipleRates = areMultiples(series.rates, series.numStates);
  series.B = makeTileProjection(frame.at(op.getB()), op.getConstantB(), channel);
  series.C = makeTileProjection(frame.at(op.getC()), op.getConstantC(), channel);
  if (const Tensor *skip = findTensor(frame, op.getSkip()))
    series.skip = Series(*skip, getShared(*skip, 0, channel), 0);
  if (const Tensor *gate = findTensor(frame, op.getGate()))
    series.gate = Series(*gate, channel, gate->getDim(1));
  if (const Tensor *bias = findTensor(frame, op.getDeltaBias()))
    series.deltaBias = Series(*bias, getShared(*bias, 0, channel), 0);
  if (const Tensor *reset = findTensor(frame, op.getReset()))
    series.reset = Series(*reset, 0, 1);
  return series;
}

/// Checks what types may leave open, against the steps and channels of u; axes that an operand does
/// not have are negative.
static LogicalResult checkTileSizes(attn::ScanStepOp op, const Frame &frame) {
  const Tensor &u = frame.at(op.getU());
  const int64_t steps = u.getDim(0), channels = u.getDim(1);
  if (failed(checkSizeIsAtMost(op, "time of u", op.getTimeTile(), steps)) ||
      failed(checkSizeIsAtMost(op, "channels of u", op.getChannelTile(), channels)))
    return failure();
  struct Axes {
    StringRef name;
    Value operand;
    int64_t time, channels;
    bool mayShare;
  };
  const bool constantB = op.getConstantB(), constantC = op.getConstantC();
  const Axes operands[] = {{"delta", op.getDelta(), 0, 1, true},
                           {"A", op.getA(), -1, 0, true},
                           {"B", op.getB(), constantB ? -1 : 0, constantB ? 0 : -1, true},
                           {"C", op.getC(), constantC ? -1 : 0, constantC ? 0 : -1, true},
                           {"skip", op.getSkip(), -1, 0, true},
                           {"gate", op.getGate(), 0, 1, false},
                           {"delta_bias", op.getDeltaBias(), -1, 0, true},
                           {"reset", op.getReset(), 0, -1, false},
                           {"state", op.getH(), -1, 0, false},
                           {"elapsed", op.getElapsed(), -1, 0, true},
                           {"output", op.getOutput(), 0, 1, false}};
  for (const Axes &axes : operands) {
    const Tensor *tensor = findTensor(frame, axes.operand);
    if (tensor && axes.time >= 0 &&
        failed(checkSize(op, "time of " + axes.name + " (of u)", steps, tensor->getDim(axes.time))))
      return failure();
    if (!tensor || axes.channels < 0 || (axes.mayShare && tensor->getDim(axes.channels) == 1))
      continue;
    if (failed(checkSize(op, "channels of " + axes.name + " (of u)", channels,
                         tensor->getDim(axes.channels))))
      return failure();
  }
  return success();
}

FailureOr<Results> reference::evaluateScanStep(attn::ScanStepOp op, const Frame &frame) {
  if (failed(checkTileSizes(op, frame)))
    return failure();
  const StepSizeRule rule(op);
  const Tensor &u = frame.at(op.getU());
  const Sequence tile{0, 0, u.getDim(0)};
  const int64_t numChannels = u.getDim(1), numStates = op.getNumStates();
  Results results;
  for (Value init : op.getDpsInits())
    results.push_back(frame.at(init));

  Cell *states = results.front().mutableData();
  Cell *output = op.getOutput() ? results.back().mutableData() : nullptr;
  std::vector<double> h(numStates);
  for (int64_t c = 0; c < numChannels; ++c) {
    const ScanChannel channel = makeTileChannel(op, frame, c);
    for (int64_t n = 0; n < numStates; ++n)
      h[n] = states[c * numStates + n].real;
    tile.walk(op.getReverse(), [&](int64_t time) {
      const double y = channel.step<double>(rule, time, h);
      if (output)
        output[time * numChannels + c].real = y;
    });
    for (int64_t n = 0; n < numStates; ++n)
      states[c * numStates + n].real = h[n];
  }
  if (!op.getElapsed())
    return results;
  Cell *elapsed = results[1].mutableData();
  for (int64_t c = 0; c < results[1].getDim(0); ++c) {
    const ScanChannel channel = makeTileChannel(op, frame, c);
    tile.walk(op.getReverse(), [&](int64_t time) {
      if (channel.reset.isTrueAt(time))
        elapsed[c].real = std::numeric_limits<double>::infinity();
      elapsed[c].real += channel.getStepSize<double>(rule, time);
    });
  }
  return results;
}
