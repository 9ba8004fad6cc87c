// Runs straight-line integer code of the arith dialect on 64-bit values, to check what it computes.
#pragma once

#include "mlir/IR/Operation.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"

namespace attnc::test {

/// What a division by zero, or of the least integer by -1, gives.
enum class Division {
  /// x / 0 = 0, x mod 0 = x, and the least integer wraps: as in mask regions.
  IsTotal,
  /// An error: in ordinary code it traps.
  Traps
};

/// Values of the ops and arguments seen so far. Index and i32 are held sign-extended, i1 as 0 or 1.
/// `tensor.extract` reads made-up small integers that depend on the tensor and its indices.
class IndexEvaluator {
public:
  explicit IndexEvaluator(Division division) : division(division) {}

  void set(mlir::Value value, int64_t number) { values[value] = number; }
  int64_t get(mlir::Value value) const;
  /// Computes the results of `op`; adds a test failure for ops that it does not know.
  void run(mlir::Operation &op);

private:
  int64_t divide(mlir::Operation &op, int64_t dividend, int64_t divisor) const;

  Division division;
  llvm::DenseMap<mlir::Value, int64_t> values;
};

} // namespace attnc::test
