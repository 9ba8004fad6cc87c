// The ops of the tensor dialect, by their definitions.
#include "Evaluators.h"
#include "ScalarProgram.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

SmallVector<int64_t> reference::resolveIndices(const Frame &frame, ArrayRef<OpFoldResult> indices) {
  SmallVector<int64_t> values;
  for (OpFoldResult index : indices)
    values.push_back(isa<Value>(index) ? getInteger(frame, cast<Value>(index))
                                       : cast<IntegerAttr>(cast<Attribute>(index)).getInt());
  return values;
}

LogicalResult reference::walkIndices(ArrayRef<int64_t> shape,
                                     function_ref<LogicalResult(ArrayRef<int64_t>)> visit) {
  if (llvm::is_contained(shape, 0))
    return success();
  SmallVector<int64_t> indices(shape.size(), 0);
  while (true) {
    if (failed(visit(indices)))
      return failure();
    int64_t axis = static_cast<int64_t>(shape.size()) - 1;
    for (; axis >= 0 && ++indices[axis] == shape[axis]; --axis)
      indices[axis] = 0;
    if (axis < 0)
      return success();
  }
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// The linear position of an element, or an error for an index out of range.
static FailureOr<int64_t> findElement(Operation *op, const Frame &frame, const Tensor &tensor,
                                      ValueRange indices) {
  int64_t position = 0;
  for (auto [axis, value] : llvm::enumerate(indices)) {
    int64_t index = getInteger(frame, value), size = tensor.getDim(axis);
    if (index < 0 || index >= size)
      return op->emitError() << "index " << index << " of dim " << axis << ", which has " << size
                             << " elements";
    position = position * size + index;
  }
  return position;
}

static FailureOr<Tensor> evaluate(tensor::ExtractOp op, const Frame &frame) {
  const Tensor &source = frame.at(op.getTensor());
  FailureOr<int64_t> position = findElement(op, frame, source, op.getIndices());
  if (failed(position))
    return failure();
  return Tensor::scalar(op.getType(), source.data()[*position]);
}

static FailureOr<Tensor> evaluate(tensor::InsertOp op, const Frame &frame) {
  Tensor result = frame.at(op.getDest());
  FailureOr<int64_t> position = findElement(op, frame, result, op.getIndices());
  if (failed(position))
    return failure();
  result.mutableData()[*position] = frame.at(op.getScalar()).getScalar();
  return result;
}

static FailureOr<Tensor> evaluate(tensor::DimOp op, const Frame &frame) {
  const Tensor &source = frame.at(op.getSource());
  int64_t axis = getInteger(frame, op.getIndex());
  if (axis < 0 || axis >= source.getRank())
    return op.emitError() << "dim " << axis << " of a tensor of rank " << source.getRank();
  return Tensor::scalar(op.getType(), makeInteger(source.getDim(axis)));
}

//===----------------------------------------------------------------------===//
// Tensors from elements
//===----------------------------------------------------------------------===//

/// Every element `value`.
static FailureOr<Tensor> makeFilled(Operation *op, Type elementType, ArrayRef<int64_t> shape,
                                    Cell value) {
  FailureOr<Tensor> result = makeTensor(op, elementType, shape);
  if (succeeded(result))
    std::fill_n(result->mutableData(), result->getNumElements(), value);
  return result;
}

static FailureOr<Tensor> evaluate(tensor::EmptyOp op, const Frame &frame) {
  RankedTensorType type = op.getType();
  // NaN: nobody may depend on these elements.
  Cell garbage = isa<FloatType>(type.getElementType())
                     ? makeReal(std::numeric_limits<double>::quiet_NaN())
                     : makeInteger(0);
  return makeFilled(op, type.getElementType(), resolveShape(type, frame, op.getDynamicSizes()),
                    garbage);
}

static FailureOr<Tensor> evaluate(tensor::SplatOp op, const Frame &frame) {
  auto type = cast<RankedTensorType>(op.getType());
  return makeFilled(op, type.getElementType(), resolveShape(type, frame, op.getDynamicSizes()),
                    frame.at(op.getInput()).getScalar());
}

static FailureOr<Tensor> evaluate(tensor::FromElementsOp op, const Frame &frame) {
  auto type = cast<RankedTensorType>(op.getType());
  FailureOr<Tensor> result = makeTensor(op, type.getElementType(), type.getShape());
  if (failed(result))
    return failure();
  Cell *cell = result->mutableData();
  for (Value element : op.getElements())
    *cell++ = frame.at(element).getScalar();
  return result;
}

/// Runs a body of index arguments for every element of `shape` into `result`, which lies at
/// `offsets` of the index space of the body.
static LogicalResult generateElements(Block &body, const Frame &frame, Tensor &result,
                                      ArrayRef<int64_t> offsets) {
  FailureOr<ScalarProgram> program = ScalarProgram::compile(body, frame, OutOfRange::Refuse);
  if (failed(program))
    return failure();
  Cell *cell = result.mutableData();
  SmallVector<int64_t> shape(result.getShape());
  return walkIndices(shape, [&](ArrayRef<int64_t> indices) -> LogicalResult {
    for (auto [axis, index] : llvm::enumerate(indices))
      program->argument(axis).integer = index + offsets[axis];
    if (failed(program->run()))
      return failure();
    *cell++ = program->result(0);
    return success();
  });
}

static FailureOr<Tensor> evaluate(tensor::GenerateOp op, const Frame &frame) {
  auto type = cast<RankedTensorType>(op.getType());
  FailureOr<Tensor> result =
      makeTensor(op, type.getElementType(), resolveShape(type, frame, op.getDynamicExtents()));
  SmallVector<int64_t> offsets(type.getRank(), 0);
  if (failed(result) || failed(generateElements(op.getBody().front(), frame, *result, offsets)))
    return failure();
  return result;
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

namespace {
struct Slice {
  SmallVector<int64_t> offsets, sizes, strides;
};
} // namespace

/// The slice with its numbers known, checked to lie in a tensor of `shape`.
static FailureOr<Slice> resolveSlice(OffsetSizeAndStrideOpInterface op, const Frame &frame,
                                     ArrayRef<int64_t> shape) {
  Slice slice{resolveIndices(frame, op.getMixedOffsets()),
              resolveIndices(frame, op.getMixedSizes()),
              resolveIndices(frame, op.getMixedStrides())};
  for (auto [axis, size] : llvm::enumerate(shape)) {
    int64_t offset = slice.offsets[axis], count = slice.sizes[axis], stride = slice.strides[axis];
    auto isInside = [&, size = size](int64_t index) { return index >= 0 && index < size; };
    // An empty slice may begin one past the end.
    bool fits = count == 0
                    ? offset >= 0 && offset <= size
                    : count > 0 && count <= kMaxElements && std::abs(stride) <= kMaxElements &&
                          isInside(offset) && isInside(offset + (count - 1) * stride);
    if (!fits)
      return op->emitError() << "slice of dim " << axis << " (offset " << offset << ", size "
                             << count << ", stride " << stride << ") is not inside its " << size
                             << " elements";
  }
  return slice;
}

/// Calls `visit` with the position in the large tensor of each element of the slice, in order.
static void walkSlice(const Tensor &large, const Slice &slice, function_ref<void(int64_t)> visit) {
  SmallVector<int64_t> strides = large.getStrides();
  (void)walkIndices(slice.sizes, [&](ArrayRef<int64_t> indices) {
    int64_t position = 0;
    for (auto [axis, index] : llvm::enumerate(indices))
      position += (slice.offsets[axis] + index * slice.strides[axis]) * strides[axis];
    visit(position);
    return success();
  });
}

static FailureOr<Tensor> evaluate(tensor::ExtractSliceOp op, const Frame &frame) {
  const Tensor &source = frame.at(op.getSource());
  FailureOr<Slice> slice = resolveSlice(cast<OffsetSizeAndStrideOpInterface>(op.getOperation()),
                                        frame, source.getShape());
  if (failed(slice))
    return failure();
  llvm::SmallBitVector dropped = op.getDroppedDims();
  SmallVector<int64_t> shape;
  for (auto [axis, size] : llvm::enumerate(slice->sizes))
    if (!dropped.test(axis))
      shape.push_back(size);
  FailureOr<Tensor> result = makeTensor(op, source.getElementType(), shape);
  if (failed(result))
    return failure();
  Cell *cell = result->mutableData();
  walkSlice(source, *slice, [&](int64_t position) { *cell++ = source.data()[position]; });
  return result;
}

FailureOr<Tensor> reference::insertSlice(OffsetSizeAndStrideOpInterface op, const Frame &frame,
                                         const Tensor &source, Tensor destination) {
  FailureOr<Slice> slice = resolveSlice(op, frame, destination.getShape());
  if (failed(slice) || failed(checkSize(op, "elements of the inserted tensor",
                                        *countElements(slice->sizes), source.getNumElements())))
    return failure();
  const Cell *cell = source.data();
  Cell *target = destination.mutableData();
  walkSlice(destination, *slice, [&](int64_t position) { target[position] = *cell++; });
  return destination;
}

static FailureOr<Tensor> evaluate(tensor::InsertSliceOp op, const Frame &frame) {
  return insertSlice(cast<OffsetSizeAndStrideOpInterface>(op.getOperation()), frame,
                     frame.at(op.getSource()), frame.at(op.getDest()));
}

static FailureOr<Tensor> evaluate(tensor::PadOp op, const Frame &frame) {
  const Tensor &source = frame.at(op.getSource());
  Slice inner{resolveIndices(frame, op.getMixedLowPad()), SmallVector<int64_t>(source.getShape()),
              SmallVector<int64_t>(source.getRank(), 1)};
  SmallVector<int64_t> high = resolveIndices(frame, op.getMixedHighPad()), shape, offsets;
  for (auto [axis, low] : llvm::enumerate(inner.offsets)) {
    if (low < 0 || high[axis] < 0)
      return op.emitError() << "dim " << axis << " is padded by " << low << " and " << high[axis]
                            << ", which must not be negative";
    shape.push_back(low + source.getDim(axis) + high[axis]);
    offsets.push_back(-low);
  }
  FailureOr<Tensor> result = makeTensor(op, source.getElementType(), shape);
  if (failed(result) || failed(generateElements(op.getRegion().front(), frame, *result, offsets)))
    return failure();
  const Cell *cell = source.data();
  Cell *target = result->mutableData();
  walkSlice(*result, inner, [&](int64_t position) { target[position] = *cell++; });
  return result;
}

static FailureOr<Tensor> evaluate(tensor::ConcatOp op, const Frame &frame) {
  const int64_t axis = op.getDim();
  SmallVector<int64_t> shape(frame.at(op.getInputs().front()).getShape());
  shape[axis] = 0;
  for (Value input : op.getInputs()) {
    const Tensor &part = frame.at(input);
    for (int64_t other = 0; other < part.getRank(); ++other)
      if (other != axis &&
          failed(checkSize(op, "dim " + Twine(other), shape[other], part.getDim(other))))
        return failure();
    shape[axis] += part.getDim(axis);
  }
  FailureOr<Tensor> result = makeTensor(op, op.getType().getElementType(), shape);
  if (failed(result))
    return failure();
  Cell *target = result->mutableData();
  Slice slice{SmallVector<int64_t>(shape.size(), 0), {}, SmallVector<int64_t>(shape.size(), 1)};
  for (Value input : op.getInputs()) {
    const Tensor &part = frame.at(input);
    slice.sizes.assign(part.getShape().begin(), part.getShape().end());
    const Cell *cell = part.data();
    walkSlice(*result, slice, [&](int64_t position) { target[position] = *cell++; });
    slice.offsets[axis] += part.getDim(axis);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The elements of `source` in another shape, if it holds as many.
static FailureOr<Tensor> reshapeTo(Operation *op, const Tensor &source, ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  if (failed(checkSize(op, "elements of the new shape", source.getNumElements(),
                       count.value_or(ShapedType::kDynamic))))
    return failure();
  return source.reshape(shape);
}

static FailureOr<Tensor> evaluate(tensor::ExpandShapeOp op, const Frame &frame) {
  return reshapeTo(op, frame.at(op.getSrc()), resolveIndices(frame, op.getMixedOutputShape()));
}

static FailureOr<Tensor> evaluate(tensor::CollapseShapeOp op, const Frame &frame) {
  const Tensor &source = frame.at(op.getSrc());
  SmallVector<int64_t> shape;
  for (const ReassociationIndices &group : op.getReassociationIndices()) {
    shape.push_back(1);
    for (int64_t axis : group)
      shape.back() *= source.getDim(axis);
  }
  return reshapeTo(op, source, shape);
}

static FailureOr<Tensor> evaluate(tensor::ReshapeOp op, const Frame &frame) {
  const Tensor &shapeTensor = frame.at(op.getShape());
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < shapeTensor.getNumElements(); ++i)
    shape.push_back(shapeTensor.data()[i].integer);
  return reshapeTo(op, frame.at(op.getSource()), shape);
}

FailureOr<Tensor> reference::evaluateTensorOp(Operation *op, const Frame &frame) {
  return llvm::TypeSwitch<Operation *, FailureOr<Tensor>>(op)
      .Case<tensor::ExtractOp, tensor::InsertOp, tensor::DimOp, tensor::EmptyOp, tensor::SplatOp,
            tensor::FromElementsOp, tensor::GenerateOp, tensor::ExtractSliceOp,
            tensor::InsertSliceOp, tensor::PadOp, tensor::ConcatOp, tensor::ExpandShapeOp,
            tensor::CollapseShapeOp, tensor::ReshapeOp>(
          [&](auto known) { return evaluate(known, frame); })
      // Whether the shape fits the result type is checked for every op.
      .Case([&](tensor::CastOp cast) { return frame.at(cast.getSource()); })
      .Case([&](tensor::RankOp rank) {
        return Tensor::scalar(rank.getType(), makeInteger(frame.at(rank.getTensor()).getRank()));
      })
      .Default([](Operation *other) { return emitUnsupported(other); });
}
