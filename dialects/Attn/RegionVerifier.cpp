// Verifies mask and score regions: straight-line scalar code that both back ends can inline.
#include "dialects/Attn/AttentionSyntax.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

using namespace mlir;
using namespace attnc::attn;

/// Scalars of regions: integers up to 64 bits, index and f16, bf16, f32.
static bool isRegionScalar(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() <= 64;
  return type.isIndex() || type.isF32() || type.isF16() || type.isBF16();
}

static LogicalResult verifyRegionOp(Operation *op, Operation &inner, StringRef name) {
  if (isa<YieldOp>(inner))
    return success();
  bool isRead = isa<tensor::ExtractOp, memref::LoadOp>(inner);
  bool isScalarCode = isa<arith::ArithDialect, math::MathDialect>(inner.getDialect());
  if ((!isRead && !isScalarCode) || inner.getNumRegions() != 0) {
    InFlightDiagnostic diag =
        op->emitOpError()
        << name << " region may hold arith and math ops on scalars and tensor.extract, got "
        << inner.getName();
    diag.attachNote(inner.getLoc()) << "the op is here";
    return diag;
  }
  for (Type type : inner.getResultTypes())
    if (!isRegionScalar(type)) {
      InFlightDiagnostic diag =
          op->emitOpError() << name << " region may compute integers up to 64 bits, index, f16, "
                            << "bf16 and f32, got " << type;
      diag.attachNote(inner.getLoc()) << "the op is here";
      return diag;
    }
  return success();
}

static LogicalResult verifyRegion(Operation *op, Region &region, StringRef name,
                                  ArrayRef<Type> arguments, Type yielded) {
  if (region.empty())
    return success();
  Block &block = region.front();
  if (!llvm::equal(block.getArgumentTypes(), arguments))
    return op->emitOpError() << name << " region must take (" << arguments << "), got ("
                             << SmallVector<Type>(block.getArgumentTypes()) << ")";
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError() << name << " region must end with attn.yield";
  if (yield.getValue().getType() != yielded)
    return op->emitOpError() << name << " region must yield " << yielded << ", got "
                             << yield.getValue().getType();
  for (Operation &inner : block)
    if (failed(verifyRegionOp(op, inner, name)))
      return failure();
  return success();
}

LogicalResult attnc::attn::verifyMaskAndScore(Operation *op, Region &mask, Region &score) {
  Builder builder(op->getContext());
  Type index = builder.getIndexType(), f32 = builder.getF32Type();
  SmallVector<Type> maskArguments(kNumMaskArguments, index);
  SmallVector<Type> scoreArguments(kNumScoreArguments, index);
  scoreArguments[0] = f32;
  if (failed(verifyRegion(op, mask, "mask", maskArguments, builder.getI1Type())))
    return failure();
  return verifyRegion(op, score, "score", scoreArguments, f32);
}
