// Writes vector code with few words: constants, loads, loops, transposes and exponentials.
#pragma once

#include "attnc/Analysis/CpuTarget.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace attnc {

/// A builder at one location for one vector unit. All f32 vectors have `unit.lanes` elements.
class VectorBuilder {
public:
  using Values = llvm::SmallVector<mlir::Value>;

  VectorBuilder(mlir::OpBuilder &builder, mlir::Location loc, const VectorUnit &unit)
      : builder(builder), loc(loc), unit(unit) {}

  mlir::OpBuilder &builder;
  mlir::Location loc;
  VectorUnit unit;

  int64_t lanes() const { return unit.lanes; }
  mlir::VectorType vectorOf(mlir::Type element) const {
    return mlir::VectorType::get({unit.lanes}, element);
  }
  mlir::VectorType f32Vector() const { return vectorOf(builder.getF32Type()); }

  // Index arithmetic.
  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value add(mlir::Value a, int64_t b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  /// Nonnegative values only.
  mlir::Value roundDown(mlir::Value a, int64_t multiple);
  mlir::Value roundUp(mlir::Value a, int64_t multiple);
  mlir::Value divide(mlir::Value a, int64_t b);

  // f32 vectors.
  mlir::Value splat(float value);
  mlir::Value broadcast(mlir::Value scalar);
  mlir::Value load(mlir::VectorType type, mlir::Value buffer, mlir::ValueRange indices);
  mlir::Value load(mlir::Value buffer, mlir::ValueRange indices) {
    return load(f32Vector(), buffer, indices);
  }
  void store(mlir::Value vector, mlir::Value buffer, mlir::ValueRange indices);
  mlir::Value addF(mlir::Value a, mlir::Value b);
  mlir::Value subF(mlir::Value a, mlir::Value b);
  mlir::Value mulF(mlir::Value a, mlir::Value b);
  mlir::Value fma(mlir::Value a, mlir::Value b, mlir::Value c);
  /// The larger of two; which one is taken when an operand is NaN is not specified.
  mlir::Value maxF(mlir::Value a, mlir::Value b);
  mlir::Value bitcast(mlir::Value vector, mlir::VectorType type);
  mlir::Value shuffle(mlir::Value a, mlir::Value b, llvm::ArrayRef<int64_t> mask);
  /// 2^x, relative error below 2^-22; `isNonPositive` promises x <= 0 or NaN.
  mlir::Value exp2(mlir::Value x, bool isNonPositive);
  /// 1 / x for x in [1, 4], relative error below 2^-23.
  mlir::Value reciprocal(mlir::Value x);
  /// e^x for x <= 0 or NaN.
  mlir::Value expOfNonPositive(mlir::Value x);
  /// Transposes `lanes` vectors of `lanes` 32-bit elements.
  Values transpose(mlir::ValueRange rows);

  /// for (i = begin; i < end; i += step) with loop-carried values; returns their last values.
  Values forLoop(mlir::Value begin, mlir::Value end, int64_t step, mlir::ValueRange carried,
                 llvm::function_ref<Values(mlir::Value i, mlir::ValueRange carried)> body);
  void forLoop(mlir::Value begin, mlir::Value end, int64_t step,
               llvm::function_ref<void(mlir::Value i)> body);
};

} // namespace attnc
