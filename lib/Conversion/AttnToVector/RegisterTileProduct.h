// Outer products on register tiles, the core of the FMA and bf16 dot products.
#pragma once

#include "StepProduct.h"

namespace attnc {

/// A product that broadcasts one element (or pair) of the left operand at a time against vectors
/// of the right one. `unit` elements of the summed axis are multiplied at once: 1, or a bf16 pair.
class RegisterTileProduct : public StepProduct {
public:
  RegisterTileProduct(const StepContext &step, int64_t unit) : StepProduct(step), unit(unit) {}

  RegisterTile computeScores(mlir::Value panel, mlir::Value key) override;
  void accumulateOutput(mlir::Value panel, mlir::Value begin, mlir::Value end,
                        mlir::ValueRange rescale) override;

protected:
  /// Broadcasts unit `k` of the summed axis of a row of K, or of a column of V.
  virtual mlir::Value loadKey(mlir::Value row, mlir::Value k) = 0;
  virtual mlir::Value loadValue(mlir::Value k, mlir::Value column) = 0;
  /// Unit `k` of the packed queries, or of the weights, for one vector of queries.
  virtual mlir::Value loadQueries(mlir::Value panel, mlir::Value k, int64_t vector) = 0;
  virtual mlir::Value loadWeights(mlir::Value k, int64_t vector) = 0;
  virtual mlir::Value multiplyAdd(mlir::Value left, mlir::Value right, mlir::Value sum) = 0;

private:
  RegisterTile multiply(RegisterTile tile, mlir::Value begin, mlir::Value end, int64_t unroll,
                        llvm::function_ref<mlir::Value(int64_t row, mlir::Value k)> loadLeft,
                        llvm::function_ref<mlir::Value(int64_t vector, mlir::Value k)> loadRight);
  void accumulateRows(mlir::Value panel, mlir::Value begin, mlir::Value end,
                      mlir::ValueRange rescale, mlir::Value firstRow, int64_t rows);

  int64_t unit;
};

} // namespace attnc
