// What a model from someone else may not contain.
#pragma once

#include "mlir/IR/BuiltinOps.h"

namespace attnc {

/// Emits an error at the first op that reaches outside of the model: ops of the llvm dialect
/// (inline assembly, calls by address), functions without a body, binary blobs.
mlir::LogicalResult checkUntrustedModule(mlir::ModuleOp module);

} // namespace attnc
