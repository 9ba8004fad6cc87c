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
  int64_t getNumBlocks() { return llvm::divideCeil(getUnitSize(), blockSize()); }
  /// A loop over sequences, units, blocks and, with `chunks`, chunks of time. Begins the body of a
  /// task, where the builder is left.
  scf::ForallOp beginTasks(ArrayRef<Value> outputs, Value chunks = Value());
  void enterBlock(ValueRange ids);
  /// One after the other, without cuts along time.
  void runInOrder();

  /// Whether there may be fewer tasks than threads without cuts along time.
  bool cutsTime();
  void runInChunks();
  Value buildNumChunks();
  /// Goes from the sequence to one of its chunks, in the order of the scan.
  void enterChunk(Value chunk, Value numChunks);
  /// The states (h, elapsed) that all chunks but the last end with, starting from 0.
  SmallVector<Value> buildSummaries(Value numChunks);
  /// The state that the chunks before `chunk` leave of `start`.
  Value buildMergedStart(Value start, ValueRange summaries, Value chunk);

  /// Folds [begin, end) into the state (h, and elapsed where it is wanted).
  SmallVector<Value> fold(Value outputRows, ValueRange state);
  SmallVector<Value> buildStep(TimeTile tile, Value outputRows, ValueRange state);
  Value initialState(Value target) {
    return startState(op.getInit() ? sliceState(op.getInit()) : Value(), target);
  }
  Value stateScratch() {
    return emptyScratch({numChannels, builder.getIndexAttr(op.getNumStates())},
                        {blockSize(), op.getNumStates()}, builder.getF32Type());
  }

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
  /// The block's part of `states`, which have one state per sequence or, with `chunk`, several.
  Value sliceState(Value states, Value chunk = Value());
  /// The blocks of a head take the same time, but run side by side: each has a place for it.
  int64_t getNumElapsed() { return hasHeads ? getNumBlocks() : 1; }
  Value sliceElapsed(Value elapsed, Value chunk) {
    return slice(elapsed,
                 {at(sequence), at(chunk), at(hasHeads ? block : constant(0)), deltaAxis()});
  }
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
  // Of the block being built: the block counts within the unit, the first channel within the head
  // or among all channels.
  Value unit, block, firstChannel;
  OpFoldResult numChannels;
  // What does not change with time, sliced before the loop over it.
  Value rates, skip, bias, constantB, constantC;
  // The step last built, which knows how its states merge.
  ScanStepOp lastStep;
};

} // namespace

void ScanTiler::enterBlock(ValueRange ids) {
  enterSequence(ids[0]);
  unit = ids[1];
  block = ids[2];
  int64_t unitSize = getUnitSize(), size = blockSize();
  Value firstInUnit = mul(block, size);
  if (unitSize % size == 0)
    numChannels = builder.getIndexAttr(size);
  else
    numChannels = min(sub(constant(unitSize), firstInUnit), constant(size));
  firstChannel = hasHeads ? firstInUnit : add(mul(unit, unitSize), firstInUnit);

  Axis states = all(op.getNumStates());
  rates = sliceRates();
  skip = sliceSkip();
  bias = sliceIfPresent(op.getDeltaBias(), {deltaAxis()});
  constantB = op.isConstantB() ? slice(op.getB(), {deltaAxis(), states}) : Value();
  constantC = op.isConstantC() ? slice(op.getC(), {deltaAxis(), states}) : Value();
}

Value ScanTiler::sliceState(Value states, Value chunk) {
  SmallVector<Axis> axes{at(sequence)};
  if (chunk)
    axes.push_back(at(chunk));
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

SmallVector<Value> ScanTiler::buildStep(TimeTile tile, Value outputRows, ValueRange state) {
  SmallVector<Axis> channels = channelAxes();
  Value u = sliceTile(op.getU(), tile, channels);
  Value delta = sliceTile(op.getDelta(), tile, {deltaAxis()});
  Value b = constantB ? constantB : sliceProjection(op.getB(), tile);
  Value c = constantC ? constantC : sliceProjection(op.getC(), tile);
  Value reset = op.getReset() ? sliceTile(op.getReset(), tile, {}) : Value();
  Value elapsed = state.size() > 1 ? state[1] : Value(), usedSkip, gate;
  SmallVector<Type> types(state.getTypes());
  if (outputRows) {
    types.push_back(outputRows.getType());
    usedSkip = skip;
    gate = op.getGate() ? sliceTile(op.getGate(), tile, channels) : Value();
  }
  lastStep = ScanStepOp::create(
      builder, loc, types, u, delta, rates, b, c, usedSkip, gate, bias, reset, state[0], elapsed,
      outputRows, op.isConstantB(), op.isConstantC(), op.getDeltaSoftplus(),
      op.getSoftplusThresholdAttr(), op.getDeltaLimitsAttr(), op.getReverse(), decay.powers,
      decay.contracting, sizes.timeTile, blockSize());
  SmallVector<Value> results(lastStep.getResults());
  if (outputRows)
    std::rotate(results.begin(), results.end() - 1, results.end());
  return results;
}

SmallVector<Value> ScanTiler::fold(Value outputRows, ValueRange state) {
  return buildTimeLoop(sizes.timeTile, op.getReverse(), outputRows, state,
                       [&](TimeTile tile, Value rows, ValueRange carried) {
                         return buildStep(tile, rows, carried);
                       });
}

scf::ForallOp ScanTiler::beginTasks(ArrayRef<Value> outputs, Value chunks) {
  SmallVector<OpFoldResult> bounds{numSequences(), builder.getIndexAttr(getNumUnits()),
                                   builder.getIndexAttr(getNumBlocks())};
  if (chunks)
    bounds.push_back(chunks);
  auto forall = scf::ForallOp::create(builder, loc, bounds, outputs, /*mapping=*/std::nullopt);
  builder.setInsertionPoint(forall.getTerminator());
  enterBlock(forall.getInductionVars());
  return forall;
}

void ScanTiler::runInOrder() {
  scf::ForallOp forall = beginTasks(buildOutputs(op));
  auto outputs = forall.getRegionIterArgs();
  SmallVector<Value> parts{sliceSequence(outputs[0], channelAxes())};
  if (op.getLastState())
    parts.push_back(sliceState(outputs[1]));
  Value state = initialState(op.getLastState() ? parts[1] : stateScratch());
  yieldParts(forall, fold(parts[0], state), parts);
  replace(op, forall.getResults());
}

//===----------------------------------------------------------------------===//
// Cuts along time
//===----------------------------------------------------------------------===//

bool ScanTiler::cutsTime() {
  int64_t batch = op.getU().getType().getDimSize(0);
  bool isKnown = !op.getCuSeqlens() && !ShapedType::isDynamic(batch);
  int64_t tasks = (isKnown ? batch : 1) * getNumUnits() * getNumBlocks();
  return tasks < sizes.threads;
}

Value ScanTiler::buildNumChunks() {
  // A chunk of fewer tiles is not worth a task and the state that it hands on.
  constexpr int64_t kFewestTiles = 8;
  Value one = constant(1);
  Value tasks = mul(materialize(numSequences()), getNumUnits() * getNumBlocks());
  auto divideCeil = [&](Value a, Value b) -> Value {
    return arith::CeilDivUIOp::create(builder, loc, a, b);
  };
  Value wanted = divideCeil(constant(sizes.threads), max(tasks, one));
  Value possible = divideCeil(dim(rows, 1), constant(kFewestTiles * sizes.timeTile));
  return max(min(wanted, possible), one);
}

void ScanTiler::enterChunk(Value chunk, Value numChunks) {
  Value steps = arith::CeilDivUIOp::create(builder, loc, sub(end, begin), numChunks);
  Value tiles = arith::CeilDivUIOp::create(builder, loc, steps, constant(sizes.timeTile));
  Value length = mul(tiles, sizes.timeTile);
  Value first = add(begin, arith::MulIOp::create(builder, loc, chunk, length));
  Value chunkBegin = min(first, end), chunkEnd = min(add(first, length), end);
  if (op.getReverse()) {
    Value both = add(begin, end);
    begin = sub(both, chunkEnd);
    end = sub(both, chunkBegin);
  } else {
    begin = chunkBegin;
    end = chunkEnd;
  }
}

SmallVector<Value> ScanTiler::buildSummaries(Value numChunks) {
  OpBuilder::InsertionGuard guard(builder);
  Value numSummaries = sub(numChunks, constant(1));
  auto empty = [&](ArrayRef<int64_t> channels) -> Value {
    SmallVector<OpFoldResult> shape{numSequences(), numSummaries};
    for (int64_t size : channels)
      shape.push_back(builder.getIndexAttr(size));
    return tensor::EmptyOp::create(builder, loc, shape, builder.getF32Type());
  };
  SmallVector<int64_t> channels(op.getU().getType().getShape().drop_front(2));
  channels.push_back(op.getNumStates());
  scf::ForallOp forall =
      beginTasks({empty(channels), empty({getNumElapsed(), op.getNumDeltas()})}, numSummaries);
  Value chunk = forall.getInductionVars().back();
  enterChunk(chunk, numChunks);
  auto outputs = forall.getRegionIterArgs();
  SmallVector<Value> parts{sliceState(outputs[0], chunk), sliceElapsed(outputs[1], chunk)};
  SmallVector<Value> zeros{startState(Value(), parts[0]), startState(Value(), parts[1])};
  yieldParts(forall, fold(Value(), zeros), parts);
  return SmallVector<Value>(forall.getResults());
}

Value ScanTiler::buildMergedStart(Value start, ValueRange summaries, Value chunk) {
  auto loop = scf::ForOp::create(builder, loc, constant(0), chunk, constant(1), start);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value before = loop.getInductionVar();
  Value state = sliceState(summaries[0], before), elapsed = sliceElapsed(summaries[1], before);
  SmallVector<Value> merged =
      lastStep.buildMerge(builder, loc, {loop.getRegionIterArg(0), elapsed}, {state, elapsed});
  scf::YieldOp::create(builder, loc, merged[0]);
  return loop.getResult(0);
}

void ScanTiler::runInChunks() {
  Value numChunks = buildNumChunks();
  SmallVector<Value> summaries = buildSummaries(numChunks), outputs = buildOutputs(op);
  if (op.getLastState()) {
    // Each chunk has an end state; the last one's is the sequence's.
    SmallVector<OpFoldResult> shape = tensor::getMixedSizes(builder, loc, outputs[1]);
    shape.insert(shape.begin() + 1, OpFoldResult(numChunks));
    outputs[1] = tensor::EmptyOp::create(builder, loc, shape, builder.getF32Type());
  }
  scf::ForallOp forall = beginTasks(outputs, numChunks);
  Value chunk = forall.getInductionVars().back();
  enterChunk(chunk, numChunks);
  auto shared = forall.getRegionIterArgs();
  SmallVector<Value> parts{sliceSequence(shared[0], channelAxes())};
  if (op.getLastState())
    parts.push_back(sliceState(shared[1], chunk));
  Value start = initialState(op.getLastState() ? parts[1] : stateScratch());
  SmallVector<Value> folded = fold(parts[0], start);
  // The step of this loop knows how to merge, so what it starts from is built after it.
  auto loop = folded.front().getDefiningOp<scf::ForOp>();
  builder.setInsertionPoint(loop);
  loop.getInitArgsMutable()[1].assign(buildMergedStart(start, summaries, chunk));
  yieldParts(forall, folded, parts);

  builder.setInsertionPoint(op);
  SmallVector<Value> results(forall.getResults());
  if (op.getLastState()) {
    SmallVector<OpFoldResult> shape = tensor::getMixedSizes(builder, loc, results[1]);
    SmallVector<Axis> axes{range(builder.getIndexAttr(0), shape[0]),
                           at(sub(numChunks, constant(1)))};
    for (OpFoldResult size : ArrayRef(shape).drop_front(2))
      axes.push_back(range(builder.getIndexAttr(0), size));
    results[1] = slice(results[1], axes);
  }
  replace(op, results);
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
  remark::passed(loc, remarkNamed("tiles"))
      << llvm::formatv("blocks of {0} channels, time tiles of {1} steps", blockSize(),
                       sizes.timeTile)
             .str();
  if (!cutsTime())
    return runInOrder();
  remark::passed(loc, remarkNamed("chunks"))
      << llvm::formatv("fewer blocks of channels than the {0} threads: time is cut into chunks",
                       sizes.threads)
             .str();
  runInChunks();
}

void attnc::tileSelectiveScan(SelectiveScanOp op, ScanTiles sizes) { ScanTiler(op, sizes).run(); }
