// Implements the small vocabulary that the microkernels are written in.
#include "VectorBuilder.h"

#include "attnc/Analysis/NonPositive.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace attnc;

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

Value VectorBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}
Value VectorBuilder::add(Value a, Value b) { return arith::AddIOp::create(builder, loc, a, b); }
Value VectorBuilder::add(Value a, int64_t b) { return b == 0 ? a : add(a, index(b)); }
Value VectorBuilder::sub(Value a, Value b) { return arith::SubIOp::create(builder, loc, a, b); }
Value VectorBuilder::mul(Value a, int64_t b) {
  return b == 1 ? a : arith::MulIOp::create(builder, loc, a, index(b)).getResult();
}
Value VectorBuilder::min(Value a, Value b) { return arith::MinSIOp::create(builder, loc, a, b); }
Value VectorBuilder::max(Value a, Value b) { return arith::MaxSIOp::create(builder, loc, a, b); }
Value VectorBuilder::divide(Value a, int64_t b) {
  return b == 1 ? a : arith::DivUIOp::create(builder, loc, a, index(b)).getResult();
}
Value VectorBuilder::roundDown(Value a, int64_t multiple) {
  return mul(divide(a, multiple), multiple);
}
Value VectorBuilder::roundUp(Value a, int64_t multiple) {
  return roundDown(add(a, multiple - 1), multiple);
}

//===----------------------------------------------------------------------===//
// Vectors
//===----------------------------------------------------------------------===//

Value VectorBuilder::splat(float value) {
  return arith::ConstantOp::create(
      builder, loc, DenseElementsAttr::get(f32Vector(), builder.getF32FloatAttr(value)));
}
Value VectorBuilder::broadcast(Value scalar) {
  return vector::BroadcastOp::create(builder, loc, vectorOf(scalar.getType()), scalar);
}
Value VectorBuilder::load(VectorType type, Value buffer, ValueRange indices) {
  return vector::LoadOp::create(builder, loc, type, buffer, indices);
}
void VectorBuilder::store(Value vector, Value buffer, ValueRange indices) {
  vector::StoreOp::create(builder, loc, vector, buffer, indices);
}
Value VectorBuilder::addF(Value a, Value b) { return arith::AddFOp::create(builder, loc, a, b); }
Value VectorBuilder::subF(Value a, Value b) { return arith::SubFOp::create(builder, loc, a, b); }
Value VectorBuilder::mulF(Value a, Value b) { return arith::MulFOp::create(builder, loc, a, b); }
Value VectorBuilder::fma(Value a, Value b, Value c) {
  return vector::FMAOp::create(builder, loc, a, b, c);
}
Value VectorBuilder::maxF(Value a, Value b) {
  // Spelled as a compare and a select, which is one instruction; maxnum would be three for NaN.
  Value larger = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGT, a, b);
  return arith::SelectOp::create(builder, loc, larger, a, b);
}
Value VectorBuilder::bitcast(Value vector, VectorType type) {
  return vector::BitCastOp::create(builder, loc, type, vector);
}
Value VectorBuilder::shuffle(Value a, Value b, ArrayRef<int64_t> mask) {
  return vector::ShuffleOp::create(builder, loc, a, b, mask);
}

Value VectorBuilder::exp2(Value x, bool isNonPositive) {
  auto exp2 = math::Exp2Op::create(builder, loc, x);
  if (isNonPositive)
    exp2->setAttr(kNonPositiveAttrName, builder.getUnitAttr());
  return exp2;
}

Value VectorBuilder::reciprocal(Value x) {
  if (!unit.hasAvx512)
    return arith::DivFOp::create(builder, loc, splat(1.0f), x);
  // A division of 16 lanes takes as long as 16 other instructions. vrcp14ps is good to 2^-14; one
  // Newton step r * (2 - x * r) squares that.
  Value allLanes =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(builder.getI16Type(), -1));
  Value estimate =
      LLVM::CallIntrinsicOp::create(builder, loc, f32Vector(),
                                    builder.getStringAttr("llvm.x86.avx512.rcp14.ps.512"),
                                    ValueRange{x, splat(0.0f), allLanes})
          .getResults();
  Value negated = arith::NegFOp::create(builder, loc, x);
  return mulF(estimate, fma(negated, estimate, splat(2.0f)));
}

Value VectorBuilder::expOfNonPositive(Value x) {
  auto exp = math::ExpOp::create(builder, loc, x);
  exp->setAttr(kNonPositiveAttrName, builder.getUnitAttr());
  return exp;
}

VectorBuilder::Values VectorBuilder::transpose(ValueRange rows) {
  // log2(lanes) stages; the stage of width w swaps the off-diagonal w x w blocks of each pair.
  Values current(rows.begin(), rows.end());
  int64_t n = lanes();
  for (int64_t width = 1; width < n; width *= 2) {
    SmallVector<int64_t> low(n), high(n);
    for (int64_t column = 0; column < n; ++column) {
      bool isUpper = (column / width) % 2 == 1;
      low[column] = isUpper ? n + column - width : column;
      high[column] = isUpper ? n + column : column + width;
    }
    Values next(n);
    for (int64_t row = 0; row < n; ++row) {
      if ((row / width) % 2 == 1)
        continue;
      next[row] = shuffle(current[row], current[row + width], low);
      next[row + width] = shuffle(current[row], current[row + width], high);
    }
    current = next;
  }
  return current;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

VectorBuilder::Values VectorBuilder::forLoop(Value begin, Value end, int64_t step,
                                             ValueRange carried,
                                             function_ref<Values(Value, ValueRange)> body) {
  auto loop = scf::ForOp::create(builder, loc, begin, end, index(step), carried,
                                 [&](OpBuilder &, Location, Value, ValueRange) {});
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Values next = body(loop.getInductionVar(), loop.getRegionIterArgs());
  scf::YieldOp::create(builder, loc, next);
  return Values(loop.getResults());
}

void VectorBuilder::forLoop(Value begin, Value end, int64_t step, function_ref<void(Value)> body) {
  forLoop(begin, end, step, {}, [&](Value i, ValueRange) -> Values {
    body(i);
    return {};
  });
}
