// Verifies mask and score regions: straight-line scalar code that both back ends can inline.
#include "dialects/Attn/Verification.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace attnc::attn;

namespace {
/// Verifies one region of `op`; `name` is its name in messages.
struct RegionVerifier {
  Operation *op;
  StringRef name;
  RegionConstants constants;

  LogicalResult verify(Region &region, ArrayRef<Type> arguments, Type yielded);

private:
  LogicalResult verifyOp(Operation &inner);
  LogicalResult verifyTypes(Operation &inner, TypeRange types);
  LogicalResult verifyDivisor(Operation &inner);
  LogicalResult verifyIndices(tensor::ExtractOp read);

  /// Whether `value`, an operand of `inner`, is defined in the region as `inner` is. Constants from
  /// outside are data: inlining a function turns its arguments into such.
  static bool isOfRegion(Operation *inner, Value value) {
    return value.getParentRegion() == inner->getParentRegion();
  }

  /// An error of `op` that points at the `inner` op, too.
  InFlightDiagnostic emitError(Operation &inner) {
    InFlightDiagnostic diag = op->emitOpError() << name << " region ";
    diag.attachNote(inner.getLoc()) << "the op is here";
    return diag;
  }
};
} // namespace

LogicalResult RegionVerifier::verify(Region &region, ArrayRef<Type> arguments, Type yielded) {
  if (region.empty())
    return success();
  Block &block = region.front();
  if (!llvm::equal(block.getArgumentTypes(), arguments))
    return op->emitOpError() << name << " region must take (" << arguments << "), got ("
                             << SmallVector<Type>(block.getArgumentTypes()) << ")";
  if (block.getOperations().size() > kMaxRegionOps)
    return op->emitOpError() << name << " region may hold " << kMaxRegionOps << " ops, got "
                             << block.getOperations().size();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError() << name << " region must end with attn.yield";
  if (yield.getValue().getType() != yielded)
    return op->emitOpError() << name << " region must yield " << yielded << ", got "
                             << yield.getValue().getType();
  for (Operation &inner : block.without_terminator())
    if (failed(verifyOp(inner)))
      return failure();
  return success();
}

LogicalResult RegionVerifier::verifyOp(Operation &inner) {
  // Bufferization turns reads of tensors into reads of memrefs; attn.attention is above it.
  bool isRead =
      isa<tensor::ExtractOp>(inner) || (isa<OnlineStepOp>(op) && isa<memref::LoadOp>(inner));
  bool isScalarCode = isa_and_present<arith::ArithDialect, math::MathDialect>(inner.getDialect());
  if ((!isRead && !isScalarCode) || inner.getNumRegions() != 0)
    return emitError(inner) << "may hold arith and math ops on scalars and tensor.extract, got "
                            << inner.getName();
  TypeRange operands = inner.getOperandTypes();
  if (failed(verifyTypes(inner, inner.getResultTypes())) ||
      failed(verifyTypes(inner, isRead ? operands.drop_front() : operands)))
    return failure();
  if (constants == RegionConstants::AreDerived)
    return success();
  if (auto read = dyn_cast<tensor::ExtractOp>(inner))
    return verifyIndices(read);
  return verifyDivisor(inner);
}

LogicalResult RegionVerifier::verifyTypes(Operation &inner, TypeRange types) {
  auto isScalar = [](Type type) {
    if (auto integer = dyn_cast<IntegerType>(type))
      return integer.isSignless() && integer.getWidth() <= 64;
    return isa<IndexType, Float16Type, BFloat16Type, Float32Type>(type);
  };
  for (Type type : types)
    if (!isScalar(type))
      return emitError(inner) << "may compute with signless integers up to 64 bits, index, f16, "
                                 "bf16 and f32, got "
                              << type;
  return success();
}

LogicalResult RegionVerifier::verifyDivisor(Operation &inner) {
  if (!isa<arith::DivSIOp, arith::DivUIOp, arith::FloorDivSIOp, arith::CeilDivSIOp,
           arith::CeilDivUIOp, arith::RemSIOp, arith::RemUIOp>(inner))
    return success();
  Value divisor = inner.getOperand(1);
  if (!isOfRegion(&inner, divisor) || !matchPattern(divisor, m_Zero()))
    return success();
  return emitError(inner) << "divides by the constant 0 in " << inner.getName();
}

LogicalResult RegionVerifier::verifyIndices(tensor::ExtractOp read) {
  auto type = cast<RankedTensorType>(read.getTensor().getType());
  for (auto [axis, index] : llvm::enumerate(read.getIndices())) {
    std::optional<int64_t> constant = getConstantIntValue(index);
    int64_t size = type.getDimSize(axis);
    // Any index of an empty axis is defined to read 0.
    if (!constant || size == 0 || !isOfRegion(read, index))
      continue;
    if (*constant < 0 || (!ShapedType::isDynamic(size) && *constant >= size))
      return emitError(*read) << "reads " << type << " out of range: index " << *constant
                              << " of dimension " << axis;
  }
  return success();
}

LogicalResult attnc::attn::verifyMaskAndScore(Operation *op, Region &mask, Region &score,
                                              RegionConstants constants) {
  Builder builder(op->getContext());
  Type index = builder.getIndexType(), f32 = builder.getF32Type();
  SmallVector<Type> maskArguments(kNumMaskArguments, index);
  SmallVector<Type> scoreArguments(kNumScoreArguments, index);
  scoreArguments[0] = f32;
  if (failed(
          RegionVerifier{op, "mask", constants}.verify(mask, maskArguments, builder.getI1Type())))
    return failure();
  return RegionVerifier{op, "score", constants}.verify(score, scoreArguments, f32);
}
