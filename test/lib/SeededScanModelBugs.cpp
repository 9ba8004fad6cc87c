// Seeded bugs in what scans and convolutions compute: operands and attributes that are ignored.
#include "SeededBugs.h"

#include "dialects/Attn/Attn.h"

using namespace mlir;
using namespace attnc::test;
using attnc::attn::CausalConv1dOp;
using attnc::attn::SelectiveScanOp;

static bool clearOperand(MutableOperandRange operand) {
  if (operand.empty())
    return false;
  operand.clear();
  return true;
}

/// Removes an attribute; whether it was there.
template <typename OpTy> static bool removeAttribute(ModuleOp module, StringRef name) {
  return editEach<OpTy>(module, [&](OpTy op) { return bool(op->removeAttr(name)); });
}

/// Clears an optional operand of the scans of a module.
template <MutableOperandRange (SelectiveScanOp::*getOperand)()>
static bool dropFromScans(ModuleOp module) {
  return editEach<SelectiveScanOp>(
      module, [](SelectiveScanOp op) { return clearOperand((op.*getOperand)()); });
}

template <MutableOperandRange (CausalConv1dOp::*getOperand)()>
static bool dropFromConvs(ModuleOp module) {
  return editEach<CausalConv1dOp>(
      module, [](CausalConv1dOp op) { return clearOperand((op.*getOperand)()); });
}

ArrayRef<SeededBug> attnc::test::getScanModelBugs() {
  static const SeededBug bugs[] = {
      {"scan-skip-ignored", "attn", "skip is not added",
       dropFromScans<&SelectiveScanOp::getSkipMutable>},
      {"scan-gate-ignored", "attn", "outputs are not gated",
       dropFromScans<&SelectiveScanOp::getGateMutable>},
      {"scan-bias-ignored", "attn", "the bias of step sizes is not added",
       dropFromScans<&SelectiveScanOp::getDeltaBiasMutable>},
      {"scan-init-ignored", "attn", "scans begin with a state of 0",
       dropFromScans<&SelectiveScanOp::getInitMutable>},
      {"scan-reset-ignored", "attn", "states live on over a reset",
       dropFromScans<&SelectiveScanOp::getResetMutable>},
      {"scan-softplus-ignored", "attn", "step sizes do not go through softplus",
       [](ModuleOp module) { return removeAttribute<SelectiveScanOp>(module, "delta_softplus"); }},
      {"scan-threshold-ignored", "attn", "softplus has the default threshold",
       [](ModuleOp module) {
         return removeAttribute<SelectiveScanOp>(module, "softplus_threshold");
       }},
      {"scan-limits-ignored", "attn", "step sizes are not clamped",
       [](ModuleOp module) { return removeAttribute<SelectiveScanOp>(module, "delta_limits"); }},
      {"scan-reverse-ignored", "attn", "time runs forwards in a reversed scan",
       [](ModuleOp module) { return removeAttribute<SelectiveScanOp>(module, "reverse"); }},
      {"conv-bias-ignored", "attn", "the bias of a convolution is not added",
       dropFromConvs<&CausalConv1dOp::getBiasMutable>},
      {"conv-init-ignored", "attn", "convolutions begin with a window of 0",
       dropFromConvs<&CausalConv1dOp::getInitMutable>},
      {"conv-reset-ignored", "attn", "convolutions see over a reset",
       dropFromConvs<&CausalConv1dOp::getResetMutable>},
      {"conv-silu-ignored", "attn", "convolutions are not activated",
       [](ModuleOp module) { return removeAttribute<CausalConv1dOp>(module, "silu"); }},
  };
  return bugs;
}
