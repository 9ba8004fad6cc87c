// Lets one-shot-bufferize turn the tiled form into its memref form, updating the state in place.
#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace attnc::attn;

/// Whether a destination holds a state that the op goes on from; others are only written.
static bool isState(Operation *op, OpOperand &destination) {
  if (auto step = dyn_cast<attnc::MergeableStateOpInterface>(op)) {
    OperandRange state = step.getStateOperands();
    unsigned first = state.getBeginOperandIndex(), number = destination.getOperandNumber();
    return number >= first && number < first + state.size();
  }
  if (auto step = dyn_cast<ConvStepOp>(op))
    return &destination == &step.getWindowMutable();
  return false;
}

namespace {
/// Rebuilds a destination-style op on the buffers of its tensor operands; regions move along.
template <typename Op>
struct TiledOpModel : DstBufferizableOpInterfaceExternalModel<TiledOpModel<Op>, Op> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    return !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand) || isState(op, operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options, BufferizationState &state) const {
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      if (!isa<TensorType>(operand.getType())) {
        operands.push_back(operand);
        continue;
      }
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      operands.push_back(*buffer);
    }
    SmallVector<Value> results;
    for (OpOperand &init : cast<DestinationStyleOpInterface>(op).getDpsInitsMutable())
      results.push_back(operands[init.getOperandNumber()]);

    OperationState newState(op->getLoc(), op->getName(), operands, TypeRange(), op->getAttrs());
    for (Region &region : op->getRegions())
      newState.addRegion()->takeBody(region);
    rewriter.create(newState);
    replaceOpWithBufferizedValues(rewriter, op, results);
    return success();
  }
};
} // namespace

void attnc::attn::registerBufferizationModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, AttnDialect *) {
    OnlineStepOp::attachInterface<TiledOpModel<OnlineStepOp>>(*context);
    OnlineFinishOp::attachInterface<TiledOpModel<OnlineFinishOp>>(*context);
    ScanStepOp::attachInterface<TiledOpModel<ScanStepOp>>(*context);
    ConvStepOp::attachInterface<TiledOpModel<ConvStepOp>>(*context);
  });
}
