// The oracle: interprets a function of a model in float64, by plain loops over the definitions.
#pragma once

#include "attnc/Target/Reference/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace attnc::reference {

struct InterpreterOptions {
  /// Also compute the error bounds of what attn.attention, attn.selective_scan and
  /// attn.causal_conv1d give.
  bool computeBounds = false;
};

struct Output {
  Tensor value;
  /// For a result of one of these ops that the function returns directly, when asked for: per
  /// element, the error that a correct implementation with f32 accumulation and the op's storage
  /// type may make. See ErrorBound.h (attention) and Approximate.h in lib/Target/Reference.
  std::optional<Tensor> bound;
};

/// Runs `function` on `arguments` (one tensor or rank-0 scalar per argument, with the element types
/// of the function's type) and returns its results.
///
/// Float values are doubles throughout, whatever their type: results are "as if in real
/// arithmetic". Only ops that say so round: arith.truncf rounds once to its result type (ties to
/// even), arith.bitcast sees the bits of the nearest value of its operand type. Integers wrap at
/// their width, index has 64 bits. Where MLIR leaves a result undefined, this is what the reference
/// does: x / 0 = 0 and x mod 0 = x; the least integer / -1 wraps; a shift by the width or more
/// shifts everything out; a float out of an integer's range saturates and NaN becomes 0.
/// tensor.extract clamps its indices in mask and score regions (an empty tensor reads as 0) and
/// refuses them elsewhere; the elements of tensor.empty are NaN or garbage.
///
/// On failure an error was emitted at the op in question: an argument that does not fit the
/// function's type ("argument 1, dim 3: wanted 128, got 96"), sizes that do not agree at run time,
/// or an op that the interpreter does not know.
llvm::FailureOr<llvm::SmallVector<Output>> interpret(mlir::func::FuncOp function,
                                                     llvm::ArrayRef<Tensor> arguments,
                                                     const InterpreterOptions &options = {});

} // namespace attnc::reference
