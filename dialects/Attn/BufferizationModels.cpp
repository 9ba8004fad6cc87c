// Lets one-shot-bufferize turn the tiled form into its memref form, updating the state in place.
#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace attnc::attn;

namespace {
/// Rebuilds a destination-style op on the buffers of its tensor operands; regions move along.
template <typename Op>
struct OnlineOpModel : DstBufferizableOpInterfaceExternalModel<OnlineOpModel<Op>, Op> {
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand, const AnalysisState &) const {
    // online_finish only writes its destinations; online_step also reads the state.
    return isa<OnlineStepOp>(op) || !cast<DestinationStyleOpInterface>(op).isDpsInit(&operand);
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
    OnlineStepOp::attachInterface<OnlineOpModel<OnlineStepOp>>(*context);
    OnlineFinishOp::attachInterface<OnlineOpModel<OnlineFinishOp>>(*context);
  });
}
