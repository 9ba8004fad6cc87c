// Seeded bugs in the tiled form: the state that key loops carry, their bounds, slices of tensors.
#include "SeededEdits.h"

#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include <limits>

using namespace mlir;
using namespace attnc::test;
using attnc::attn::OnlineFinishOp;
using attnc::attn::OnlineStepOp;

//===----------------------------------------------------------------------===//
// The state
//===----------------------------------------------------------------------===//

namespace {
/// What goes into a step and what comes out.
struct StepState {
  Value acc, max, sum;
};
} // namespace

/// exp(old - new), or 0 where there was nothing before.
static Value buildRescale(OpBuilder &b, Location loc, Value oldMax, Value newMax) {
  Value minusInfinity =
      arith::ConstantOp::create(b, loc, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
  Value zero = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(0.0f));
  Value isFirst = arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, oldMax, minusInfinity);
  Value factor = math::ExpOp::create(b, loc, arith::SubFOp::create(b, loc, oldMax, newMax));
  return arith::SelectOp::create(b, loc, isFirst, zero, factor);
}

/// The element after the step, (inputs: old element, old maximum, new maximum; then the element),
/// had the old one not been rescaled.
static Value addWithoutRescale(OpBuilder &b, Location loc, ValueRange elements) {
  Value isFirst = arith::CmpFOp::create(
      b, loc, arith::CmpFPredicate::OEQ, elements[1],
      arith::ConstantOp::create(b, loc,
                                b.getF32FloatAttr(-std::numeric_limits<float>::infinity())));
  Value rescale = buildRescale(b, loc, elements[1], elements[2]);
  Value rescaled = arith::MulFOp::create(b, loc, elements[0], rescale);
  Value missing = arith::SubFOp::create(b, loc, elements[0], rescaled);
  Value wrong = arith::AddFOp::create(b, loc, elements[3], missing);
  return arith::SelectOp::create(b, loc, isFirst, elements[3], wrong);
}

/// Edits what a step yields: result `number` is replaced, made of the inputs that are chosen.
static bool editStep(ModuleOp module, unsigned number,
                     SmallVector<Value> (*chooseInputs)(StepState before, StepState after),
                     ElementEdit edit) {
  return editEach<OnlineStepOp>(module, [&](OnlineStepOp step) {
    if (step->getNumResults() != 3)
      return false;
    OpBuilder builder(step->getContext());
    builder.setInsertionPoint(step);
    StepState before;
    before.acc = copyState(builder, step.getLoc(), step.getAcc());
    before.max = copyState(builder, step.getLoc(), step.getMax());
    before.sum = copyState(builder, step.getLoc(), step.getSum());
    builder.setInsertionPointAfter(step);
    StepState after{step->getResult(0), step->getResult(1), step->getResult(2)};
    auto edited = editElements(builder, step.getLoc(), step->getResult(number),
                               chooseInputs(before, after), edit);
    step->getResult(number).replaceAllUsesExcept(edited.getResult(0), edited);
    return true;
  });
}

/// Edits an operand (acc 0, max 1) of the ops that finish rows; inputs are max and sum.
static bool editFinish(ModuleOp module, unsigned number, ElementEdit edit) {
  return editEach<OnlineFinishOp>(module, [&](OnlineFinishOp finish) {
    if (!isa<RankedTensorType>(finish.getAcc().getType()) || (number == 1 && !finish.getLse()))
      return false;
    OpBuilder builder(finish);
    auto edited =
        editElements(builder, finish.getLoc(), finish->getOperand(number), {finish.getSum()}, edit);
    finish->setOperand(number, edited.getResult(0));
    return true;
  });
}

static Value addSumOfTileAgain(OpBuilder &b, Location loc, ValueRange elements) {
  // (old sum, old maximum, new maximum; new sum)
  Value rescale = buildRescale(b, loc, elements[1], elements[2]);
  Value before = arith::MulFOp::create(b, loc, elements[0], rescale);
  Value ofTile = arith::SubFOp::create(b, loc, elements[3], before);
  return arith::AddFOp::create(b, loc, elements[3], ofTile);
}

static Value keepFirstMax(OpBuilder &b, Location loc, ValueRange elements) {
  // (old maximum; new maximum)
  Value minusInfinity =
      arith::ConstantOp::create(b, loc, b.getF32FloatAttr(-std::numeric_limits<float>::infinity()));
  Value isFirst =
      arith::CmpFOp::create(b, loc, arith::CmpFPredicate::OEQ, elements[0], minusInfinity);
  return arith::SelectOp::create(b, loc, isFirst, elements[1], elements[0]);
}

static Value multiplySecondPanelBySum(OpBuilder &b, Location loc, ValueRange elements) {
  // (sum; acc)
  Value panel = linalg::IndexOp::create(b, loc, 0);
  Value second = arith::ConstantIndexOp::create(b, loc, 1);
  Value isSecond = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, panel, second);
  Value product = arith::MulFOp::create(b, loc, elements[0], elements[1]);
  return arith::SelectOp::create(b, loc, isSecond, product, elements[1]);
}

static Value subtractLogOfSum(OpBuilder &b, Location loc, ValueRange elements) {
  // (sum; maximum)
  return arith::SubFOp::create(b, loc, elements[1], math::LogOp::create(b, loc, elements[0]));
}

//===----------------------------------------------------------------------===//
// Loops and slices
//===----------------------------------------------------------------------===//

/// Calls `edit` for every step in a loop over key tiles.
template <typename Edit> static bool editKeyLoops(ModuleOp module, Edit edit) {
  return editEach<OnlineStepOp>(module, [&](OnlineStepOp step) {
    auto loop = dyn_cast<scf::ForOp>(step->getParentOp());
    return loop && edit(loop, step);
  });
}

/// Moves the end of the keys, which bounds the loop and clips the last tile.
static bool shortenLoop(scf::ForOp loop) {
  OpBuilder builder(loop);
  Value end = loop.getUpperBound(), shorter = addIndex(builder, end, -1);
  end.replaceUsesWithIf(shorter, [&](OpOperand &use) { return loop->isAncestor(use.getOwner()); });
  return true;
}

static bool delayLoop(scf::ForOp loop, int64_t keys) {
  OpBuilder builder(loop);
  loop.setLowerBound(addIndex(builder, loop.getLowerBound(), keys));
  return true;
}

/// The slices of K and V that a step reads.
static SmallVector<tensor::ExtractSliceOp> getKeySlices(OnlineStepOp step) {
  SmallVector<tensor::ExtractSliceOp> slices;
  for (Value tile : {step.getKey(), step.getValue()})
    if (auto slice = tile.getDefiningOp<tensor::ExtractSliceOp>())
      slices.push_back(slice);
  return slices;
}

/// Full tiles lose their last key, which no other tile has.
static bool shortenTiles(OnlineStepOp step) {
  bool changed = false;
  for (tensor::ExtractSliceOp slice : getKeySlices(step)) {
    OpOperand *size = getSize(slice, 2);
    if (!size)
      continue;
    OpBuilder builder(slice);
    int64_t shorter = int64_t(step.getKeyTileAttr().getInt()) - 1;
    size->set(arith::MinSIOp::create(builder, slice.getLoc(), size->get(),
                                     buildIndex(builder, slice.getLoc(), shorter)));
    changed = true;
  }
  return changed;
}

/// A tile of keys more is read before the first step than the loop advances by.
static bool overlapTiles(scf::ForOp loop, OnlineStepOp step) {
  OpBuilder builder(loop);
  loop.setStep(buildIndex(builder, loop.getLoc(), step.getKeyTileAttr().getInt() - 1));
  return true;
}

static bool stickKeyPosition(scf::ForOp loop, OnlineStepOp step) {
  OpBuilder builder(step);
  Value begin = loop.getLowerBound();
  Value progress = arith::SubIOp::create(builder, step.getLoc(), loop.getInductionVar(), begin);
  step.getKeyPositionMutable().assign(
      arith::SubIOp::create(builder, step.getLoc(), step.getKeyPosition(), progress));
  return !step.getMask().empty() || !step.getScore().empty();
}

/// Query head h reads key head h mod (number of key heads), not h / group.
static bool interleaveHeads(OnlineStepOp step) {
  bool changed = false;
  for (tensor::ExtractSliceOp slice : getKeySlices(step)) {
    OpOperand *head = getOffset(slice, 1);
    auto division = head ? head->get().getDefiningOp<arith::DivUIOp>() : arith::DivUIOp();
    if (!division)
      continue;
    OpBuilder builder(slice);
    Value heads = buildIndex(builder, slice.getLoc(), slice.getSourceType().getDimSize(1));
    head->set(arith::RemUIOp::create(builder, slice.getLoc(), division.getLhs(), heads));
    changed = true;
  }
  return changed;
}

/// V is taken from the head behind that of K.
static bool takeNextValueHead(OnlineStepOp step) {
  auto slice = step.getValue().getDefiningOp<tensor::ExtractSliceOp>();
  OpOperand *head = slice ? getOffset(slice, 1) : nullptr;
  if (!head)
    return false;
  OpBuilder builder(slice);
  Value heads = buildIndex(builder, slice.getLoc(), slice.getSourceType().getDimSize(1));
  head->set(
      arith::RemUIOp::create(builder, slice.getLoc(), addIndex(builder, head->get(), 1), heads));
  return true;
}

static bool takeFirstBatch(OnlineStepOp step) {
  bool changed = false;
  for (tensor::ExtractSliceOp slice : getKeySlices(step))
    if (OpOperand *batch = getOffset(slice, 0)) {
      OpBuilder builder(slice);
      batch->set(buildIndex(builder, slice.getLoc(), 0));
      changed = true;
    }
  return changed;
}

/// The query tile ends one row early, so that the last row repeats the one before.
static bool shortenQueries(OnlineStepOp step) {
  auto slice = step.getQuery().getDefiningOp<tensor::ExtractSliceOp>();
  OpOperand *rows = slice ? getSize(slice, 2) : nullptr;
  if (!rows)
    return false;
  OpBuilder builder(slice);
  Value one = buildIndex(builder, slice.getLoc(), 1);
  rows->set(
      arith::MaxSIOp::create(builder, slice.getLoc(), addIndex(builder, rows->get(), -1), one));
  return true;
}

/// Heads store their lse in the reverse order.
static bool reverseLseHeads(OnlineFinishOp finish) {
  auto rows = finish.getLse() ? finish.getLse().getDefiningOp<tensor::ExtractSliceOp>() : nullptr;
  OpOperand *head = rows ? getOffset(rows, 1) : nullptr;
  if (!head)
    return false;
  OpBuilder builder(rows);
  Value last = buildIndex(builder, rows.getLoc(), rows.getSourceType().getDimSize(1) - 1);
  Value reversed = arith::SubIOp::create(builder, rows.getLoc(), last, head->get());
  head->set(reversed);
  for (Operation *user : finish->getResult(1).getUsers())
    if (auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(user))
      getOffset(insert, 1)->set(reversed);
  return true;
}

//===----------------------------------------------------------------------===//
// The list
//===----------------------------------------------------------------------===//

/// The inputs of addWithoutRescale and addSumOfTileAgain.
static SmallVector<Value> chooseSumAndMaxima(StepState before, StepState after) {
  return {before.sum, before.max, after.max};
}

ArrayRef<SeededBug> attnc::test::getTilingBugs() {
  static const SeededBug bugs[] = {
      {"acc-not-rescaled", "tiled", "the accumulator is not rescaled when the maximum rises",
       [](ModuleOp module) {
         return editStep(
             module, 0,
             [](StepState before, StepState after) {
               return SmallVector<Value>{before.acc, before.max, after.max};
             },
             addWithoutRescale);
       }},
      {"sum-not-rescaled", "tiled", "the sum is not rescaled when the maximum rises",
       [](ModuleOp module) { return editStep(module, 2, chooseSumAndMaxima, addWithoutRescale); }},
      {"sum-counts-twice", "tiled", "every tile counts twice in the sum",
       [](ModuleOp module) { return editStep(module, 2, chooseSumAndMaxima, addSumOfTileAgain); }},
      {"max-not-updated", "tiled", "the maximum of the first tile is kept",
       [](ModuleOp module) {
         return editStep(
             module, 1, [](StepState before, StepState) { return SmallVector<Value>{before.max}; },
             keepFirstMax);
       }},
      {"panel-not-divided", "tiled", "the rows of the second panel are not divided by their sum",
       [](ModuleOp module) { return editFinish(module, 0, multiplySecondPanelBySum); }},
      {"lse-is-max", "tiled", "lse is the maximum, without the logarithm of the sum",
       [](ModuleOp module) { return editFinish(module, 1, subtractLogOfSum); }},
      {"last-key-dropped", "tiled", "the last key that a query tile sees is left out",
       [](ModuleOp module) {
         return editKeyLoops(module,
                             [](scf::ForOp loop, OnlineStepOp) { return shortenLoop(loop); });
       }},
      {"first-key-dropped", "tiled", "the first key that a query tile sees is left out",
       [](ModuleOp module) {
         return editKeyLoops(module,
                             [](scf::ForOp loop, OnlineStepOp) { return delayLoop(loop, 1); });
       }},
      {"first-tile-dropped", "tiled", "the first key tile is left out",
       [](ModuleOp module) {
         return editKeyLoops(module, [](scf::ForOp loop, OnlineStepOp step) {
           return delayLoop(loop, step.getKeyTileAttr().getInt());
         });
       }},
      {"tiles-overlap", "tiled", "the last key of a tile is the first of the next, too",
       [](ModuleOp module) { return editKeyLoops(module, overlapTiles); }},
      {"tiles-too-short", "tiled", "the last key of full tiles is left out",
       [](ModuleOp module) { return editEach<OnlineStepOp>(module, shortenTiles); }},
      {"key-position-stuck", "tiled", "every key tile has the positions of the first",
       [](ModuleOp module) { return editKeyLoops(module, stickKeyPosition); }},
      {"query-position-off", "tiled", "regions see the position behind the query's",
       [](ModuleOp module) {
         return editEach<OnlineStepOp>(module, [](OnlineStepOp step) {
           OpBuilder builder(step);
           step.getQueryPositionMutable().assign(addIndex(builder, step.getQueryPosition(), 1));
           return !step.getMask().empty() || !step.getScore().empty();
         });
       }},
      {"heads-interleaved", "tiled", "query head h reads key head h mod the number of key heads",
       [](ModuleOp module) { return editEach<OnlineStepOp>(module, interleaveHeads); }},
      {"value-of-next-head", "tiled", "V comes from the head behind that of K",
       [](ModuleOp module) { return editEach<OnlineStepOp>(module, takeNextValueHead); }},
      {"keys-of-batch-zero", "tiled", "K and V of the first batch entry are used for all",
       [](ModuleOp module) { return editEach<OnlineStepOp>(module, takeFirstBatch); }},
      {"last-query-repeats", "tiled", "the last row of a query tile is that before it",
       [](ModuleOp module) { return editEach<OnlineStepOp>(module, shortenQueries); }},
      {"lse-heads-reversed", "tiled", "the lse of head h is stored at the h-th head from the end",
       [](ModuleOp module) { return editEach<OnlineFinishOp>(module, reverseLseHeads); }},
  };
  return bugs;
}
