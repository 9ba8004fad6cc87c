// The causal convolution by its definition, whole and tiled: one channel at a time.
#include "Convolution.h"

#include "TimeSteps.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

namespace {
/// What one channel reads. Series without elements are operands that the op does not have.
struct ConvChannel {
  Series x, weight, bias, reset;
  int64_t width = 0;
  bool hasSilu = false;

  /// The output of a step; `window` holds the steps before it, the latest last, and moves on.
  template <typename Real> Real step(int64_t time, MutableArrayRef<double> window) const;
};
} // namespace

template <typename Real>
Real ConvChannel::step(int64_t time, MutableArrayRef<double> window) const {
  if (reset.isTrueAt(time))
    llvm::fill(window, 0.0);
  const double present = x.at(time);
  Sum<Real> sum;
  for (int64_t k = 0; k < width - 1; ++k)
    sum.add(Real(weight.at(0, k)) * Real(window[k]));
  sum.add(Real(weight.at(0, width - 1)) * Real(present));
  if (bias)
    sum.add(bias.at(0));
  std::move(window.begin() + 1, window.end(), window.begin());
  window.back() = present;
  return hasSilu ? silu(sum.get()) : sum.get();
}

/// Channel `c` of the steps from row `firstRow` on; both ops lay their operands out the same way.
template <typename OpT>
static ConvChannel makeChannel(OpT op, const Frame &frame, int64_t firstRow, int64_t c) {
  const Tensor &x = frame.at(op.getX()), &weight = frame.at(op.getWeight());
  const int64_t numChannels = x.getShape().back();
  ConvChannel channel;
  channel.width = weight.getDim(1);
  channel.hasSilu = op.getSilu();
  channel.x = Series(x, firstRow * numChannels + c, numChannels);
  channel.weight = Series(weight, c * channel.width, 0, 1);
  if (const Tensor *bias = findTensor(frame, op.getBias()))
    channel.bias = Series(*bias, c, 0);
  if (const Tensor *reset = findTensor(frame, op.getReset()))
    channel.reset = Series(*reset, firstRow, 1);
  return channel;
}

//===----------------------------------------------------------------------===//
// attn.causal_conv1d
//===----------------------------------------------------------------------===//

template <typename Real>
static void runChannels(attn::CausalConv1dOp op, const Frame &frame, ArrayRef<Sequence> sequences,
                        BoundedTensor &output, std::optional<BoundedTensor> &lastWindow) {
  const Tensor &x = frame.at(op.getX()), *init = findTensor(frame, op.getInit());
  const int64_t numChannels = x.getDim(2), width = op.getWidth();
  SmallVector<double> window(width - 1);
  for (int64_t s = 0, e = static_cast<int64_t>(sequences.size()); s < e; ++s)
    for (int64_t c = 0; c < numChannels; ++c) {
      const int64_t firstRow = sequences[s].batch * x.getDim(1);
      const ConvChannel channel = makeChannel(op, frame, firstRow, c);
      const auto getWindowPosition = [&](int64_t k) {
        return (s * (width - 1) + k) * numChannels + c;
      };
      for (int64_t k = 0; k < width - 1; ++k)
        window[k] = init ? init->data()[getWindowPosition(k)].real : 0;
      sequences[s].walk(/*reverse=*/false, [&](int64_t time) {
        output.set((firstRow + time) * numChannels + c, channel.step<Real>(time, window));
      });
      if (lastWindow)
        for (int64_t k = 0; k < width - 1; ++k)
          lastWindow->set(getWindowPosition(k), Real(window[k]));
    }
}

FailureOr<BoundedResults> reference::evaluateCausalConv1d(attn::CausalConv1dOp op,
                                                          const Frame &frame, bool computeBounds) {
  const Tensor &x = frame.at(op.getX());
  FailureOr<SmallVector<Sequence>> sequences =
      findSequences(op, x, findTensor(frame, op.getCuSeqlens()));
  if (failed(sequences))
    return failure();
  if (const Tensor *reset = findTensor(frame, op.getReset());
      reset && failed(checkRows(op, "reset", *reset, "x", x)))
    return failure();
  const int64_t numSequences = static_cast<int64_t>(sequences->size());
  if (const Tensor *init = findTensor(frame, op.getInit());
      init && failed(checkSize(op, "sequences of init", numSequences, init->getDim(0))))
    return failure();

  BoundedTensor output(Tensor(x.getElementType(), x.getShape()), computeBounds);
  std::optional<BoundedTensor> lastWindow;
  if (op.getLastWindow()) {
    const int64_t shape[] = {numSequences, op.getWidth() - 1, x.getDim(2)};
    FailureOr<Tensor> zeros = makeTensor(op, x.getElementType(), shape);
    if (failed(zeros))
      return failure();
    lastWindow.emplace(std::move(*zeros), computeBounds);
  }
  if (computeBounds)
    runChannels<Approximate>(op, frame, *sequences, output, lastWindow);
  else
    runChannels<double>(op, frame, *sequences, output, lastWindow);
  BoundedResults results;
  std::move(output).moveTo(results);
  if (lastWindow)
    std::move(*lastWindow).moveTo(results);
  return results;
}

//===----------------------------------------------------------------------===//
// attn.conv_step
//===----------------------------------------------------------------------===//

FailureOr<Results> reference::evaluateConvStep(attn::ConvStepOp op, const Frame &frame) {
  const Tensor &x = frame.at(op.getX()), &weight = frame.at(op.getWeight());
  const Tensor *bias = findTensor(frame, op.getBias()), *reset = findTensor(frame, op.getReset());
  const int64_t steps = x.getDim(0), numChannels = x.getDim(1), width = weight.getDim(1);
  Results results = {frame.at(op.getWindow()), frame.at(op.getOutput())};
  if (failed(checkSizeIsAtMost(op, "channels of x", op.getChannelTile(), numChannels)) ||
      failed(checkSize(op, "channels of weight (of x)", numChannels, weight.getDim(0))) ||
      (bias && failed(checkSize(op, "channels of bias (of x)", numChannels, bias->getDim(0)))) ||
      (reset && failed(checkSize(op, "time of reset (of x)", steps, reset->getDim(0)))) ||
      failed(checkSize(op, "rows of window", width - 1, results[0].getDim(0))) ||
      failed(checkSize(op, "channels of window (of x)", numChannels, results[0].getDim(1))) ||
      failed(checkSize(op, "time of output (of x)", steps, results[1].getDim(0))) ||
      failed(checkSize(op, "channels of output (of x)", numChannels, results[1].getDim(1))))
    return failure();

  Cell *windows = results[0].mutableData(), *output = results[1].mutableData();
  SmallVector<double> window(width - 1);
  for (int64_t c = 0; c < numChannels; ++c) {
    const ConvChannel channel = makeChannel(op, frame, /*firstRow=*/0, c);
    for (int64_t k = 0; k < width - 1; ++k)
      window[k] = windows[k * numChannels + c].real;
    for (int64_t time = 0; time < steps; ++time)
      output[time * numChannels + c].real = channel.step<double>(time, window);
    for (int64_t k = 0; k < width - 1; ++k)
      windows[k * numChannels + c].real = window[k];
  }
  return results;
}
