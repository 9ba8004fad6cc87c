// Emits ops so that no operand makes them trap or undefined, and rewrites those without a lowering.
#include "TotalOps.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace attnc;

namespace {
class TotalOpEmitter {
public:
  TotalOpEmitter(VectorBuilder &vb, Operation &op, ValueRange operands, TypeRange types)
      : builder(vb.builder), vb(vb), loc(op.getLoc()), op(op), operands(operands), types(types),
        type(types.front()) {}

  SmallVector<Value> emit();

private:
  SmallVector<Value> emitAsIs(ValueRange newOperands);
  Value emitDivision();
  Value emitShift();
  Value emitFloatToInteger();
  Value emitIntegerPower();
  Value emitFloatPower();
  Value emitIsInfinite();
  Value emitIsNormal();
  Value emitClamp();

  /// `value` as a constant of a type like `like`: a scalar or a splat.
  Value constant(Type like, int64_t value);
  Value constant(Type like, APFloat value);
  Value compare(arith::CmpIPredicate predicate, Value a, Value b) {
    return arith::CmpIOp::create(builder, loc, predicate, a, b);
  }
  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }
  Value toF32(Value value);
  /// Whether the second operand is a constant for which `isHarmless` holds.
  bool hasConstantOperand(function_ref<bool(const APInt &)> isHarmless);

  OpBuilder &builder;
  VectorBuilder &vb;
  Location loc;
  Operation &op;
  ValueRange operands;
  TypeRange types;
  /// Of the only result, for ops that are rewritten.
  Type type;
};
} // namespace

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

static TypedAttr splatIfVector(Type type, TypedAttr scalar) {
  if (auto vector = dyn_cast<VectorType>(type))
    return DenseElementsAttr::get(vector, Attribute(scalar));
  return scalar;
}

Value TotalOpEmitter::constant(Type like, int64_t value) {
  Type element = getElementTypeOrSelf(like);
  TypedAttr scalar = builder.getIndexAttr(value);
  if (!element.isIndex())
    scalar = builder.getIntegerAttr(element, APInt(element.getIntOrFloatBitWidth(), value,
                                                   /*isSigned=*/true, /*implicitTrunc=*/true));
  return arith::ConstantOp::create(builder, loc, splatIfVector(like, scalar));
}

Value TotalOpEmitter::constant(Type like, APFloat value) {
  return arith::ConstantOp::create(
      builder, loc, splatIfVector(like, builder.getFloatAttr(getElementTypeOrSelf(like), value)));
}

static Type withElement(Type like, Type element) {
  if (auto vector = dyn_cast<VectorType>(like))
    return vector.clone(element);
  return element;
}

Value TotalOpEmitter::toF32(Value value) {
  Type f32 = withElement(value.getType(), builder.getF32Type());
  return value.getType() == f32 ? value : arith::ExtFOp::create(builder, loc, f32, value);
}

bool TotalOpEmitter::hasConstantOperand(function_ref<bool(const APInt &)> isHarmless) {
  APInt value;
  return matchPattern(op.getOperand(1), m_ConstantInt(&value)) && isHarmless(value);
}

SmallVector<Value> TotalOpEmitter::emitAsIs(ValueRange newOperands) {
  OperationState state(loc, op.getName(), newOperands, types, op.getAttrs());
  return SmallVector<Value>(builder.create(state)->getResults());
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

Value TotalOpEmitter::emitDivision() {
  if (hasConstantOperand([](const APInt &v) { return !v.isZero() && !v.isAllOnes(); }))
    return emitAsIs(operands).front();
  // Divide by 1 where the real divisor would trap, then put the defined result in place.
  Value dividend = operands[0], divisor = operands[1], zero = constant(type, 0);
  Value one = constant(type, 1);
  bool isRemainder = isa<arith::RemSIOp, arith::RemUIOp>(op);
  bool isSigned = !isa<arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp>(op);
  Value isZero = compare(arith::CmpIPredicate::eq, divisor, zero);
  Value safe = select(isZero, one, divisor);
  Value isMinusOne;
  if (isSigned) {
    isMinusOne = compare(arith::CmpIPredicate::eq, divisor, constant(type, -1));
    safe = select(isMinusOne, one, safe);
  }
  Value result = emitAsIs({dividend, safe}).front();
  if (isSigned) {
    Value negated = arith::SubIOp::create(builder, loc, zero, dividend);
    result = select(isMinusOne, isRemainder ? zero : negated, result);
  }
  return select(isZero, isRemainder ? dividend : zero, result);
}

Value TotalOpEmitter::emitShift() {
  Type element = getElementTypeOrSelf(type);
  int64_t width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  if (hasConstantOperand([&](const APInt &v) { return v.ult(width); }))
    return emitAsIs(operands).front();
  Value isInRange = compare(arith::CmpIPredicate::ult, operands[1], constant(type, width));
  bool keepsSign = isa<arith::ShRSIOp>(op);
  Value zero = constant(type, 0);
  Value amount = select(isInRange, operands[1], keepsSign ? constant(type, width - 1) : zero);
  Value result = emitAsIs({operands[0], amount}).front();
  return keepsSign ? result : select(isInRange, result, zero);
}

Value TotalOpEmitter::emitIntegerPower() {
  // By squaring, one bit of the exponent at a time.
  Type element = getElementTypeOrSelf(type);
  int64_t width = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
  Value base = operands[0], exponent = operands[1];
  Value zero = constant(type, 0), one = constant(type, 1);
  auto product = [&](Value a, Value b) -> Value {
    return arith::MulIOp::create(builder, loc, a, b);
  };
  auto isOdd = [&](Value value) {
    return compare(arith::CmpIPredicate::ne, arith::AndIOp::create(builder, loc, value, one), zero);
  };
  auto powers = vb.forLoop(
      vb.index(0), vb.index(width), 1, {one, base, exponent}, [&](Value, ValueRange carried) {
        Value result = carried[0], square = carried[1], rest = carried[2];
        Value next = select(isOdd(rest), product(result, square), result);
        // A shift by 1 of an i1 is one too many.
        Value shifted = width == 1 ? zero : arith::ShRUIOp::create(builder, loc, rest, one);
        return VectorBuilder::Values{next, product(square, square), shifted};
      });
  Value minusOne = constant(type, -1);
  Value ofMinusOne = select(isOdd(exponent), minusOne, one);
  Value inverse = select(compare(arith::CmpIPredicate::eq, base, minusOne), ofMinusOne, zero);
  // In one bit, 1 and -1 are the same.
  if (width > 1)
    inverse = select(compare(arith::CmpIPredicate::eq, base, one), one, inverse);
  return select(compare(arith::CmpIPredicate::slt, exponent, zero), inverse, powers[0]);
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

Value TotalOpEmitter::emitFloatToInteger() {
  StringRef name = isa<arith::FPToSIOp>(op) ? "llvm.fptosi.sat" : "llvm.fptoui.sat";
  return LLVM::CallIntrinsicOp::create(builder, loc, type, builder.getStringAttr(name),
                                       ValueRange{toF32(operands[0])})
      .getResult(0);
}

Value TotalOpEmitter::emitFloatPower() {
  Value base = toF32(operands[0]);
  Value exponent = arith::SIToFPOp::create(builder, loc, base.getType(), operands[1]);
  Value power = math::PowFOp::create(builder, loc, base, exponent);
  return base.getType() == type ? power : arith::TruncFOp::create(builder, loc, type, power);
}

Value TotalOpEmitter::emitIsInfinite() {
  Type like = operands[0].getType();
  const llvm::fltSemantics &semantics =
      cast<FloatType>(getElementTypeOrSelf(like)).getFloatSemantics();
  Value magnitude = math::AbsFOp::create(builder, loc, operands[0]);
  return arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OEQ, magnitude,
                               constant(like, APFloat::getInf(semantics)));
}

Value TotalOpEmitter::emitIsNormal() {
  Type like = operands[0].getType();
  const llvm::fltSemantics &semantics =
      cast<FloatType>(getElementTypeOrSelf(like)).getFloatSemantics();
  Value magnitude = math::AbsFOp::create(builder, loc, operands[0]);
  Value isLarge = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OGE, magnitude,
                                        constant(like, APFloat::getSmallestNormalized(semantics)));
  Value isFinite = arith::CmpFOp::create(builder, loc, arith::CmpFPredicate::OLT, magnitude,
                                         constant(like, APFloat::getInf(semantics)));
  return arith::AndIOp::create(builder, loc, isLarge, isFinite);
}

Value TotalOpEmitter::emitClamp() {
  Value raised = arith::MaximumFOp::create(builder, loc, operands[0], operands[1]);
  return arith::MinimumFOp::create(builder, loc, raised, operands[2]);
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

SmallVector<Value> TotalOpEmitter::emit() {
  if (op.hasTrait<OpTrait::ConstantLike>())
    return {builder.clone(op)->getResult(0)};
  if (isa<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp,
          arith::CeilDivSIOp, arith::CeilDivUIOp>(op))
    return {emitDivision()};
  if (isa<arith::ShLIOp, arith::ShRSIOp, arith::ShRUIOp>(op))
    return {emitShift()};
  if (isa<arith::FPToSIOp, arith::FPToUIOp>(op))
    return {emitFloatToInteger()};
  if (isa<math::IPowIOp>(op))
    return {emitIntegerPower()};
  if (isa<math::FPowIOp>(op))
    return {emitFloatPower()};
  if (isa<math::IsInfOp>(op))
    return {emitIsInfinite()};
  if (isa<math::IsNormalOp>(op))
    return {emitIsNormal()};
  if (isa<math::ClampFOp>(op))
    return {emitClamp()};
  return emitAsIs(operands);
}

SmallVector<Value> attnc::emitTotalOp(VectorBuilder &vb, Operation &op, ValueRange operands,
                                      TypeRange types) {
  return TotalOpEmitter(vb, op, operands, types).emit();
}
