// Lookups and errors that all evaluators share.
#include "Frame.h"

#include "ScalarOps.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

int64_t reference::getInteger(const Frame &frame, Value value) {
  return frame.at(value).getScalar().integer;
}

LogicalResult reference::emitUnsupported(Operation *op) {
  InFlightDiagnostic diag = op->emitError() << "the reference interpreter does not support '"
                                            << op->getName() << "' with these types";
  diag.attachNote() << "it knows func.call and func.return; attn.attention, attn.selective_scan, "
                       "attn.causal_conv1d and their tiled forms; arith and math on "
                       "scalars and tensors of f16, bf16, f32, f64, index and integers up to 64 "
                       "bits; linalg ops, and the commonplace ops of tensor, on tensors; scf.for, "
                       "scf.forall, scf.if and scf.while";
  return failure();
}

LogicalResult reference::checkSize(Operation *op, const Twine &what, int64_t wanted, int64_t got) {
  if (wanted == got)
    return success();
  return op->emitError() << what << ": wanted " << wanted << ", got " << got;
}

LogicalResult reference::checkSizeIsAtMost(Operation *op, const Twine &what, int64_t limit,
                                           int64_t got) {
  if (got <= limit)
    return success();
  return op->emitError() << what << ": wanted at most " << limit << ", got " << got;
}

FailureOr<Tensor> reference::makeTensor(Operation *op, Type elementType, ArrayRef<int64_t> shape) {
  if (!isComputable(elementType))
    return emitUnsupported(op);
  if (countElements(shape))
    return Tensor(elementType, shape);
  InFlightDiagnostic diag = op->emitError() << "cannot make a tensor of shape ";
  llvm::interleave(shape, diag, "x");
  diag << ": sizes must not be negative, and their product not above " << kMaxElements;
  return diag;
}

SmallVector<int64_t> reference::resolveShape(RankedTensorType type, const Frame &frame,
                                             ValueRange dynamicSizes) {
  SmallVector<int64_t> shape(type.getShape());
  auto next = dynamicSizes.begin();
  for (int64_t &size : shape)
    if (ShapedType::isDynamic(size))
      size = getInteger(frame, *next++);
  return shape;
}
