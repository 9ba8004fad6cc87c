// convert-attn-to-vector: turns the bufferized tiled form into register-tiled vector kernels.
#include "OnlineStepLowering.h"

#include "attnc/Conversion/Passes.h"

#include "mlir/Dialect/AMX/AMXDialect.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTATTNTOVECTORPASS
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;

/// Whether the microkernels can take the op as it is.
static LogicalResult checkForm(DestinationStyleOpInterface op, Value state, int64_t lanes) {
  if (!op.hasPureBufferSemantics())
    return op->emitOpError("must be bufferized before convert-attn-to-vector");
  int64_t width = cast<ShapedType>(state.getType()).getDimSize(1);
  if (width % lanes != 0)
    return op->emitOpError() << "panel width must be a multiple of the " << lanes
                             << " lanes of the target, got " << width;
  return success();
}

/// AMX works on two by two tiles: its panels have one width.
static LogicalResult checkPanelWidth(attn::OnlineStepOp op, const VectorUnit &unit) {
  auto key = cast<ShapedType>(op.getKey().getType()),
       value = cast<ShapedType>(op.getValue().getType());
  AttentionSchedule schedule =
      chooseAttentionSchedule(unit, key.getElementType(), key.getDimSize(1), value.getDimSize(1));
  if (schedule.product != ProductKind::AmxBf16 || op.getPanelWidth() == schedule.getPanelWidth())
    return success();
  return op.emitOpError() << "panel width must be " << schedule.getPanelWidth()
                          << " on a target with AMX, got " << op.getPanelWidth();
}

namespace {
struct ConvertAttnToVectorPass : attnc::impl::ConvertAttnToVectorPassBase<ConvertAttnToVectorPass> {
  using ConvertAttnToVectorPassBase::ConvertAttnToVectorPassBase;

  void runOnOperation() override {
    VectorUnit unit = getVectorUnit(triple, features);
    SmallVector<attn::OnlineStepOp> steps;
    SmallVector<attn::OnlineFinishOp> finishes;
    WalkResult walk = getOperation().walk([&](Operation *op) {
      if (auto step = dyn_cast<attn::OnlineStepOp>(op)) {
        steps.push_back(step);
        if (failed(checkForm(step, step.getMax(), unit.lanes)))
          return WalkResult::interrupt();
        return WalkResult(checkPanelWidth(step, unit));
      }
      if (auto finish = dyn_cast<attn::OnlineFinishOp>(op)) {
        finishes.push_back(finish);
        return WalkResult(checkForm(finish, finish.getMax(), unit.lanes));
      }
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    QueryPacker packer;
    for (attn::OnlineStepOp step : steps)
      lowerOnlineStep(step, unit, packer);
    for (attn::OnlineFinishOp finish : finishes)
      lowerOnlineFinish(finish, unit);
  }
};
} // namespace
