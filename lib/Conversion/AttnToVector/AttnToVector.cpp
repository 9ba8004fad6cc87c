// convert-attn-to-vector: turns the bufferized tiled form into register-tiled vector kernels.
#include "OnlineStepLowering.h"
#include "ScanStepLowering.h"

#include "attnc/Conversion/Passes.h"

#include "mlir/Dialect/AMX/AMXDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTATTNTOVECTORPASS
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;

static LogicalResult checkIsBufferized(DestinationStyleOpInterface op) {
  if (op.hasPureBufferSemantics())
    return success();
  return op->emitOpError("must be bufferized before convert-attn-to-vector");
}

/// Whether the microkernels of attention can take the op as it is.
static LogicalResult checkForm(DestinationStyleOpInterface op, Value state, int64_t lanes) {
  if (failed(checkIsBufferized(op)))
    return failure();
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

/// Rows of one element may have any stride between elements, but vectors are loaded at stride 1:
/// the types of such operands are made to say so.
static void makeRowsContiguous(Operation *op) {
  for (OpOperand &operand : op->getOpOperands()) {
    auto type = dyn_cast<MemRefType>(operand.get().getType());
    if (!type || type.getRank() != 2 || type.getDimSize(1) != 1 || type.isLastDimUnitStride())
      continue;
    OpBuilder builder(op->getContext());
    builder.setInsertionPointAfterValue(operand.get());
    Location loc = op->getLoc();
    auto metadata = memref::ExtractStridedMetadataOp::create(builder, loc, operand.get());
    constexpr int64_t any = ShapedType::kDynamic;
    auto contiguous = MemRefType::get(type.getShape(), type.getElementType(),
                                      StridedLayoutAttr::get(builder.getContext(), any, {any, 1}));
    SmallVector<OpFoldResult> strides{metadata.getStrides()[0], builder.getIndexAttr(1)};
    operand.set(memref::ReinterpretCastOp::create(builder, loc, contiguous,
                                                  metadata.getBaseBuffer(), metadata.getOffset(),
                                                  metadata.getConstifiedMixedSizes(), strides));
  }
}

namespace {
struct ConvertAttnToVectorPass : attnc::impl::ConvertAttnToVectorPassBase<ConvertAttnToVectorPass> {
  using ConvertAttnToVectorPassBase::ConvertAttnToVectorPassBase;

  void runOnOperation() override {
    VectorUnit unit = getVectorUnit(triple, features);
    SmallVector<attn::OnlineStepOp> steps;
    SmallVector<attn::OnlineFinishOp> finishes;
    SmallVector<Operation *> scans;
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
      if (isa<attn::ScanStepOp, attn::ConvStepOp>(op)) {
        scans.push_back(op);
        return WalkResult(checkIsBufferized(cast<DestinationStyleOpInterface>(op)));
      }
      return WalkResult::advance();
    });
    if (walk.wasInterrupted())
      return signalPassFailure();
    for (attn::OnlineStepOp step : steps)
      makeRowsContiguous(step);
    for (attn::OnlineFinishOp finish : finishes)
      makeRowsContiguous(finish);
    for (Operation *op : scans)
      makeRowsContiguous(op);
    QueryPacker packer;
    for (attn::OnlineStepOp step : steps)
      lowerOnlineStep(step, unit, packer);
    for (attn::OnlineFinishOp finish : finishes)
      lowerOnlineFinish(finish, unit);
    for (Operation *op : scans) {
      if (auto step = dyn_cast<attn::ScanStepOp>(op))
        lowerScanStep(step, unit);
      else
        lowerConvStep(cast<attn::ConvStepOp>(op), unit);
    }
  }
};
} // namespace
