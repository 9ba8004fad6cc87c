// Seeded bugs in what is computed: mask and score regions, offsets, sink and scale.
#include "SeededBugs.h"

#include "dialects/Attn/Attn.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

#include <limits>

using namespace mlir;
using namespace attnc::test;
using attnc::attn::AttentionOp;
using attnc::attn::YieldOp;

namespace {
/// The arguments of a mask region and the last four of a score region.
enum RegionArgument { Batch, Head, Query, Key };
} // namespace

/// Null for an empty region.
static BlockArgument getArgument(Region &region, RegionArgument which) {
  if (region.empty())
    return {};
  Block &block = region.front();
  return block.getArgument(block.getNumArguments() - attnc::attn::kNumMaskArguments + which);
}

/// Adds `distance` to an operand of an index op.
static void shiftOperand(Operation *op, unsigned operand, int64_t distance) {
  OpBuilder builder(op);
  Value amount = arith::ConstantIndexOp::create(builder, op->getLoc(), distance);
  op->setOperand(operand,
                 arith::AddIOp::create(builder, op->getLoc(), op->getOperand(operand), amount));
}

/// Moves the bound of every `j <= i` in a mask.
static bool shiftCausal(ModuleOp module, int64_t distance) {
  return editEach<AttentionOp>(module, [&](AttentionOp op) {
    Value query = getArgument(op.getMask(), Query), key = getArgument(op.getMask(), Key);
    return editEach<arith::CmpIOp>(op, [&](arith::CmpIOp compare) {
      bool isCausal = compare.getPredicate() == arith::CmpIPredicate::sle &&
                      compare.getLhs() == key && compare.getRhs() == query;
      if (isCausal)
        shiftOperand(compare, 1, distance);
      return isCausal;
    });
  });
}

/// Widens every `i - j <= constant` in a mask.
static bool widenWindow(ModuleOp module) {
  return editEach<AttentionOp>(module, [&](AttentionOp op) {
    Value query = getArgument(op.getMask(), Query), key = getArgument(op.getMask(), Key);
    return editEach<arith::CmpIOp>(op, [&](arith::CmpIOp compare) {
      auto distance = compare.getLhs().getDefiningOp<arith::SubIOp>();
      bool isWindow = compare.getPredicate() == arith::CmpIPredicate::sle && distance &&
                      distance.getLhs() == query && distance.getRhs() == key &&
                      matchPattern(compare.getRhs(), m_Constant());
      if (isWindow)
        shiftOperand(compare, 1, 1);
      return isWindow;
    });
  });
}

/// Puts 0 in the place of an argument that a region uses.
static bool zeroArgument(Region &region, RegionArgument which) {
  BlockArgument argument = getArgument(region, which);
  if (!argument || argument.use_empty())
    return false;
  OpBuilder builder = OpBuilder::atBlockBegin(&region.front());
  argument.replaceAllUsesWith(arith::ConstantIndexOp::create(builder, argument.getLoc(), 0));
  return true;
}

static bool clearOperands(MutableOperandRange operands) {
  if (operands.empty())
    return false;
  operands.clear();
  return true;
}

/// A score region that hands the score on.
static void buildIdentityScore(AttentionOp op) {
  OpBuilder builder(op.getContext());
  Type index = builder.getIndexType();
  Block *block =
      builder.createBlock(&op.getScore(), {}, {builder.getF32Type(), index, index, index, index},
                          SmallVector<Location>(5, op.getLoc()));
  YieldOp::create(builder, op.getLoc(), block->getArgument(0));
}

/// Masks scores by a select in the score region, `beforeScore` or at its end.
static bool maskByScore(AttentionOp op, float masked, bool beforeScore) {
  if (op.getMask().empty() || (beforeScore && op.getScore().empty()))
    return false;
  if (op.getScore().empty())
    buildIdentityScore(op);
  Block &mask = op.getMask().front(), &score = op.getScore().front();
  auto yield = cast<YieldOp>(score.getTerminator());
  OpBuilder builder(beforeScore ? &score.front() : yield.getOperation());
  IRMapping mapping;
  for (unsigned n = 0; n < attnc::attn::kNumMaskArguments; ++n)
    mapping.map(mask.getArgument(n), score.getArgument(n + 1));
  for (Operation &inner : mask.without_terminator())
    builder.clone(inner, mapping);
  Value allowed = mapping.lookupOrDefault(cast<YieldOp>(mask.getTerminator()).getValue());
  Value value = beforeScore ? Value(score.getArgument(0)) : yield.getValue();
  Value constant = arith::ConstantOp::create(builder, op.getLoc(), builder.getF32FloatAttr(masked));
  auto select = arith::SelectOp::create(builder, op.getLoc(), allowed, value, constant);
  if (beforeScore)
    value.replaceAllUsesExcept(select, select);
  else
    yield->setOperand(0, select);
  mask.erase();
  return true;
}

static bool swapCaptureIndices(ModuleOp module) {
  return editEach<AttentionOp>(module, [](AttentionOp op) {
    return editEach<tensor::ExtractOp>(op, [](tensor::ExtractOp read) {
      if (read.getIndices().size() != 2)
        return false;
      Value first = read.getIndices()[0], second = read.getIndices()[1];
      read.getIndicesMutable().assign({second, first});
      return true;
    });
  });
}

ArrayRef<SeededBug> attnc::test::getModelBugs() {
  static const SeededBug bugs[] = {
      {"causal-sees-next", "attn", "causal masks show the key behind the query",
       [](ModuleOp module) { return shiftCausal(module, 1); }},
      {"causal-hides-self", "attn", "causal masks hide the query's own key",
       [](ModuleOp module) { return shiftCausal(module, -1); }},
      {"window-too-wide", "attn", "windows are one key wider",
       [](ModuleOp module) { return widenWindow(module); }},
      {"scale-off", "attn", "the scale is 0.1 % too large",
       [](ModuleOp module) {
         return editEach<AttentionOp>(module, [](AttentionOp op) {
           double scale = op.getEffectiveScale();
           op.setScaleAttr(Builder(op).getF64FloatAttr(scale * 1.001));
           return scale != 0;
         });
       }},
      {"q-offset-dropped", "attn", "query positions begin at 0",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return clearOperands(op.getQOffsetMutable()); });
       }},
      {"kv-offset-dropped", "attn", "key positions begin at 0",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return clearOperands(op.getKvOffsetMutable()); });
       }},
      {"sink-ignored", "attn", "the sink takes no part in the softmax",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return clearOperands(op.getSinkMutable()); });
       }},
      {"mask-of-batch-zero", "attn", "every batch entry has the mask of the first",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return zeroArgument(op.getMask(), Batch); });
       }},
      {"mask-of-head-zero", "attn", "every head has the mask of the first",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return zeroArgument(op.getMask(), Head); });
       }},
      {"score-of-head-zero", "attn", "every head has the score change of the first",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return zeroArgument(op.getScore(), Head); });
       }},
      {"masked-is-finite", "attn", "masked scores become -1e30, not -inf",
       [](ModuleOp module) {
         return editEach<AttentionOp>(
             module, [](AttentionOp op) { return maskByScore(op, -1e30f, /*beforeScore=*/false); });
       }},
      {"mask-before-score", "attn", "the mask is applied before the score region",
       [](ModuleOp module) {
         return editEach<AttentionOp>(module, [](AttentionOp op) {
           return maskByScore(op, -std::numeric_limits<float>::infinity(), /*beforeScore=*/true);
         });
       }},
      {"capture-transposed", "attn", "captured matrices are read with their indices swapped",
       swapCaptureIndices},
  };
  return bugs;
}
