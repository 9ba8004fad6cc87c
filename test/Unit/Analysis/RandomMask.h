// Builds random mask regions: what the solver understands, what it does not, and mixtures.
#pragma once

#include "mlir/IR/Builders.h"

#include <random>

namespace attnc::test {

/// Fills the block of a mask region, whose arguments are (batch, head, query, key), up to its
/// attn.yield. `uniforms` are index values from outside and `table` is a tensor<?xi32> to read.
class RandomMask {
public:
  RandomMask(uint64_t seed, mlir::Block &block, llvm::ArrayRef<mlir::Value> uniforms,
             mlir::Value table);
  void build();

private:
  mlir::Value buildCondition(int depth);
  mlir::Value buildComparison();
  mlir::Value buildIndex(int depth);
  /// Sums of multiples of positions, their quotients and uniform values.
  mlir::Value buildLinear();
  mlir::Value constant(int64_t value);
  int64_t range(int64_t least, int64_t most) {
    return least + int64_t(engine() % uint64_t(most - least + 1));
  }
  /// For divisors, among others: the verifier refuses the constant 0.
  int64_t nonZero(int64_t most) { return oneIn(2) ? range(1, most) : -range(1, most); }
  bool oneIn(int64_t n) { return range(1, n) == 1; }

  std::mt19937_64 engine;
  mlir::OpBuilder builder;
  mlir::Location loc;
  mlir::Block &block;
  llvm::ArrayRef<mlir::Value> uniforms;
  mlir::Value table;
};

} // namespace attnc::test
