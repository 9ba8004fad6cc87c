// What each scalar op computes: the one place that gives arith and math ops their meaning.
#pragma once

#include "attnc/Target/Reference/Tensor.h"

#include "mlir/IR/Operation.h"

namespace attnc::reference {

/// Types that scalar ops compute with: f16, bf16, f32, f64, index and integers up to 64 bits.
bool isComputable(mlir::Type scalarType);

/// The smallest difference that rounding to f32 makes, relative to the value.
constexpr double kUnitRoundoffF32 = 0x1p-24;

struct Operands;

/// One result of one op, on numbered registers.
struct Instruction {
  using Evaluate = Cell (*)(Operands);

  Evaluate evaluate = nullptr;
  int32_t operands[3] = {0, 0, 0};
  int32_t result = 0;
  uint8_t numOperands = 0;
  /// Bits of operand 0 and of the result, 64 for index.
  uint8_t operandWidth = 64, resultWidth = 64;
  /// Bit k: operand k is a float.
  uint8_t realOperands = 0;
  bool isResultReal = false;
  /// For ops that look at the representation (truncf, bitcast).
  ElementType operandStorage = ElementType::I64, resultStorage = ElementType::I64;
  /// The predicate of a comparison.
  int64_t predicate = 0;
  /// Relative error of the op in a correct f32 implementation: 0 where the result is exact.
  double relativeError = 0;
};

/// Operand access for the functions behind Instruction::evaluate.
struct Operands {
  const Instruction &instruction;
  const Cell *registers;

  Cell cell(int k) const { return registers[instruction.operands[k]]; }
  double real(int k) const { return cell(k).real; }
  int64_t integer(int k) const { return cell(k).integer; }
  /// Operand k without its sign: zero-extended from the operand width.
  uint64_t bits(int k) const;
  /// An integer result: wraps at the result width.
  Cell wrap(uint64_t value) const;
};

/// The instruction for result `resultNumber` of an arith or math op on scalars (or, applied to
/// each element, on tensors); operand registers are 0, 1, 2. Nothing for ops and types that the
/// reference does not know.
std::optional<Instruction> makeInstruction(mlir::Operation *op, unsigned resultNumber);

/// A scalar attribute (arith.constant, elements of dense attributes) as a cell.
Cell makeCell(const llvm::APFloat &value);
Cell makeCell(const llvm::APInt &value);
Cell makeCell(mlir::TypedAttr scalar);

} // namespace attnc::reference
