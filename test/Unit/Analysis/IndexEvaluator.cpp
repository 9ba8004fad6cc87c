// Evaluates arith ops one by one; arithmetic wraps at 64 bits, as index does here.
#include "IndexEvaluator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <gtest/gtest.h>

#include <limits>

using namespace mlir;
using namespace attnc::test;

int64_t IndexEvaluator::get(Value value) const {
  auto found = values.find(value);
  if (found == values.end()) {
    ADD_FAILURE() << "a value is used that was not computed before";
    return 0;
  }
  return found->second;
}

static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

int64_t IndexEvaluator::divide(Operation &op, int64_t x, int64_t y) const {
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  bool isRemainder = isa<arith::RemSIOp, arith::RemUIOp>(op);
  bool isSigned = !isa<arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp>(op);
  bool wraps = isSigned && x == least && y == -1;
  if (y == 0 || wraps) {
    if (division == Division::Traps)
      ADD_FAILURE() << op.getName().getStringRef().str() << " of " << x << " by " << y << " traps";
    if (wraps)
      return isRemainder ? 0 : least;
    return isRemainder ? x : 0;
  }
  return llvm::TypeSwitch<Operation *, int64_t>(&op)
      .Case<arith::DivSIOp>([&](auto) { return x / y; })
      .Case<arith::DivUIOp>([&](auto) { return wrap(uint64_t(x) / uint64_t(y)); })
      .Case<arith::RemSIOp>([&](auto) { return x % y; })
      .Case<arith::RemUIOp>([&](auto) { return wrap(uint64_t(x) % uint64_t(y)); })
      .Case<arith::FloorDivSIOp>([&](auto) { return llvm::divideFloorSigned(x, y); })
      .Case<arith::CeilDivSIOp>([&](auto) { return llvm::divideCeilSigned(x, y); })
      .Default([&](auto) { return wrap(llvm::divideCeil(uint64_t(x), uint64_t(y))); });
}

void IndexEvaluator::run(Operation &op) {
  SmallVector<int64_t> in;
  if (!isa<tensor::ExtractOp>(op))
    for (Value operand : op.getOperands())
      in.push_back(get(operand));
  bool isBit = op.getNumResults() == 1 && op.getResult(0).getType().isInteger(1);
  auto set = [&](int64_t value) { values[op.getResult(0)] = isBit ? value & 1 : value; };

  APInt constant;
  if (matchPattern(&op, m_ConstantInt(&constant)))
    return set(constant.getSExtValue());
  llvm::TypeSwitch<Operation *>(&op)
      .Case<arith::AddIOp>([&](auto) { set(wrap(uint64_t(in[0]) + uint64_t(in[1]))); })
      .Case<arith::SubIOp>([&](auto) { set(wrap(uint64_t(in[0]) - uint64_t(in[1]))); })
      .Case<arith::MulIOp>([&](auto) { set(wrap(uint64_t(in[0]) * uint64_t(in[1]))); })
      .Case<arith::DivSIOp, arith::DivUIOp, arith::RemSIOp, arith::RemUIOp, arith::FloorDivSIOp,
            arith::CeilDivSIOp, arith::CeilDivUIOp>([&](auto) { set(divide(op, in[0], in[1])); })
      .Case<arith::MaxSIOp>([&](auto) { set(std::max(in[0], in[1])); })
      .Case<arith::MinSIOp>([&](auto) { set(std::min(in[0], in[1])); })
      .Case<arith::AndIOp>([&](auto) { set(in[0] & in[1]); })
      .Case<arith::OrIOp>([&](auto) { set(in[0] | in[1]); })
      .Case<arith::XOrIOp>([&](auto) { set(in[0] ^ in[1]); })
      .Case<arith::SelectOp>([&](auto) { set(in[0] ? in[1] : in[2]); })
      .Case<arith::IndexCastOp>([&](auto) { set(in[0]); })
      .Case<arith::CmpIOp>([&](arith::CmpIOp compare) {
        set(arith::applyCmpPredicate(compare.getPredicate(), APInt(64, in[0], true),
                                     APInt(64, in[1], true)));
      })
      .Case<tensor::ExtractOp>([&](tensor::ExtractOp read) {
        int64_t sum = 5;
        for (Value index : read.getIndices())
          sum = wrap(uint64_t(sum) * 31 + uint64_t(get(index)));
        set(wrap(uint64_t(sum) * 0x9e3779b97f4a7c15 >> 60) % 7);
      })
      .Default([&](auto) {
        ADD_FAILURE() << "the test cannot evaluate " << op.getName().getStringRef().str();
      });
}
