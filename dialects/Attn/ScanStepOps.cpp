// Verifies the tiled form of the scan (attn.scan_step, attn.conv_step) and answers its interfaces.
#include "dialects/Attn/Attn.h"
#include "dialects/Attn/TiledForm.h"
#include "dialects/Attn/Verification.h"

#include <limits>

using namespace mlir;
using namespace attnc::attn;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

LogicalResult ScanStepOp::verify() { return verifyTiledForm(*this); }

LogicalResult ConvStepOp::verify() { return verifyTiledForm(*this); }

//===----------------------------------------------------------------------===//
// Interfaces
//===----------------------------------------------------------------------===//

double ScanStepOp::getEffectiveSoftplusThreshold() {
  auto threshold = getSoftplusThreshold();
  return threshold ? threshold->convertToDouble() : SelectiveScanOp::kDefaultSoftplusThreshold;
}

MutableOperandRange ScanStepOp::getDpsInitsMutable() {
  unsigned first = getODSOperandIndexAndLength(odsIndex_h).first;
  return MutableOperandRange(getOperation(), first, getNumOperands() - first);
}

MutableOperandRange ConvStepOp::getDpsInitsMutable() {
  return MutableOperandRange(getOperation(), getNumOperands() - 2, 2);
}

LogicalResult ScanStepOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                           ValueRange operands, DictionaryAttr,
                                           OpaqueProperties properties, RegionRange,
                                           SmallVectorImpl<Type> &types) {
  ArrayRef<int32_t> segments = properties.as<Properties *>()->operandSegmentSizes;
  unsigned inputs = std::accumulate(segments.begin(), segments.begin() + odsIndex_h, 0u);
  return inferFromDestinations(operands.drop_front(inputs), types);
}

LogicalResult ConvStepOp::inferReturnTypes(MLIRContext *, std::optional<Location>,
                                           ValueRange operands, DictionaryAttr, OpaqueProperties,
                                           RegionRange, SmallVectorImpl<Type> &types) {
  return inferFromDestinations(operands.take_back(2), types);
}

void ScanStepOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, effects);
}

void ConvStepOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>> &effects) {
  addBufferEffects(*this, effects);
}

//===----------------------------------------------------------------------===//
// The mergeable state (h, elapsed)
//===----------------------------------------------------------------------===//

OperandRange ScanStepOp::getStateOperands() {
  unsigned first = getODSOperandIndexAndLength(odsIndex_h).first;
  return getOperands().slice(first, getElapsed() ? 2 : 1);
}

bool ScanStepOp::isCommutative() { return false; }

SmallVector<Value> ScanStepOp::buildIdentity(OpBuilder &builder, Location loc) {
  SmallVector<Value> state;
  Value zero = arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(0.0f));
  for (Value init : getStateOperands()) {
    Value empty = tensor::EmptyOp::create(builder, loc, tensor::getMixedSizes(builder, loc, init),
                                          builder.getF32Type());
    state.push_back(linalg::FillOp::create(builder, loc, zero, empty).getResult(0));
  }
  return state;
}

SmallVector<Value> ScanStepOp::buildMerge(OpBuilder &builder, Location loc, ValueRange first,
                                          ValueRange second) {
  MLIRContext *context = builder.getContext();
  AffineExpr zero = builder.getAffineConstantExpr(0);
  // A column (row) that all channels (states) share is read at 0.
  auto shared = [&](Value tensor, int64_t axis) -> AffineExpr {
    bool isShared = cast<ShapedType>(tensor.getType()).getDimSize(axis) == 1;
    return isShared ? zero : builder.getAffineDimExpr(axis);
  };
  AffineMap rates = AffineMap::get(2, 0, {shared(getA(), 0), shared(getA(), 1)}, context);
  AffineMap channels = AffineMap::get(2, 0, {shared(second[1], 0)}, context);
  AffineMap full = builder.getMultiDimIdentityMap(2);
  auto parallel = utils::IteratorType::parallel;

  auto merged = linalg::GenericOp::create(
      builder, loc, TypeRange{second[0].getType()}, ValueRange{first[0], getA(), second[1]},
      ValueRange{second[0]}, SmallVector<AffineMap>{full, rates, channels, full},
      SmallVector<utils::IteratorType>(2, parallel),
      [&](OpBuilder &b, Location l, ValueRange args) {
        // After a reset nothing of the first part is left, whatever its value.
        Value infinity = arith::ConstantOp::create(
            b, l, b.getF32FloatAttr(std::numeric_limits<float>::infinity()));
        Value none = arith::ConstantOp::create(b, l, b.getF32FloatAttr(0.0f));
        Value wasReset =
            arith::CmpFOp::create(b, l, arith::CmpFPredicate::OEQ, args[2], infinity);
        Value exponent = arith::MulFOp::create(b, l, args[1], args[2]);
        Value factor = math::ExpOp::create(b, l, exponent);
        Value decayed = arith::MulFOp::create(b, l, factor, args[0]);
        Value kept = arith::SelectOp::create(b, l, wasReset, none, decayed);
        linalg::YieldOp::create(b, l, ValueRange{arith::AddFOp::create(b, l, kept, args[3])});
      });
  auto elapsed = linalg::AddOp::create(builder, loc, ValueRange{first[1], second[1]},
                                       ValueRange{first[1]});
  return {merged.getResult(0), elapsed.getResult(0)};
}
