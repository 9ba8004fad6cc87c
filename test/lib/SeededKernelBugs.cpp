// Seeded bugs in vector kernels: bounds and masks of blocks, guards of empty rows, rounding, exp
// and softplus.
#include "SeededBugs.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"

#include <cmath>

using namespace mlir;
using namespace attnc::test;

/// Replaces the i1 (or vector of them) that `op` yields by a constant.
static void replaceByBool(Operation *op, bool value) {
  OpBuilder builder(op);
  Type type = op->getResult(0).getType();
  TypedAttr attr = builder.getBoolAttr(value);
  if (auto vector = dyn_cast<VectorType>(type))
    attr = DenseElementsAttr::get(vector, value);
  op->getResult(0).replaceAllUsesWith(arith::ConstantOp::create(builder, op->getLoc(), attr));
}

/// The value of a floating-point constant or splat; NaN for anything else.
static float getFloat(Value value) {
  FloatAttr attr;
  DenseFPElementsAttr elements;
  if (matchPattern(value, m_Constant(&attr)))
    return attr.getValue().convertToFloat();
  if (matchPattern(value, m_Constant(&elements)) && elements.isSplat() &&
      elements.getElementType().isF32())
    return elements.getSplatValue<float>();
  return std::nanf("");
}

/// Keys behind the last one of a tile, which are 0, take part.
static bool unmaskTail(vector::BroadcastOp broadcast) {
  auto compare = broadcast.getSource().getDefiningOp<arith::CmpIOp>();
  if (!compare || compare.getPredicate() != arith::CmpIPredicate::slt)
    return false;
  replaceByBool(broadcast, true);
  return true;
}

/// The blocks that need no mask are those in [begin, end + 1).
static bool extendFullBlocks(scf::IfOp branch) {
  auto both = branch.getCondition().getDefiningOp<arith::AndIOp>();
  if (!both || branch.getNumResults() == 0)
    return false;
  for (Value side : {both.getLhs(), both.getRhs()}) {
    auto compare = side.getDefiningOp<arith::CmpIOp>();
    if (!compare || compare.getPredicate() != arith::CmpIPredicate::sle)
      continue;
    OpBuilder builder(compare);
    Value one = arith::ConstantIndexOp::create(builder, compare.getLoc(), 1);
    compare->setOperand(1, arith::AddIOp::create(builder, compare.getLoc(), compare.getRhs(), one));
    return true;
  }
  return false;
}

/// Rows are read in place without a look at their stride.
static bool ignoreStride(arith::CmpIOp compare) {
  auto metadata = compare.getLhs().getDefiningOp<memref::ExtractStridedMetadataOp>();
  if (!metadata || compare.getPredicate() != arith::CmpIPredicate::eq)
    return false;
  replaceByBool(compare, true);
  return true;
}

static bool dropGuard(ModuleOp module, bool (*isGuard)(arith::CmpFOp compare)) {
  return editEach<arith::CmpFOp>(module, [&](arith::CmpFOp compare) {
    if (compare.getPredicate() != arith::CmpFPredicate::OEQ || !isGuard(compare))
      return false;
    replaceByBool(compare, false);
    return true;
  });
}

static bool truncateToBf16(arith::TruncFOp op) {
  auto type = dyn_cast<VectorType>(op.getType());
  if (!type || !type.getElementType().isBF16() ||
      !cast<VectorType>(op.getIn().getType()).getElementType().isF32())
    return false;
  OpBuilder builder(op);
  Location loc = op.getLoc();
  auto words = type.clone(builder.getI32Type());
  Value bits = vector::BitCastOp::create(builder, loc, words, op.getIn());
  Value half = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(words, builder.getI32IntegerAttr(16)));
  Value high = arith::TruncIOp::create(builder, loc, type.clone(builder.getI16Type()),
                                       arith::ShRUIOp::create(builder, loc, bits, half));
  op.replaceAllUsesWith(vector::BitCastOp::create(builder, loc, type, high).getResult());
  op.erase();
  return true;
}

/// A row of lse is that of the next lane.
static bool shiftLse(memref::StoreOp store) {
  auto element = store.getValue().getDefiningOp<vector::ExtractOp>();
  if (!element || store.getMemRefType().getRank() != 1 || element.getStaticPosition().size() != 1)
    return false;
  int64_t lanes = element.getSourceVectorType().getDimSize(0);
  OpBuilder builder(store);
  store->setOperand(0, vector::ExtractOp::create(builder, store.getLoc(), element.getSource(),
                                                 (element.getStaticPosition()[0] + 1) % lanes));
  return true;
}

/// A worker leaves the last of its tasks out.
static bool dropLastTask(func::FuncOp task) {
  if (!task.isPrivate() || task.isExternal())
    return false;
  for (auto loop : task.getBody().getOps<scf::ForOp>()) {
    OpBuilder builder(loop);
    Value one = arith::ConstantIndexOp::create(builder, loop.getLoc(), 1);
    loop.setUpperBound(arith::SubIOp::create(builder, loop.getLoc(), loop.getUpperBound(), one));
    return true;
  }
  return false;
}

/// The coefficient of x^2 in 2^x is wrong in the fourth digit.
static bool changeCoefficient(LLVM::ConstantOp constant) {
  auto elements = dyn_cast<DenseFPElementsAttr>(constant.getValue());
  if (!elements || !elements.isSplat() || !elements.getElementType().isF32())
    return false;
  float value = elements.getSplatValue<float>();
  if (std::fabs(value - 0.2402f) > 2e-4f)
    return false;
  constant.setValueAttr(DenseElementsAttr::get(elements.getType(), value * 1.0005f));
  return true;
}

/// Softplus of x is that of x rounded to what 1 + e^x can tell apart.
static bool loseDigits(arith::AddFOp sum) {
  // The denominator of e / (2 + e), of which softplus is a function.
  if (getFloat(sum.getRhs()) != 2.0f)
    return false;
  OpBuilder builder(sum);
  Location loc = sum.getLoc();
  Value e = sum.getLhs();
  Value one = arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(cast<VectorType>(e.getType()), 1.0f));
  auto rounded = arith::AddFOp::create(builder, loc, e, one);
  Value wrong = arith::SubFOp::create(builder, loc, rounded, one);
  e.replaceAllUsesExcept(wrong, rounded);
  return true;
}

ArrayRef<SeededBug> attnc::test::getAttentionKernelBugs() {
  static const SeededBug bugs[] = {
      {"tail-keys-leak", "vector", "the zeros behind the last key of a tile take part",
       [](ModuleOp module) { return editEach<vector::BroadcastOp>(module, unmaskTail); }},
      {"full-blocks-too-many", "vector", "a block with one masked key counts as full",
       [](ModuleOp module) { return editEach<scf::IfOp>(module, extendFullBlocks); }},
      {"stride-ignored", "vector", "strided rows of K and V are read as if they were dense",
       [](ModuleOp module) { return editEach<arith::CmpIOp>(module, ignoreStride); }},
      {"empty-row-divided", "vector", "a row that sees no key is divided by its sum of 0",
       [](ModuleOp module) {
         return dropGuard(module, [](arith::CmpFOp compare) {
           return getFloat(compare.getRhs()) == 0 && !compare.getLhs().getDefiningOp<math::ExpOp>();
         });
       }},
      {"nothing-seen-is-nan", "vector", "-inf is subtracted from -inf where no key was seen yet",
       [](ModuleOp module) {
         return dropGuard(
             module, [](arith::CmpFOp compare) { return std::isinf(getFloat(compare.getRhs())); });
       }},
      {"lse-of-next-row", "vector", "rows get the lse of the row behind them",
       [](ModuleOp module) { return editEach<memref::StoreOp>(module, shiftLse); }},
  };
  return bugs;
}

ArrayRef<SeededBug> attnc::test::getScanKernelBugs() {
  static const SeededBug bugs[] = {
      {"softplus-loses-digits", "vector", "softplus of small x is that of a rounded 1 + e^x",
       [](ModuleOp module) { return editEach<arith::AddFOp>(module, loseDigits); }},
  };
  return bugs;
}

ArrayRef<SeededBug> attnc::test::getSharedKernelBugs() {
  static const SeededBug bugs[] = {
      {"bf16-truncates", "vector", "results are truncated to bf16, not rounded",
       [](ModuleOp module) { return editEach<arith::TruncFOp>(module, truncateToBf16); }},
      {"last-task-dropped", "vector", "each worker leaves the last of its tasks out",
       [](ModuleOp module) { return editEach<func::FuncOp>(module, dropLastTask); }},
      {"exp-coefficient", "llvm", "a coefficient of exp is wrong in the fourth digit",
       [](ModuleOp module) { return editEach<LLVM::ConstantOp>(module, changeCoefficient); }},
  };
  return bugs;
}
