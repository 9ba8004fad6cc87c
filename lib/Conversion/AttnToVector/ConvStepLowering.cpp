// Lowers attn.conv_step: slides a window of rows in registers along time, lanes along channels.
#include "Activations.h"
#include "ChannelRows.h"
#include "ScanStepLowering.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc;

namespace {

using Values = VectorBuilder::Values;
using Lanes = ChannelRows::Lanes;

class ConvStepLowering {
public:
  ConvStepLowering(attn::ConvStepOp op, const VectorUnit &unit)
      : op(op), builder(op), vb(builder, op.getLoc(), unit),
        rows(vb, op, op.getX(), op.getChannelTile()),
        weights(packChannels(vb, op, op.getWeight(), rows.capacity())),
        bias(op.getBias() ? packChannels(vb, op, op.getBias(), rows.capacity()) : Value()) {}
  void run();

private:
  void convolve(Lanes lanes);
  /// The window without what was before a reset.
  Values applyReset(Value step, ValueRange window);

  attn::ConvStepOp op;
  OpBuilder builder;
  VectorBuilder vb;
  ChannelRows rows;
  Value weights, bias;
};

} // namespace

Values ConvStepLowering::applyReset(Value step, ValueRange window) {
  if (!op.getReset())
    return Values(window);
  Value isReset = memref::LoadOp::create(builder, vb.loc, op.getReset(), step);
  Value zero = vb.splat(0.0f);
  Values kept;
  for (Value row : window)
    kept.push_back(arith::SelectOp::create(builder, vb.loc, isReset, zero, row));
  return kept;
}

void ConvStepLowering::convolve(Lanes lanes) {
  int64_t width = op.getWidth();
  Value zero = vb.index(0);
  Values taps, window;
  for (int64_t k = 0; k < width; ++k)
    taps.push_back(vb.load(weights, {lanes.vector, vb.index(k), zero}));
  for (int64_t k = 0; k + 1 < width; ++k)
    window.push_back(rows.load(op.getWindow(), vb.index(k), lanes));
  Value start = bias ? vb.load(bias, {lanes.vector, zero}) : vb.splat(0.0f);

  Value numSteps = memref::DimOp::create(builder, vb.loc, op.getX(), 0);
  window = vb.forLoop(zero, numSteps, 1, window, [&](Value step, ValueRange carried) {
    // The same step of the next tile: one tile is the time a row has to arrive from memory.
    Value ahead = vb.add(step, numSteps);
    rows.prefetch(op.getX(), ahead, lanes);
    rows.prefetch(op.getOutput(), ahead, lanes, /*forWriting=*/true);
    Values seen = applyReset(step, carried);
    seen.push_back(rows.load(op.getX(), step, lanes));
    Value sum = start;
    for (auto [tap, row] : llvm::zip(taps, seen))
      sum = vb.fma(tap, row, sum);
    rows.store(op.getSilu() ? buildSilu(vb, sum) : sum, op.getOutput(), step, lanes);
    return Values(ArrayRef(seen).drop_front());
  });
  for (int64_t k = 0; k + 1 < width; ++k)
    rows.store(window[k], op.getWindow(), vb.index(k), lanes);
}

void ConvStepLowering::run() {
  rows.forEach([&](Lanes lanes) { convolve(lanes); });
}

void attnc::lowerConvStep(attn::ConvStepOp op, const VectorUnit &unit) {
  ConvStepLowering(op, unit).run();
  op.erase();
}
