// What the products of a step have in common.
#include "StepProduct.h"

using namespace mlir;
using namespace attnc;

Value StepProduct::loadRescaled(Value panel, Value row, int64_t vector, Value rescale) {
  Value zero = vb.splat(0.0f);
  Value isDropped =
      arith::CmpFOp::create(vb.builder, vb.loc, arith::CmpFPredicate::OEQ, rescale, zero);
  Value acc = vb.load(step.op.getAcc(), {panel, row, step.lane(vector)});
  return arith::SelectOp::create(vb.builder, vb.loc, isDropped, zero, vb.mulF(acc, rescale));
}

Value StepProduct::compare(arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(vb.builder, vb.loc, predicate, a, b);
}

std::unique_ptr<StepProduct> attnc::createStepProduct(const StepContext &step) {
  switch (step.schedule.product) {
  case ProductKind::FmaF32:
    return createFmaProduct(step);
  case ProductKind::DotBf16:
    return createBf16DotProduct(step);
  case ProductKind::AmxBf16:
    return createAmxProduct(step);
  }
  llvm_unreachable("covered switch");
}
