// Cuts causal convolutions into blocks of channels that run in parallel and tiles of time in order.
#include "SequenceTiler.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::attn;

namespace {

/// Rewrites one convolution.
class ConvTiler : SequenceTiler {
public:
  ConvTiler(CausalConv1dOp op, ScanTiles sizes)
      : SequenceTiler(op, op.getX(), op.getCuSeqlens()), op(op), sizes(sizes) {}

  void run();

private:
  /// Channels of a block; the last may have fewer.
  int64_t blockSize() { return std::min(sizes.channels, op.getNumChannels()); }
  void buildBlock(scf::ForallOp forall);
  SmallVector<Value> buildStep(TimeTile tile, Value outputRows, Value window);
  Value sliceWindow(Value windows) {
    return slice(windows, {at(sequence), all(op.getWidth() - 1), channels()});
  }
  Axis channels() { return range(firstChannel, numChannels); }

  CausalConv1dOp op;
  ScanTiles sizes;
  // Of the block being built.
  Value firstChannel;
  OpFoldResult numChannels;
  // What does not change with time, sliced before the loop over it.
  Value weight, bias;
};

} // namespace

SmallVector<Value> ConvTiler::buildStep(TimeTile tile, Value outputRows, Value window) {
  Value x = sliceTile(op.getX(), tile, {channels()});
  Value reset = op.getReset() ? sliceTile(op.getReset(), tile, {}) : Value();
  auto step =
      ConvStepOp::create(builder, loc, TypeRange{window.getType(), outputRows.getType()}, x, weight,
                         bias, reset, window, outputRows, op.getSilu(), blockSize());
  return {step.getResult(1), step.getResult(0)};
}

void ConvTiler::buildBlock(scf::ForallOp forall) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(forall.getTerminator());
  SmallVector<Value> ids = forall.getInductionVars();
  enterSequence(ids[0]);
  int64_t numAll = op.getNumChannels(), block = blockSize();
  firstChannel = mul(ids[1], block);
  if (numAll % block == 0)
    numChannels = builder.getIndexAttr(block);
  else
    numChannels = min(sub(constant(numAll), firstChannel), constant(block));

  weight = slice(op.getWeight(), {channels(), all(op.getWidth())});
  bias = op.getBias() ? slice(op.getBias(), {channels()}) : Value();

  auto outputs = forall.getRegionIterArgs();
  SmallVector<Value> parts{sliceSequence(outputs[0], {channels()})};
  Value target;
  if (op.getLastWindow()) {
    target = sliceWindow(outputs[1]);
    parts.push_back(target);
  } else {
    target = emptyScratch({builder.getIndexAttr(op.getWidth() - 1), numChannels},
                          {op.getWidth() - 1, blockSize()}, op.getX().getType().getElementType());
  }
  Value window = startState(op.getInit() ? sliceWindow(op.getInit()) : Value(), target);
  SmallVector<Value> results = buildTimeLoop(sizes.timeTile, /*reverse=*/false, parts[0], window,
                                             [&](TimeTile tile, Value rows, ValueRange carried) {
                                               return buildStep(tile, rows, carried.front());
                                             });
  yieldParts(forall, results, parts);
}

void ConvTiler::run() {
  int64_t block = blockSize();
  remark::passed(loc, remarkNamed("tiles"))
      << llvm::formatv("blocks of {0} channels, time tiles of {1} steps", block, sizes.timeTile)
             .str();
  SmallVector<OpFoldResult> bounds{
      numSequences(), builder.getIndexAttr(llvm::divideCeil(op.getNumChannels(), block))};
  auto forall = scf::ForallOp::create(builder, loc, bounds, buildOutputs(op),
                                      /*mapping=*/std::nullopt);
  buildBlock(forall);
  replace(op, forall.getResults());
}

void attnc::tileCausalConv1d(CausalConv1dOp op, ScanTiles sizes) { ConvTiler(op, sizes).run(); }
