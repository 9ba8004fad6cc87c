// What the tiled ops of attention and of the scan share: destinations, effects, semantics.
#pragma once

#include "dialects/Attn/Attn.h"

namespace attnc::attn {

/// Fails unless the operands are all tensors or all memrefs: DestinationStyleOpInterface itself
/// looks at results and destinations only.
llvm::LogicalResult verifyTiledForm(mlir::DestinationStyleOpInterface op);

/// One result for each destination that is a tensor.
llvm::LogicalResult inferFromDestinations(mlir::ValueRange destinations,
                                          llvm::SmallVectorImpl<mlir::Type> &types);

/// On memrefs: reads every buffer, writes the destinations. On tensors: nothing.
void addBufferEffects(
    mlir::DestinationStyleOpInterface op,
    llvm::SmallVectorImpl<mlir::SideEffects::EffectInstance<mlir::MemoryEffects::Effect>> &effects);

} // namespace attnc::attn
