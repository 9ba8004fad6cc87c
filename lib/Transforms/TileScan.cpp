// Cuts selective scans into blocks of channels that run in parallel and tiles of time in order.
#include "SequenceTiler.h"

#include "attnc/Analysis/ScanDecay.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::attn;

namespace {

/// Rewrites one selective scan. A unit is what blocks must not straddle: a group of channels that
/// share B and C, or a head.
class ScanTiler : SequenceTiler {
public:
  ScanTiler(SelectiveScanOp op, ScanTiles sizes)
      : SequenceTiler(op, op.getU(), op.getCuSeqlens()), op(op), sizes(sizes),
        hasHeads(op.hasHeads()), decay(analyzeDecay(op)) {}

  void run();

private:
  int64_t getNumUnits() { return hasHeads ? op.getNumDeltas() : op.getNumGroups(); }
  int64_t getUnitSize() {
    return hasHeads ? op.getU().getType().getDimSize(3) : op.getNumDeltas() / op.getNumGroups();
  }
  /// Channels of a block; the last of a unit may have fewer.
  int64_t blockSize() { return std::min(sizes.channels, getUnitSize()); }
  /// Tells what is known of the decay factors.
  void remarkDecay();
  void enterBlock(ValueRange ids);
  void buildBlock(scf::ForallOp forall);
  SmallVector<Value> buildStep(TimeTile tile, Value outputRows, Value state);

  /// The axes of the block's channels in u, gate and output.
  SmallVector<Axis> channelAxes() {
    if (hasHeads)
      return {at(unit), range(firstChannel, numChannels)};
    return {range(firstChannel, numChannels)};
  }
  /// The axis of what has one value per channel, or one per head.
  Axis deltaAxis() {
    return hasHeads ? range(unit, builder.getIndexAttr(1)) : range(firstChannel, numChannels);
  }
  Value sliceState(Value states);
  Value sliceRates();
  /// B or C of the steps of a tile.
  Value sliceProjection(Value tensor, TimeTile tile);
  Value sliceSkip();
  Value sliceIfPresent(Value vector, ArrayRef<Axis> axes) {
    return vector ? slice(vector, axes) : Value();
  }

  SelectiveScanOp op;
  ScanTiles sizes;
  bool hasHeads;
  DecayFacts decay;
  // Of the block being built: the first channel counts within the head, or among all channels.
  Value unit, firstChannel;
  OpFoldResult numChannels;
  // What does not change with time, sliced before the loop over it.
  Value rates, skip, bias, constantB, constantC;
};

} // namespace

void ScanTiler::enterBlock(ValueRange ids) {
  enterSequence(ids[0]);
  unit = ids[1];
  int64_t unitSize = getUnitSize(), block = blockSize();
  Value firstInUnit = mul(ids[2], block);
  if (unitSize % block == 0)
    numChannels = builder.getIndexAttr(block);
  else
    numChannels = min(sub(constant(unitSize), firstInUnit), constant(block));
  firstChannel = hasHeads ? firstInUnit : add(mul(unit, unitSize), firstInUnit);

  Axis states = all(op.getNumStates());
  rates = sliceRates();
  skip = sliceSkip();
  bias = sliceIfPresent(op.getDeltaBias(), {deltaAxis()});
  constantB = op.isConstantB() ? slice(op.getB(), {deltaAxis(), states}) : Value();
  constantC = op.isConstantC() ? slice(op.getC(), {deltaAxis(), states}) : Value();
}

Value ScanTiler::sliceState(Value states) {
  SmallVector<Axis> axes{at(sequence)};
  axes.append(channelAxes());
  axes.push_back(all(op.getNumStates()));
  return slice(states, axes);
}

Value ScanTiler::sliceRates() {
  Value rates = op.getA();
  auto type = cast<RankedTensorType>(rates.getType());
  int64_t columns = type.getRank() == 2 ? type.getDimSize(1) : 1;
  if (type.getRank() == 1) {
    auto column = RankedTensorType::get({type.getDimSize(0), 1}, type.getElementType());
    rates = tensor::ExpandShapeOp::create(builder, loc, column, rates,
                                          SmallVector<ReassociationIndices>{{0, 1}});
  }
  return slice(rates, {deltaAxis(), all(columns)});
}

Value ScanTiler::sliceProjection(Value tensor, TimeTile tile) {
  Value group = hasHeads ? divide(unit, op.getNumDeltas() / op.getNumGroups()) : unit;
  return sliceTile(tensor, tile, {at(group), all(op.getNumStates())});
}

Value ScanTiler::sliceSkip() {
  if (!op.getSkip() || op.getSkip().getType().getRank() == 1)
    return sliceIfPresent(op.getSkip(), {deltaAxis()});
  return slice(op.getSkip(), {at(unit), range(firstChannel, numChannels)});
}

SmallVector<Value> ScanTiler::buildStep(TimeTile tile, Value outputRows, Value state) {
  SmallVector<Axis> channels = channelAxes();
  Value u = sliceTile(op.getU(), tile, channels);
  Value delta = sliceTile(op.getDelta(), tile, {deltaAxis()});
  Value b = constantB ? constantB : sliceProjection(op.getB(), tile);
  Value c = constantC ? constantC : sliceProjection(op.getC(), tile);
  Value gate = op.getGate() ? sliceTile(op.getGate(), tile, channels) : Value();
  Value reset = op.getReset() ? sliceTile(op.getReset(), tile, {}) : Value();
  auto step = ScanStepOp::create(
      builder, loc, TypeRange{state.getType(), outputRows.getType()}, u, delta, rates, b, c, skip,
      gate, bias, reset, state, /*elapsed=*/Value(), outputRows, op.isConstantB(), op.isConstantC(),
      op.getDeltaSoftplus(), op.getSoftplusThresholdAttr(), op.getDeltaLimitsAttr(),
      op.getReverse(), decay.powers, decay.contracting, sizes.timeTile, blockSize());
  return {step.getResult(1), step.getResult(0)};
}

void ScanTiler::buildBlock(scf::ForallOp forall) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(forall.getTerminator());
  enterBlock(forall.getInductionVars());
  auto outputs = forall.getRegionIterArgs();
  SmallVector<Value> parts{sliceSequence(outputs[0], channelAxes())};
  Value target;
  if (op.getLastState()) {
    target = sliceState(outputs[1]);
    parts.push_back(target);
  } else {
    target = emptyScratch({numChannels, builder.getIndexAttr(op.getNumStates())},
                          {blockSize(), op.getNumStates()}, builder.getF32Type());
  }
  Value state = startState(op.getInit() ? sliceState(op.getInit()) : Value(), target);
  SmallVector<Value> results = buildTimeLoop(
      sizes.timeTile, op.getReverse(), parts[0], state,
      [&](TimeTile tile, Value rows, Value carried) { return buildStep(tile, rows, carried); });
  yieldParts(forall, results, parts);
}

void ScanTiler::remarkDecay() {
  if (decay.powers)
    remark::passed(loc, remarkNamed("decay-powers"))
        << "decay rates are multiples of the first: powers instead of exponentials";
  else if (!decay.whyNotPowers.empty())
    remark::missed(loc, remarkNamed("decay-powers"))
        << ("an exponential for each state: " + decay.whyNotPowers);
  if (!decay.contracting)
    remark::missed(loc, remarkNamed("decay-contracting"))
        << ("exponentials must take positive exponents: " + decay.whyNotContracting);
}

void ScanTiler::run() {
  remarkDecay();
  int64_t block = blockSize();
  remark::passed(loc, remarkNamed("tiles"))
      << llvm::formatv("blocks of {0} channels, time tiles of {1} steps", block, sizes.timeTile)
             .str();
  SmallVector<OpFoldResult> bounds{numSequences(), builder.getIndexAttr(getNumUnits()),
                                   builder.getIndexAttr(llvm::divideCeil(getUnitSize(), block))};
  auto forall = scf::ForallOp::create(builder, loc, bounds, buildOutputs(op),
                                      /*mapping=*/std::nullopt);
  buildBlock(forall);
  replace(op, forall);
}

void attnc::tileSelectiveScan(SelectiveScanOp op, ScanTiles sizes) { ScanTiler(op, sizes).run(); }
