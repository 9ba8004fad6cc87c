// Seeded bugs in tiled scans and convolutions: the state that time carries, slices, factors.
#include "SeededEdits.h"

#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace attnc::test;
using attnc::attn::ConvStepOp;
using attnc::attn::ScanStepOp;

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

/// Calls `edit` for every step of a kind in a loop over time.
template <typename StepTy, typename Edit> static bool editTimeLoops(ModuleOp module, Edit edit) {
  return editEach<StepTy>(module, [&](StepTy step) {
    auto loop = dyn_cast<scf::ForOp>(step->getParentOp());
    return loop && edit(loop, step);
  });
}

/// Every tile begins with the state that the first one begins with.
static bool forgetState(scf::ForOp loop, OpOperand &state) {
  auto argument = dyn_cast<BlockArgument>(state.get());
  if (!argument || argument.getOwner() != loop.getBody())
    return false;
  state.set(loop.getTiedLoopInit(argument)->get());
  return true;
}

/// Edits every element of a result of a step (state 0, output 1); `inputs` come before it.
static bool editResult(ScanStepOp step, unsigned number, ValueRange inputs, ElementEdit edit) {
  OpBuilder builder(step->getContext());
  builder.setInsertionPointAfter(step);
  Value result = step->getResult(number);
  auto edited = editElements(builder, step.getLoc(), result, inputs, edit);
  result.replaceAllUsesExcept(edited.getResult(0), edited);
  return true;
}

static Value roundToBf16(OpBuilder &b, Location loc, ValueRange elements) {
  Value rounded = arith::TruncFOp::create(b, loc, b.getBF16Type(), elements[0]);
  return arith::ExtFOp::create(b, loc, b.getF32Type(), rounded);
}

/// Where a sequence has several tiles, its last state is that before the last of them.
static bool loseLastTile(scf::ForOp loop, ScanStepOp step) {
  if (!cast<ShapedType>(step.getH().getType()).hasStaticShape())
    return false;
  OpBuilder builder(step);
  Location loc = step.getLoc();
  Value before = copyState(builder, loc, step.getH());
  Value next = arith::AddIOp::create(builder, loc, loop.getInductionVar(), loop.getStep());
  Value isLast =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sge, next, loop.getUpperBound());
  builder.setInsertionPointAfter(step);
  Value state = step->getResult(0);
  Value wrong = arith::SelectOp::create(builder, loc, isLast, before, state);
  state.replaceAllUsesExcept(wrong, wrong.getDefiningOp());
  return true;
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

static tensor::ExtractSliceOp getSlice(Value operand) {
  return operand ? operand.getDefiningOp<tensor::ExtractSliceOp>() : nullptr;
}

/// B and C come from the group behind the right one.
static bool takeNextGroup(ScanStepOp step) {
  bool changed = false;
  for (Value projection : {step.getB(), step.getC()}) {
    tensor::ExtractSliceOp slice = getSlice(projection);
    if (!slice || slice.getSourceType().getRank() != 4 || slice.getSourceType().getDimSize(2) == 1)
      continue;
    OpOperand *group = getOffset(slice, 2);
    if (!group)
      continue;
    OpBuilder builder(slice);
    Value groups = buildIndex(builder, slice.getLoc(), slice.getSourceType().getDimSize(2));
    group->set(arith::RemUIOp::create(builder, slice.getLoc(), addIndex(builder, group->get(), 1),
                                      groups));
    changed = true;
  }
  return changed;
}

/// An operand of every step comes from the first entry of an axis.
static bool stickToFirst(Value operand, unsigned axis) {
  tensor::ExtractSliceOp slice = getSlice(operand);
  OpOperand *offset = slice ? getOffset(slice, axis) : nullptr;
  if (!offset)
    return false;
  OpBuilder builder(slice);
  offset->set(buildIndex(builder, slice.getLoc(), 0));
  return true;
}

/// B of every time tile is that of the first.
static bool stickToFirstTile(scf::ForOp loop, ScanStepOp step) {
  tensor::ExtractSliceOp slice = getSlice(step.getB());
  OpOperand *time = slice && slice.getSourceType().getRank() == 4 ? getOffset(slice, 1) : nullptr;
  if (!time)
    return false;
  time->set(loop.getLowerBound());
  return true;
}

/// A scan begins with the state of the first sequence.
static bool takeFirstInit(ModuleOp module) {
  return editEach<linalg::CopyOp>(module, [](linalg::CopyOp copy) {
    auto slice = copy.getInputs()[0].getDefiningOp<tensor::ExtractSliceOp>();
    if (!slice || !isa<BlockArgument>(slice.getSource()))
      return false;
    return stickToFirst(slice, 0);
  });
}

/// The last step of a time tile is the first of the next, too.
static bool overlapTiles(scf::ForOp loop) {
  OpBuilder builder(loop);
  loop.setStep(addIndex(builder, loop.getStep(), -1));
  return true;
}

//===----------------------------------------------------------------------===//
// Factors and results
//===----------------------------------------------------------------------===//

/// Multiplies every decay rate by `Factor` thousandths.
template <int Thousandths> static Value scaleElement(OpBuilder &b, Location loc, ValueRange e) {
  Value factor = arith::ConstantOp::create(b, loc, b.getF32FloatAttr(float(Thousandths) / 1000.0f));
  return arith::MulFOp::create(b, loc, e[0], factor);
}

static bool editRates(ScanStepOp step, ElementEdit edit) {
  if (!cast<ShapedType>(step.getA().getType()).hasStaticShape())
    return false;
  OpBuilder builder(step);
  Value rates = copyState(builder, step.getLoc(), step.getA());
  step.getAMutable().assign(
      editElements(builder, step.getLoc(), rates, ValueRange(), edit).getResult(0));
  return true;
}

/// All states of a channel decay as its first one.
static bool shareRates(ScanStepOp step) {
  auto type = cast<RankedTensorType>(step.getA().getType());
  if (type.getDimSize(1) <= 1)
    return false;
  OpBuilder builder(step);
  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, step.getLoc(), step.getA());
  sizes[1] = one;
  auto column = RankedTensorType::get({type.getDimSize(0), 1}, type.getElementType());
  step.getAMutable().assign(tensor::ExtractSliceOp::create(
      builder, step.getLoc(), column, step.getA(), SmallVector<OpFoldResult>(2, zero), sizes,
      SmallVector<OpFoldResult>(2, one)));
  step.setPowers(false);
  return true;
}

static Value toF32(OpBuilder &b, Location loc, Value value) {
  return value.getType().isF32() ? value : arith::ExtFOp::create(b, loc, b.getF32Type(), value);
}

/// (gate; output)
static Value multiplyByGate(OpBuilder &b, Location loc, ValueRange elements) {
  Value product =
      arith::MulFOp::create(b, loc, toF32(b, loc, elements[0]), toF32(b, loc, elements[1]));
  Type type = elements[1].getType();
  return type.isF32() ? product : arith::TruncFOp::create(b, loc, type, product);
}

static bool gateWithoutSigmoid(ScanStepOp step) {
  Value gate = step.getGate();
  if (!gate || !step.getOutput())
    return false;
  step.getGateMutable().clear();
  return editResult(step, 1, {gate}, multiplyByGate);
}

/// The last channel of a clipped block gets 0, as if it had not been written.
static bool dropTailChannel(ScanStepOp step) {
  Value rows = step->getNumResults() == 2 ? step->getResult(1) : Value();
  if (!rows || !cast<RankedTensorType>(rows.getType()).isDynamicDim(1))
    return false;
  OpBuilder builder(step->getContext());
  builder.setInsertionPointAfter(step);
  Location loc = step.getLoc();
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, rows);
  Value last = addIndex(builder, cast<Value>(sizes[1]), -1);
  sizes[1] = builder.getIndexAttr(1);
  SmallVector<OpFoldResult> offsets{builder.getIndexAttr(0), last};
  SmallVector<OpFoldResult> strides(2, builder.getIndexAttr(1));
  auto column = tensor::ExtractSliceOp::create(builder, loc, rows, offsets, sizes, strides);
  Value zero = arith::ConstantOp::create(builder, loc,
                                         builder.getZeroAttr(getElementTypeOrSelf(rows.getType())));
  Value cleared = linalg::FillOp::create(builder, loc, zero, column.getResult()).getResult(0);
  auto wrong = tensor::InsertSliceOp::create(builder, loc, cleared, rows, offsets, sizes, strides);
  rows.replaceUsesWithIf(wrong, [&](OpOperand &use) {
    return use.getOwner() != wrong && !use.getOwner()->isBeforeInBlock(wrong);
  });
  return true;
}

/// The tap that meets the oldest step counts as 0.
static Value clearFirstColumn(OpBuilder &b, Location loc, ValueRange elements) {
  Value tap = linalg::IndexOp::create(b, loc, 1);
  Value isFirst =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, tap, buildIndex(b, loc, 0));
  Value zero = arith::ConstantOp::create(b, loc, b.getZeroAttr(elements[0].getType()));
  return arith::SelectOp::create(b, loc, isFirst, zero, elements[0]);
}

static bool dropOldestTap(ConvStepOp step) {
  if (!cast<ShapedType>(step.getWeight().getType()).hasStaticShape())
    return false;
  OpBuilder builder(step);
  Value weight = copyState(builder, step.getLoc(), step.getWeight());
  step.getWeightMutable().assign(
      editElements(builder, step.getLoc(), weight, ValueRange(), clearFirstColumn).getResult(0));
  return true;
}

//===----------------------------------------------------------------------===//
// The list
//===----------------------------------------------------------------------===//

ArrayRef<SeededBug> attnc::test::getScanTilingBugs() {
  static const SeededBug bugs[] = {
      {"scan-state-not-carried", "tiled", "every time tile begins with the first one's state",
       [](ModuleOp module) {
         return editTimeLoops<ScanStepOp>(module, [](scf::ForOp loop, ScanStepOp step) {
           return forgetState(loop, step.getHMutable());
         });
       }},
      {"scan-state-rounded", "tiled", "the state is rounded to bf16 after every time tile",
       [](ModuleOp module) {
         return editEach<ScanStepOp>(module, [](ScanStepOp step) {
           return editResult(step, 0, ValueRange(), roundToBf16);
         });
       }},
      {"scan-last-state-early", "tiled", "the last state is that before the last time tile",
       [](ModuleOp module) { return editTimeLoops<ScanStepOp>(module, loseLastTile); }},
      {"scan-init-of-first", "tiled", "every sequence begins with the first one's state",
       takeFirstInit},
      {"scan-group-off", "tiled", "B and C come from the group behind the right one",
       [](ModuleOp module) { return editEach<ScanStepOp>(module, takeNextGroup); }},
      {"scan-delta-of-batch-zero", "tiled", "delta of the first batch entry is used for all",
       [](ModuleOp module) {
         return editEach<ScanStepOp>(
             module, [](ScanStepOp step) { return stickToFirst(step.getDelta(), 0); });
       }},
      {"scan-b-of-first-tile", "tiled", "B of the first time tile is used for all",
       [](ModuleOp module) { return editTimeLoops<ScanStepOp>(module, stickToFirstTile); }},
      {"scan-tiles-overlap", "tiled", "the last step of a time tile is the first of the next, too",
       [](ModuleOp module) {
         return editTimeLoops<ScanStepOp>(
             module, [](scf::ForOp loop, ScanStepOp) { return overlapTiles(loop); });
       }},
      {"scan-rates-shared", "tiled", "all states of a channel decay as its first one",
       [](ModuleOp module) { return editEach<ScanStepOp>(module, shareRates); }},
      {"scan-powers-unproven", "tiled", "decay rates are taken for multiples of the first",
       [](ModuleOp module) {
         return editEach<ScanStepOp>(module, [](ScanStepOp step) {
           bool isNew = !step.getPowers() && step.getNumStates() > 1 &&
                        cast<ShapedType>(step.getA().getType()).getDimSize(1) > 1;
           step.setPowers(step.getPowers() || isNew);
           return isNew;
         });
       }},
      {"scan-rates-off", "tiled", "decay rates are a thousandth too large",
       [](ModuleOp module) {
         return editEach<ScanStepOp>(
             module, [](ScanStepOp step) { return editRates(step, scaleElement<1001>); });
       }},
      {"scan-log2e-missing", "tiled", "decay is a power of 2, not of e",
       [](ModuleOp module) {
         return editEach<ScanStepOp>(
             module, [](ScanStepOp step) { return editRates(step, scaleElement<693>); });
       }},
      {"scan-decay-grows", "tiled", "decay rates have the wrong sign",
       [](ModuleOp module) {
         return editEach<ScanStepOp>(
             module, [](ScanStepOp step) { return editRates(step, scaleElement<-1000>); });
       }},
      {"scan-gate-without-sigmoid", "tiled", "outputs are multiplied by the gate itself",
       [](ModuleOp module) { return editEach<ScanStepOp>(module, gateWithoutSigmoid); }},
      {"scan-tail-channel-dropped", "tiled", "the last channel of clipped blocks is not written",
       [](ModuleOp module) { return editEach<ScanStepOp>(module, dropTailChannel); }},
      {"conv-window-not-carried", "tiled", "every time tile begins with the first one's window",
       [](ModuleOp module) {
         return editTimeLoops<ConvStepOp>(module, [](scf::ForOp loop, ConvStepOp step) {
           return forgetState(loop, step.getWindowMutable());
         });
       }},
      {"conv-oldest-tap-dropped", "tiled", "the oldest step of a window is not seen",
       [](ModuleOp module) { return editEach<ConvStepOp>(module, dropOldestTap); }},
      {"conv-tiles-overlap", "tiled", "the last step of a time tile is the first of the next, too",
       [](ModuleOp module) {
         return editTimeLoops<ConvStepOp>(
             module, [](scf::ForOp loop, ConvStepOp) { return overlapTiles(loop); });
       }},
  };
  return bugs;
}
