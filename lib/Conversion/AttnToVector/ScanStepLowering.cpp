// Lowers attn.scan_step: prepares a tile of steps, scans it state by state, finishes the rows.
//
// Lanes run along channels, so that the recurrence needs no shuffles and B and C are broadcast
// scalars. The three phases are loops of their own over rows that stay in the first-level cache:
// fused into one they would be a chain of dependent instructions per step that no reorder buffer
// can overlap. Within the scan, a few states of one vector of channels stay in registers while time
// passes.
#include "ScanStepLowering.h"
#include "Activations.h"
#include "ChannelRows.h"
#include "RowCopy.h"
#include "ScratchAllocator.h"
#include "TransposedRows.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

#include <limits>

using namespace mlir;
using namespace attnc;

namespace {

using Values = VectorBuilder::Values;
using Lanes = ChannelRows::Lanes;

/// Where the factor exp(dt * A[n]) by which a state decays comes from.
enum class DecayKind {
  /// An exponential for each state.
  PerState,
  /// A[n] = (n + 1) * A[0]: the powers of one exponential.
  Powers,
  /// All states of a channel decay alike: one exponential.
  Shared
};

class ScanStepLowering {
public:
  ScanStepLowering(attn::ScanStepOp op, const VectorUnit &unit);
  void run();

private:
  /// Steps of phase 1 that a row takes to arrive from memory.
  static constexpr int64_t kPrefetchDistance = 8;

  /// Rows of f32 scratch, one per step, as [vector][step][lane].
  Value allocateRows() { return allocate({rows.capacity(), timeTile, vb.lanes()}); }
  Value allocate(ArrayRef<int64_t> shape) {
    return ScratchAllocator(op).allocate(builder, vb.loc, shape, builder.getF32Type());
  }

  /// Phase 1: step sizes, inputs dt * u, and the skip connection as the start of the output.
  void prepareRows();
  /// What this phase needs soon and the last one needs of this step.
  void prefetchRows(Value step, Lanes lanes);
  Value buildStepSize(Value step, Lanes lanes);
  /// Phase 2: the recurrence.
  void scan();
  /// Folds all steps into `count` states from `firstState` on of one vector of channels.
  void scanStates(Value vector, Value firstState, int64_t count);
  /// One step of the recurrence; returns the states after it.
  Values foldStep(Value vector, Value step, Value firstState, ValueRange rates, ValueRange states);
  /// The factors of `count` states at one step.
  Values buildDecay(Value vector, Value step, Value dt, ValueRange rates, int64_t count);
  /// Phase 3: the gate, and out to the output.
  void finishRows();

  void moveState(bool in);
  /// The time that has passed after the tile, from the time before it.
  Value sumStepSizes(Value elapsed, Lanes lanes);
  void addElapsed();
  /// B or C of a tile as f32: [step or vector][state] of scalars, or [vector][state][lane].
  Value prepareProjection(Value tile, bool isConstant);
  Value loadProjection(Value projection, bool isConstant, Value vector, Value step, Value state);

  attn::ScanStepOp op;
  OpBuilder builder;
  VectorBuilder vb;
  ChannelRows rows;
  DecayKind kind;
  int64_t numStates, statesAtOnce, timeTile;
  Value numSteps, rates, skip, bias, projectionB, projectionC, state;
  // Scratch rows; `factors` holds exp(dt * A[0]), `powers` the power that the next state takes.
  Value stepSizes, inputs, outputs, factors, powers;
};

} // namespace

static DecayKind getDecayKind(attn::ScanStepOp op) {
  if (cast<MemRefType>(op.getA().getType()).getDimSize(1) == 1)
    return DecayKind::Shared;
  return op.getPowers() ? DecayKind::Powers : DecayKind::PerState;
}

ScanStepLowering::ScanStepLowering(attn::ScanStepOp op, const VectorUnit &unit)
    : op(op), builder(op), vb(builder, op.getLoc(), unit),
      rows(vb, op, op.getU(), op.getChannelTile()), kind(getDecayKind(op)),
      numStates(op.getNumStates()),
      statesAtOnce(std::min(numStates, chooseScanSchedule(unit).states)),
      timeTile(op.getTimeTileAttr().getInt()) {
  constexpr float kLog2e = 1.44269504088896341f;
  numSteps = memref::DimOp::create(builder, vb.loc, op.getU(), 0);
  rates = packChannels(vb, op, op.getA(), rows.capacity(), kLog2e);
  skip = op.getSkip() ? packChannels(vb, op, op.getSkip(), rows.capacity()) : Value();
  bias = op.getDeltaBias() ? packChannels(vb, op, op.getDeltaBias(), rows.capacity()) : Value();
  projectionB = prepareProjection(op.getB(), op.getConstantB());
  state = allocate({rows.capacity(), numStates, vb.lanes()});
  stepSizes = allocateRows();
  inputs = allocateRows();
  if (op.getOutput()) {
    projectionC = prepareProjection(op.getC(), op.getConstantC());
    outputs = allocateRows();
  }
  if (kind != DecayKind::PerState)
    factors = allocateRows();
  if (kind == DecayKind::Powers)
    powers = allocateRows();
}

Value ScanStepLowering::prepareProjection(Value tile, bool isConstant) {
  auto type = cast<MemRefType>(tile.getType());
  if (isConstant)
    return packChannels(vb, op, tile, rows.capacity());
  if (type.getElementType().isF32())
    return tile;
  Value copy = allocate({timeTile, numStates});
  vb.forLoop(vb.index(0), numSteps, 1,
             [&](Value step) { copyRow(vb, tile, step, copy, step, numStates); });
  return copy;
}

//===----------------------------------------------------------------------===//
// Phase 1
//===----------------------------------------------------------------------===//

Value ScanStepLowering::buildStepSize(Value step, Lanes lanes) {
  Value dt = rows.load(op.getDelta(), step, lanes), zero = vb.index(0);
  if (bias)
    dt = vb.addF(dt, vb.load(bias, {lanes.vector, zero}));
  if (op.getDeltaSoftplus())
    dt = buildSoftplus(vb, dt, op.getEffectiveSoftplusThreshold());
  if (auto limits = op.getDeltaLimits()) {
    // A step size that is no number compares with nothing and stays.
    auto clamp = [&](arith::CmpFPredicate isBeyond, double limit) {
      if (std::isinf(limit))
        return;
      Value bound = vb.splat(static_cast<float>(limit));
      Value beyond = arith::CmpFOp::create(builder, vb.loc, isBeyond, dt, bound);
      dt = arith::SelectOp::create(builder, vb.loc, beyond, bound, dt);
    };
    clamp(arith::CmpFPredicate::OLT, (*limits)[0]);
    clamp(arith::CmpFPredicate::OGT, (*limits)[1]);
  }
  return dt;
}

void ScanStepLowering::prefetchRows(Value step, Lanes lanes) {
  Value ahead = vb.add(step, op.getReverse() ? -kPrefetchDistance : kPrefetchDistance);
  rows.prefetch(op.getU(), ahead, lanes);
  rows.prefetch(op.getDelta(), ahead, lanes);
  if (op.getGate())
    rows.prefetch(op.getGate(), step, lanes);
  if (op.getOutput())
    rows.prefetch(op.getOutput(), step, lanes, /*forWriting=*/true);
}

void ScanStepLowering::prepareRows() {
  Value zero = vb.index(0);
  vb.forLoop(zero, numSteps, 1, [&](Value step) {
    rows.forEach([&](Lanes lanes) {
      prefetchRows(step, lanes);
      SmallVector<Value> place{lanes.vector, step, zero};
      Value dt = buildStepSize(step, lanes), u = rows.load(op.getU(), step, lanes);
      vb.store(dt, stepSizes, place);
      vb.store(vb.mulF(dt, u), inputs, place);
      if (outputs) {
        Value start = skip ? vb.mulF(vb.load(skip, {lanes.vector, zero}), u) : vb.splat(0.0f);
        vb.store(start, outputs, place);
      }
      if (!factors)
        return;
      Value rate = vb.load(rates, {lanes.vector, zero, zero});
      Value factor = vb.exp2(vb.mulF(dt, rate), op.getContracting());
      vb.store(factor, factors, place);
      if (powers)
        vb.store(factor, powers, place);
    });
  });
}

//===----------------------------------------------------------------------===//
// Phase 2
//===----------------------------------------------------------------------===//

void ScanStepLowering::moveState(bool in) {
  Value lastRow = vb.sub(rows.numChannels(), vb.index(1)), zero = vb.index(0);
  vb.forLoop(zero, rows.count(), 1, [&](Value vector) {
    Value firstRow = vb.mul(vector, vb.lanes());
    forEachColumnBlock(vb, numStates, [&](Value column, int64_t count) {
      Values columns;
      if (in)
        columns = loadTransposed(vb, op.getH(), firstRow, lastRow, column, count);
      for (int64_t i = 0; i < count; ++i) {
        SmallVector<Value> place{vector, vb.add(column, i), zero};
        if (in)
          vb.store(columns[i], state, place);
        else
          columns.push_back(vb.load(state, place));
      }
      if (!in)
        storeTransposed(vb, columns, op.getH(), firstRow, lastRow, column, count);
    });
  });
}

Value ScanStepLowering::loadProjection(Value projection, bool isConstant, Value vector, Value step,
                                       Value state) {
  if (isConstant)
    return vb.load(projection, {vector, state, vb.index(0)});
  Value scalar = memref::LoadOp::create(builder, vb.loc, projection, ValueRange{step, state});
  return vb.broadcast(scalar);
}

Values ScanStepLowering::buildDecay(Value vector, Value step, Value dt, ValueRange rates,
                                    int64_t count) {
  SmallVector<Value> place{vector, step, vb.index(0)};
  Values decay;
  if (kind == DecayKind::PerState) {
    for (Value rate : rates)
      decay.push_back(vb.exp2(vb.mulF(dt, rate), op.getContracting()));
    return decay;
  }
  Value factor = vb.load(factors, place);
  if (kind == DecayKind::Shared)
    return Values(count, factor);
  // Two chains of products, each by the square, are half as deep and round half as often.
  Value square = vb.mulF(factor, factor);
  decay.push_back(vb.load(powers, place));
  for (int64_t i = 1; i <= count; ++i)
    decay.push_back(i == 1 ? vb.mulF(decay[0], factor) : vb.mulF(decay[i - 2], square));
  vb.store(decay.pop_back_val(), powers, place);
  return decay;
}

Values ScanStepLowering::foldStep(Value vector, Value step, Value firstState, ValueRange rates,
                                  ValueRange states) {
  SmallVector<Value> place{vector, step, vb.index(0)};
  Value dt = vb.load(stepSizes, place), input = vb.load(inputs, place);
  Values decay = buildDecay(vector, step, dt, rates, states.size());
  Value isReset;
  if (op.getReset())
    isReset = memref::LoadOp::create(builder, vb.loc, op.getReset(), step);
  // Two partial sums shorten the chain of dependent additions.
  Value sums[2] = {outputs ? vb.load(outputs, place) : Value(), Value()};
  Values next;
  for (auto [i, before] : llvm::enumerate(states)) {
    Value state = vb.add(firstState, i), factor = decay[i], old = before;
    if (isReset) {
      // Neither an infinite factor nor a state that is no number outlives a reset.
      Value zero = vb.splat(0.0f);
      factor = arith::SelectOp::create(builder, vb.loc, isReset, zero, factor);
      old = arith::SelectOp::create(builder, vb.loc, isReset, zero, old);
    }
    Value b = loadProjection(projectionB, op.getConstantB(), vector, step, state);
    next.push_back(vb.fma(factor, old, vb.mulF(input, b)));
    if (!outputs)
      continue;
    Value c = loadProjection(projectionC, op.getConstantC(), vector, step, state);
    Value &sum = sums[i % 2];
    sum = sum ? vb.fma(c, next.back(), sum) : vb.mulF(c, next.back());
  }
  if (outputs)
    vb.store(sums[1] ? vb.addF(sums[0], sums[1]) : sums[0], outputs, place);
  return next;
}

void ScanStepLowering::scanStates(Value vector, Value firstState, int64_t count) {
  Value zero = vb.index(0);
  Values states, stateRates;
  for (int64_t i = 0; i < count; ++i) {
    SmallVector<Value> place{vector, vb.add(firstState, i), zero};
    states.push_back(vb.load(state, place));
    if (kind == DecayKind::PerState)
      stateRates.push_back(vb.load(rates, place));
  }
  states = vb.forLoop(zero, numSteps, 1, states, [&](Value i, ValueRange carried) {
    Value step = op.getReverse() ? vb.sub(vb.sub(numSteps, vb.index(1)), i) : i;
    return foldStep(vector, step, firstState, stateRates, carried);
  });
  for (int64_t i = 0; i < count; ++i)
    vb.store(states[i], state, {vector, vb.add(firstState, i), zero});
}

void ScanStepLowering::scan() {
  vb.forLoop(vb.index(0), rows.count(), 1, [&](Value vector) {
    int64_t full = numStates / statesAtOnce * statesAtOnce;
    vb.forLoop(vb.index(0), vb.index(full), statesAtOnce,
               [&](Value firstState) { scanStates(vector, firstState, statesAtOnce); });
    if (full < numStates)
      scanStates(vector, vb.index(full), numStates - full);
  });
}

Value ScanStepLowering::sumStepSizes(Value elapsed, Lanes lanes) {
  // A reset leaves nothing of what was before: no time is long enough for that but all of it.
  Value infinity = vb.splat(std::numeric_limits<float>::infinity()), zero = vb.index(0);
  Values sum = vb.forLoop(zero, numSteps, 1, elapsed, [&](Value step, ValueRange carried) {
    Value before = carried[0];
    if (op.getReset()) {
      Value isReset = memref::LoadOp::create(builder, vb.loc, op.getReset(), step);
      before = arith::SelectOp::create(builder, vb.loc, isReset, infinity, before);
    }
    return Values{vb.addF(before, vb.load(stepSizes, {lanes.vector, step, zero}))};
  });
  return sum[0];
}

void ScanStepLowering::addElapsed() {
  if (cast<MemRefType>(op.getElapsed().getType()).getDimSize(0) == 1) {
    // One time for all channels: that of the first.
    Value zero = vb.index(0);
    Value before = memref::LoadOp::create(builder, vb.loc, op.getElapsed(), zero);
    Value sum = sumStepSizes(vb.broadcast(before), {zero, zero, /*isPartial=*/false});
    Value first = vector::ExtractOp::create(builder, vb.loc, sum, 0);
    memref::StoreOp::create(builder, vb.loc, first, op.getElapsed(), zero);
    return;
  }
  rows.forEach([&](Lanes lanes) {
    Value sum = sumStepSizes(rows.load(op.getElapsed(), {}, lanes), lanes);
    rows.store(sum, op.getElapsed(), {}, lanes);
  });
}

//===----------------------------------------------------------------------===//
// Phase 3
//===----------------------------------------------------------------------===//

void ScanStepLowering::finishRows() {
  vb.forLoop(vb.index(0), numSteps, 1, [&](Value step) {
    rows.forEach([&](Lanes lanes) {
      Value output = vb.load(outputs, {lanes.vector, step, vb.index(0)});
      if (op.getGate())
        output = vb.mulF(output, buildSilu(vb, rows.load(op.getGate(), step, lanes)));
      rows.store(output, op.getOutput(), step, lanes);
    });
  });
}

void ScanStepLowering::run() {
  prepareRows();
  moveState(/*in=*/true);
  scan();
  moveState(/*in=*/false);
  if (op.getElapsed())
    addElapsed();
  if (op.getOutput())
    finishRows();
}

void attnc::lowerScanStep(attn::ScanStepOp op, const VectorUnit &unit) {
  ScanStepLowering(op, unit).run();
  op.erase();
}
