// Implements what the tiled ops share.
#include "dialects/Attn/TiledForm.h"

using namespace mlir;
using namespace attnc::attn;

LogicalResult attnc::attn::verifyTiledForm(DestinationStyleOpInterface op) {
  if (op.hasPureTensorSemantics() || op.hasPureBufferSemantics())
    return success();
  return op->emitOpError() << "operands must be all tensors or all memrefs, got "
                           << op->getOperandTypes();
}

LogicalResult attnc::attn::inferFromDestinations(ValueRange destinations,
                                                 SmallVectorImpl<Type> &types) {
  llvm::copy_if(destinations.getTypes(), std::back_inserter(types), llvm::IsaPred<TensorType>);
  return success();
}

void attnc::attn::addBufferEffects(
    DestinationStyleOpInterface op,
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<MemRefType>(operand.get().getType()))
      continue;
    effects.emplace_back(MemoryEffects::Read::get(), &operand);
    if (op.isDpsInit(&operand))
      effects.emplace_back(MemoryEffects::Write::get(), &operand);
  }
}
