// Storage of the reference's tensors and their way to and from memory.
#include "attnc/Target/Reference/Tensor.h"

#include <cstring>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

std::optional<int64_t> reference::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  bool isEmpty = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    if (size == 0)
      isEmpty = true;
    else if (size > kMaxElements || (count *= size) > kMaxElements)
      return std::nullopt;
  }
  return isEmpty ? 0 : count;
}

std::optional<ElementType> reference::getStorageType(Type scalarType) {
  if (scalarType.isIndex())
    return ElementType::I64;
  if (scalarType.isF64())
    return ElementType::F64;
  if (scalarType.isF32())
    return ElementType::F32;
  if (scalarType.isF16())
    return ElementType::F16;
  if (scalarType.isBF16())
    return ElementType::BF16;
  if (!scalarType.isSignlessInteger())
    return std::nullopt;
  switch (scalarType.getIntOrFloatBitWidth()) {
  case 1:
    return ElementType::Bool;
  case 8:
    return ElementType::I8;
  case 16:
    return ElementType::I16;
  case 32:
    return ElementType::I32;
  case 64:
    return ElementType::I64;
  default:
    return std::nullopt;
  }
}

Tensor::Tensor(Type elementType, ArrayRef<int64_t> shape)
    : elementType(elementType), shape(shape),
      cells(std::make_shared<std::vector<Cell>>(*countElements(shape), makeInteger(0))) {}

Tensor Tensor::scalar(Type type, Cell value) {
  Tensor result(type, {});
  result.cells->front() = value;
  return result;
}

Cell *Tensor::mutableData() {
  if (cells.use_count() > 1)
    cells = std::make_shared<std::vector<Cell>>(*cells);
  return cells->data();
}

SmallVector<int64_t> Tensor::getStrides() const {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t axis = getRank() - 2; axis >= 0; --axis)
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

Tensor Tensor::reshape(ArrayRef<int64_t> newShape) const {
  Tensor result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  return result;
}

/// Integers take their own way: a double does not hold all of 64 bits.
static int64_t loadInteger(ElementType type, const char *address) {
  if (type == ElementType::Bool)
    return *address ? -1 : 0;
  if (type != ElementType::I64)
    return static_cast<int64_t>(loadElement(type, address));
  int64_t value;
  std::memcpy(&value, address, sizeof(value));
  return value;
}

static void storeInteger(ElementType type, char *address, int64_t value) {
  if (type == ElementType::I64)
    std::memcpy(address, &value, sizeof(value));
  else
    storeElement(type, address, static_cast<double>(value));
}

void Tensor::load(const void *bytes) {
  ElementType storage = *getStorageType(elementType);
  const char *address = static_cast<const char *>(bytes);
  Cell *cell = mutableData();
  for (int64_t i = 0, e = getNumElements(); i < e; ++i, address += getByteWidth(storage))
    cell[i] = isReal() ? makeReal(loadElement(storage, address))
                       : makeInteger(loadInteger(storage, address));
}

void Tensor::store(ElementType storage, void *bytes) const {
  char *address = static_cast<char *>(bytes);
  for (int64_t i = 0, e = getNumElements(); i < e; ++i, address += getByteWidth(storage)) {
    if (isReal())
      storeElement(storage, address, data()[i].real);
    else
      storeInteger(storage, address, data()[i].integer);
  }
}
