// Constants, and arith and math ops on scalars and whole tensors.
#include "Evaluators.h"
#include "ScalarOps.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

/// Elements that stand behind the module, in a blob of their own.
static FailureOr<Tensor> loadResource(Operation *op, DenseResourceElementsAttr resource) {
  ShapedType type = resource.getType();
  FailureOr<Tensor> result = makeTensor(op, type.getElementType(), type.getShape());
  if (failed(result))
    return failure();
  std::optional<ElementType> storage = getStorageType(type.getElementType());
  if (!storage || storage == ElementType::Bool)
    return emitUnsupported(op);
  const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  const int64_t got = blob ? static_cast<int64_t>(blob->getData().size()) : 0;
  const int64_t wanted = result->getNumElements() * static_cast<int64_t>(getByteWidth(*storage));
  if (failed(checkSize(op, "bytes of dense_resource", wanted, got)))
    return failure();
  result->load(blob->getData().data());
  return result;
}

FailureOr<Tensor> reference::evaluateConstant(Operation *op) {
  TypedAttr value = cast<arith::ConstantOp>(op).getValue();
  if (isComputable(value.getType()))
    return Tensor::scalar(value.getType(), makeCell(value));
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return loadResource(op, resource);
  auto elements = dyn_cast<DenseIntOrFPElementsAttr>(value);
  if (!elements || !isa<RankedTensorType>(elements.getType()))
    return emitUnsupported(op);
  Type elementType = elements.getElementType();
  FailureOr<Tensor> result = makeTensor(op, elementType, elements.getType().getShape());
  if (failed(result))
    return failure();
  Cell *cell = result->mutableData();
  if (isa<FloatType>(elementType) && !elements.isSplat()) {
    result->load(elements.getRawData().data());
  } else if (isa<FloatType>(elementType)) {
    for (const APFloat &element : elements.getValues<APFloat>())
      *cell++ = makeCell(element);
  } else {
    for (const APInt &element : elements.getValues<APInt>())
      *cell++ = makeCell(element);
  }
  return result;
}

/// The shape of the tensor operands, which must agree; scalars go with every element.
static FailureOr<SmallVector<int64_t>> findShape(Operation *op, const Frame &frame) {
  SmallVector<int64_t> shape;
  bool isKnown = false;
  for (auto [number, operand] : llvm::enumerate(op->getOperands())) {
    if (!isa<RankedTensorType>(operand.getType()))
      continue;
    const Tensor &tensor = frame.at(operand);
    if (!isKnown)
      shape.assign(tensor.getShape().begin(), tensor.getShape().end());
    isKnown = true;
    for (int64_t axis = 0; axis < tensor.getRank(); ++axis)
      if (failed(checkSize(op, "dim " + Twine(axis) + " of operand " + Twine(number), shape[axis],
                           tensor.getDim(axis))))
        return failure();
  }
  return shape;
}

FailureOr<Results> reference::evaluateElementwise(Operation *op, const Frame &frame) {
  FailureOr<SmallVector<int64_t>> shape = findShape(op, frame);
  if (failed(shape))
    return failure();
  Results results;
  for (OpResult opResult : op->getResults()) {
    std::optional<Instruction> instruction = makeInstruction(op, opResult.getResultNumber());
    if (!instruction)
      return emitUnsupported(op);
    FailureOr<Tensor> result = makeTensor(op, getElementTypeOrSelf(opResult.getType()), *shape);
    if (failed(result))
      return failure();
    const Cell *sources[3];
    bool isScalar[3];
    for (auto [k, operand] : llvm::enumerate(op->getOperands())) {
      sources[k] = frame.at(operand).data();
      isScalar[k] = !isa<RankedTensorType>(operand.getType());
    }
    Cell registers[3];
    Cell *target = result->mutableData();
    for (int64_t i = 0, e = result->getNumElements(); i < e; ++i) {
      for (int k = 0; k < instruction->numOperands; ++k)
        registers[k] = sources[k][isScalar[k] ? 0 : i];
      target[i] = instruction->evaluate({*instruction, registers});
    }
    results.push_back(std::move(*result));
  }
  return results;
}
