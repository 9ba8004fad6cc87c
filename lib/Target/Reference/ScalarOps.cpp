// The table of arith and math ops. Integers follow MLIR, with its undefined cases defined as
// Interpreter.h says; floats are real arithmetic in double.
#include "ScalarOps.h"

#include "attnc/Support/LowPrecision.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

#include <math.h>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

uint64_t Operands::bits(int k) const {
  return static_cast<uint64_t>(integer(k)) &
         llvm::maskTrailingOnes<uint64_t>(instruction.operandWidth);
}

Cell Operands::wrap(uint64_t value) const {
  return makeInteger(llvm::SignExtend64(value, instruction.resultWidth));
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

static uint64_t divideSigned(int64_t a, int64_t b) {
  if (b == 0)
    return 0;
  if (b == -1)
    return -static_cast<uint64_t>(a);
  return a / b;
}

static uint64_t divideFloor(int64_t a, int64_t b) {
  uint64_t quotient = divideSigned(a, b);
  bool isInexact = b != 0 && b != -1 && a % b != 0;
  return isInexact && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

static uint64_t divideCeil(int64_t a, int64_t b) {
  uint64_t quotient = divideSigned(a, b);
  bool isInexact = b != 0 && b != -1 && a % b != 0;
  return isInexact && (a < 0) == (b < 0) ? quotient + 1 : quotient;
}

static uint64_t remainderSigned(int64_t a, int64_t b) {
  if (b == 0)
    return a;
  return b == -1 ? 0 : a % b;
}

static uint64_t divideUnsigned(uint64_t a, uint64_t b) { return b == 0 ? 0 : a / b; }

static uint64_t divideCeilUnsigned(uint64_t a, uint64_t b) {
  return b == 0 ? 0 : a / b + (a % b != 0);
}

static uint64_t remainderUnsigned(uint64_t a, uint64_t b) { return b == 0 ? a : a % b; }

static uint64_t highProductSigned(Operands x) {
  __int128 product = static_cast<__int128>(x.integer(0)) * x.integer(1);
  return static_cast<uint64_t>(product >> x.instruction.operandWidth);
}

static uint64_t highProductUnsigned(Operands x) {
  unsigned __int128 product = static_cast<unsigned __int128>(x.bits(0)) * x.bits(1);
  return static_cast<uint64_t>(product >> x.instruction.operandWidth);
}

/// Base to an integer power by squaring; a negative power of anything but 1 and -1 truncates to 0.
static uint64_t powerInteger(int64_t base, int64_t exponent) {
  if (exponent < 0) {
    if (base == 1)
      return 1;
    return base == -1 ? (exponent % 2 ? -1 : 1) : 0;
  }
  uint64_t result = 1, square = base;
  for (uint64_t rest = exponent; rest; rest >>= 1, square *= square)
    if (rest & 1)
      result *= square;
  return result;
}

static Cell compareIntegers(Operands x) {
  int64_t a = x.integer(0), b = x.integer(1);
  uint64_t ua = x.bits(0), ub = x.bits(1);
  auto answer = [&]() -> bool {
    switch (static_cast<arith::CmpIPredicate>(x.instruction.predicate)) {
    case arith::CmpIPredicate::eq:
      return a == b;
    case arith::CmpIPredicate::ne:
      return a != b;
    case arith::CmpIPredicate::slt:
      return a < b;
    case arith::CmpIPredicate::sle:
      return a <= b;
    case arith::CmpIPredicate::sgt:
      return a > b;
    case arith::CmpIPredicate::sge:
      return a >= b;
    case arith::CmpIPredicate::ult:
      return ua < ub;
    case arith::CmpIPredicate::ule:
      return ua <= ub;
    case arith::CmpIPredicate::ugt:
      return ua > ub;
    case arith::CmpIPredicate::uge:
      return ua >= ub;
    }
    llvm_unreachable("covered switch");
  };
  return x.wrap(answer());
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static Cell compareReals(Operands x) {
  double a = x.real(0), b = x.real(1);
  bool isUnordered = a != a || b != b;
  auto answer = [&]() -> bool {
    switch (static_cast<arith::CmpFPredicate>(x.instruction.predicate)) {
    case arith::CmpFPredicate::AlwaysFalse:
      return false;
    case arith::CmpFPredicate::OEQ:
      return a == b;
    case arith::CmpFPredicate::OGT:
      return a > b;
    case arith::CmpFPredicate::OGE:
      return a >= b;
    case arith::CmpFPredicate::OLT:
      return a < b;
    case arith::CmpFPredicate::OLE:
      return a <= b;
    case arith::CmpFPredicate::ONE:
      return !isUnordered && a != b;
    case arith::CmpFPredicate::ORD:
      return !isUnordered;
    case arith::CmpFPredicate::UEQ:
      return isUnordered || a == b;
    case arith::CmpFPredicate::UGT:
      return isUnordered || a > b;
    case arith::CmpFPredicate::UGE:
      return isUnordered || a >= b;
    case arith::CmpFPredicate::ULT:
      return isUnordered || a < b;
    case arith::CmpFPredicate::ULE:
      return isUnordered || a <= b;
    case arith::CmpFPredicate::UNE:
      return isUnordered || a != b;
    case arith::CmpFPredicate::UNO:
      return isUnordered;
    case arith::CmpFPredicate::AlwaysTrue:
      return true;
    }
    llvm_unreachable("covered switch");
  };
  return x.wrap(answer());
}

/// IEEE 754's maximum: NaN if one is NaN, and +0 is above -0.
static double maximumOf(double a, double b) {
  if (a != a || b != b)
    return NAN;
  if (a == b)
    return signbit(a) ? b : a;
  return a > b ? a : b;
}

static double minimumOf(double a, double b) { return -maximumOf(-a, -b); }

/// Saturates, and NaN is 0. The bounds are exact: powers of two.
static Cell toSigned(Operands x) {
  double value = trunc(x.real(0)), limit = ldexp(1.0, x.instruction.resultWidth - 1);
  if (value != value)
    return makeInteger(0);
  if (value >= limit)
    return makeInteger(llvm::maxIntN(x.instruction.resultWidth));
  if (value < -limit)
    return makeInteger(llvm::minIntN(x.instruction.resultWidth));
  return makeInteger(static_cast<int64_t>(value));
}

static Cell toUnsigned(Operands x) {
  double value = trunc(x.real(0));
  if (!(value > 0))
    return makeInteger(0);
  if (value >= ldexp(1.0, x.instruction.resultWidth))
    return x.wrap(~uint64_t(0));
  return x.wrap(static_cast<uint64_t>(value));
}

static double roundTo(ElementType storage, double value) {
  alignas(8) char bytes[8];
  storeElement(storage, bytes, value);
  return loadElement(storage, bytes);
}

/// Reinterprets the bits of the nearest value of the operand's type.
static Cell castBits(Operands x) {
  const Instruction &instruction = x.instruction;
  uint64_t bits = 0; // the host is little-endian, as all targets are
  if (instruction.realOperands)
    storeElement(instruction.operandStorage, &bits, x.real(0));
  else
    bits = x.bits(0);
  if (instruction.isResultReal)
    return makeReal(loadElement(instruction.resultStorage, &bits));
  return x.wrap(bits);
}

static double powerOfReal(double base, int64_t exponent) {
  return pow(base, static_cast<double>(exponent));
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

template <double (*Function)(double)> static Cell unary(Operands x) {
  return makeReal(Function(x.real(0)));
}
template <double (*Function)(double, double)> static Cell binary(Operands x) {
  return makeReal(Function(x.real(0), x.real(1)));
}
template <uint64_t (*Function)(int64_t, int64_t)> static Cell signedBinary(Operands x) {
  return x.wrap(Function(x.integer(0), x.integer(1)));
}
template <uint64_t (*Function)(uint64_t, uint64_t)> static Cell unsignedBinary(Operands x) {
  return x.wrap(Function(x.bits(0), x.bits(1)));
}

/// Ops with one result, by name.
static const llvm::StringMap<Instruction::Evaluate> &getSingleResultOps() {
  static const llvm::StringMap<Instruction::Evaluate> table = {
      // Integers.
      {"arith.addi", [](Operands x) { return x.wrap(x.bits(0) + x.bits(1)); }},
      {"arith.subi", [](Operands x) { return x.wrap(x.bits(0) - x.bits(1)); }},
      {"arith.muli", [](Operands x) { return x.wrap(x.bits(0) * x.bits(1)); }},
      {"arith.divsi", signedBinary<divideSigned>},
      {"arith.floordivsi", signedBinary<divideFloor>},
      {"arith.ceildivsi", signedBinary<divideCeil>},
      {"arith.remsi", signedBinary<remainderSigned>},
      {"arith.divui", unsignedBinary<divideUnsigned>},
      {"arith.ceildivui", unsignedBinary<divideCeilUnsigned>},
      {"arith.remui", unsignedBinary<remainderUnsigned>},
      {"arith.andi", [](Operands x) { return x.wrap(x.bits(0) & x.bits(1)); }},
      {"arith.ori", [](Operands x) { return x.wrap(x.bits(0) | x.bits(1)); }},
      {"arith.xori", [](Operands x) { return x.wrap(x.bits(0) ^ x.bits(1)); }},
      {"arith.shli",
       [](Operands x) {
         return x.wrap(x.bits(1) < x.instruction.operandWidth ? x.bits(0) << x.bits(1) : 0);
       }},
      {"arith.shrui",
       [](Operands x) {
         return x.wrap(x.bits(1) < x.instruction.operandWidth ? x.bits(0) >> x.bits(1) : 0);
       }},
      {"arith.shrsi",
       [](Operands x) { return x.wrap(x.integer(0) >> std::min<uint64_t>(x.bits(1), 63)); }},
      {"arith.maxsi",
       [](Operands x) { return x.integer(0) > x.integer(1) ? x.cell(0) : x.cell(1); }},
      {"arith.minsi",
       [](Operands x) { return x.integer(0) < x.integer(1) ? x.cell(0) : x.cell(1); }},
      {"arith.maxui", [](Operands x) { return x.bits(0) > x.bits(1) ? x.cell(0) : x.cell(1); }},
      {"arith.minui", [](Operands x) { return x.bits(0) < x.bits(1) ? x.cell(0) : x.cell(1); }},
      {"arith.cmpi", compareIntegers},
      {"math.absi", [](Operands x) { return x.integer(0) < 0 ? x.wrap(-x.bits(0)) : x.cell(0); }},
      {"math.ipowi", signedBinary<powerInteger>},
      {"math.ctpop", [](Operands x) { return x.wrap(llvm::popcount(x.bits(0))); }},
      {"math.ctlz",
       [](Operands x) {
         return x.wrap(llvm::countl_zero(x.bits(0)) - (64 - x.instruction.operandWidth));
       }},
      {"math.cttz",
       [](Operands x) {
         return x.wrap(std::min<int>(llvm::countr_zero(x.bits(0)), x.instruction.operandWidth));
       }},
      // Conversions.
      {"arith.extsi", [](Operands x) { return x.cell(0); }},
      {"arith.extui", [](Operands x) { return x.wrap(x.bits(0)); }},
      {"arith.trunci", [](Operands x) { return x.wrap(x.bits(0)); }},
      {"arith.index_cast", [](Operands x) { return x.wrap(x.integer(0)); }},
      {"arith.index_castui", [](Operands x) { return x.wrap(x.bits(0)); }},
      {"arith.sitofp", [](Operands x) { return makeReal(static_cast<double>(x.integer(0))); }},
      {"arith.uitofp", [](Operands x) { return makeReal(static_cast<double>(x.bits(0))); }},
      {"arith.fptosi", toSigned},
      {"arith.fptoui", toUnsigned},
      {"arith.extf", [](Operands x) { return x.cell(0); }},
      {"arith.truncf",
       [](Operands x) { return makeReal(roundTo(x.instruction.resultStorage, x.real(0))); }},
      {"arith.bitcast", castBits},
      {"arith.select", [](Operands x) { return x.integer(0) ? x.cell(1) : x.cell(2); }},
      // Floats.
      {"arith.addf", [](Operands x) { return makeReal(x.real(0) + x.real(1)); }},
      {"arith.subf", [](Operands x) { return makeReal(x.real(0) - x.real(1)); }},
      {"arith.mulf", [](Operands x) { return makeReal(x.real(0) * x.real(1)); }},
      {"arith.divf", [](Operands x) { return makeReal(x.real(0) / x.real(1)); }},
      {"arith.remf", binary<fmod>},
      {"arith.negf", [](Operands x) { return makeReal(-x.real(0)); }},
      {"arith.maximumf", binary<maximumOf>},
      {"arith.minimumf", binary<minimumOf>},
      {"arith.maxnumf", binary<fmax>},
      {"arith.minnumf", binary<fmin>},
      {"arith.cmpf", compareReals},
      {"math.absf", unary<fabs>},
      {"math.acos", unary<acos>},
      {"math.acosh", unary<acosh>},
      {"math.asin", unary<asin>},
      {"math.asinh", unary<asinh>},
      {"math.atan", unary<atan>},
      {"math.atan2", binary<atan2>},
      {"math.atanh", unary<atanh>},
      {"math.cbrt", unary<cbrt>},
      {"math.ceil", unary<ceil>},
      {"math.clampf",
       [](Operands x) { return makeReal(minimumOf(maximumOf(x.real(0), x.real(1)), x.real(2))); }},
      {"math.copysign", binary<copysign>},
      {"math.cos", unary<cos>},
      {"math.cosh", unary<cosh>},
      {"math.erf", unary<erf>},
      {"math.erfc", unary<erfc>},
      {"math.exp", unary<exp>},
      {"math.exp2", unary<exp2>},
      {"math.expm1", unary<expm1>},
      {"math.floor", unary<floor>},
      {"math.fma", [](Operands x) { return makeReal(fma(x.real(0), x.real(1), x.real(2))); }},
      {"math.fpowi", [](Operands x) { return makeReal(powerOfReal(x.real(0), x.integer(1))); }},
      {"math.isfinite", [](Operands x) { return x.wrap(isfinite(x.real(0))); }},
      {"math.isinf", [](Operands x) { return x.wrap(isinf(x.real(0))); }},
      {"math.isnan", [](Operands x) { return x.wrap(isnan(x.real(0))); }},
      {"math.log", unary<log>},
      {"math.log10", unary<log10>},
      {"math.log1p", unary<log1p>},
      {"math.log2", unary<log2>},
      {"math.powf", binary<pow>},
      {"math.round", unary<round>},
      {"math.roundeven", unary<nearbyint>}, // the default rounding mode: ties to even
      {"math.rsqrt", [](Operands x) { return makeReal(1.0 / sqrt(x.real(0))); }},
      {"math.sin", unary<sin>},
      {"math.sinh", unary<sinh>},
      {"math.sqrt", unary<sqrt>},
      {"math.tan", unary<tan>},
      {"math.tanh", unary<tanh>},
      {"math.trunc", unary<trunc>},
  };
  return table;
}

/// The function behind one result of an op, or null.
static Instruction::Evaluate findFunction(Operation *op, unsigned resultNumber) {
  if (isa<math::SincosOp>(op))
    return resultNumber == 0 ? Instruction::Evaluate(unary<sin>) : unary<cos>;
  if (isa<arith::MulSIExtendedOp, arith::MulUIExtendedOp>(op)) {
    if (resultNumber == 0)
      return [](Operands x) { return x.wrap(x.bits(0) * x.bits(1)); };
    if (isa<arith::MulSIExtendedOp>(op))
      return [](Operands x) { return x.wrap(highProductSigned(x)); };
    return [](Operands x) { return x.wrap(highProductUnsigned(x)); };
  }
  if (isa<arith::AddUIExtendedOp>(op)) {
    if (resultNumber == 0)
      return [](Operands x) { return x.wrap(x.bits(0) + x.bits(1)); };
    return [](Operands x) {
      unsigned __int128 sum = static_cast<unsigned __int128>(x.bits(0)) + x.bits(1);
      return x.wrap(static_cast<uint64_t>(sum >> x.instruction.operandWidth));
    };
  }
  return getSingleResultOps().lookup(op->getName().getStringRef());
}

/// What a correct f32 implementation of an op may add to the error of its operands, in units of
/// kUnitRoundoffF32: half an ulp for arithmetic, a few ulps for elementary functions, nothing for
/// ops that only choose or convert exactly.
static double getRelativeError(Operation *op) {
  if (isa<arith::SelectOp, arith::ExtFOp, arith::TruncFOp, arith::NegFOp, arith::MaximumFOp,
          arith::MinimumFOp, arith::MaxNumFOp, arith::MinNumFOp, math::AbsFOp, math::CopySignOp,
          math::ClampFOp, math::FloorOp, math::CeilOp, math::TruncOp, math::RoundOp,
          math::RoundEvenOp>(op))
    return 0;
  return (isa<math::MathDialect>(op->getDialect()) ? 8 : 1) * kUnitRoundoffF32;
}

//===----------------------------------------------------------------------===//
// Instructions and constants
//===----------------------------------------------------------------------===//

bool reference::isComputable(Type type) {
  if (type.isSignlessInteger())
    return type.getIntOrFloatBitWidth() >= 1 && type.getIntOrFloatBitWidth() <= 64;
  return type.isIndex() || type.isF16() || type.isBF16() || type.isF32() || type.isF64();
}

static uint8_t getWidth(Type type) {
  return type.isIndex() ? 64 : static_cast<uint8_t>(type.getIntOrFloatBitWidth());
}

std::optional<Instruction> reference::makeInstruction(Operation *op, unsigned resultNumber) {
  Instruction instruction;
  instruction.evaluate = findFunction(op, resultNumber);
  if (!instruction.evaluate || op->getNumOperands() > 3)
    return std::nullopt;
  if (auto truncate = dyn_cast<arith::TruncFOp>(op))
    if (truncate.getRoundingmode().value_or(arith::RoundingMode::to_nearest_even) !=
        arith::RoundingMode::to_nearest_even)
      return std::nullopt;

  instruction.numOperands = op->getNumOperands();
  for (auto [k, type] : llvm::enumerate(op->getOperandTypes())) {
    Type scalar = getElementTypeOrSelf(type);
    if (!isComputable(scalar))
      return std::nullopt;
    instruction.operands[k] = k;
    if (isa<FloatType>(scalar))
      instruction.realOperands |= 1 << k;
  }
  Type operand = getElementTypeOrSelf(op->getOperand(0));
  Type result = getElementTypeOrSelf(op->getResult(resultNumber));
  if (!isComputable(result))
    return std::nullopt;
  instruction.operandWidth = getWidth(operand);
  instruction.resultWidth = getWidth(result);
  instruction.isResultReal = isa<FloatType>(result);
  instruction.operandStorage = getStorageType(operand).value_or(ElementType::I64);
  instruction.resultStorage = getStorageType(result).value_or(ElementType::I64);
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    instruction.predicate = static_cast<int64_t>(compare.getPredicate());
  if (auto compare = dyn_cast<arith::CmpFOp>(op))
    instruction.predicate = static_cast<int64_t>(compare.getPredicate());
  if (instruction.isResultReal)
    instruction.relativeError = getRelativeError(op);
  return instruction;
}

Cell reference::makeCell(const APFloat &value) {
  APFloat wide = value;
  bool losesInfo;
  wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven, &losesInfo);
  return makeReal(wide.convertToDouble());
}

Cell reference::makeCell(const APInt &value) { return makeInteger(value.getSExtValue()); }

Cell reference::makeCell(TypedAttr scalar) {
  if (auto real = dyn_cast<FloatAttr>(scalar))
    return makeCell(real.getValue());
  return makeCell(cast<IntegerAttr>(scalar).getValue());
}
