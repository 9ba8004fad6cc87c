// Tensors of the reference interpreter: every element is a double or a 64-bit integer.
#pragma once

#include "attnc/Support/ElementType.h"

#include "mlir/IR/BuiltinTypes.h"

#include <memory>
#include <optional>
#include <vector>

namespace attnc::reference {

/// One element or scalar: `real` for float types, `integer` for integers and index. An integer of
/// fewer than 64 bits is held sign-extended, so a true i1 is -1.
union Cell {
  double real;
  int64_t integer;
};

inline Cell makeReal(double value) {
  Cell cell;
  cell.real = value;
  return cell;
}
inline Cell makeInteger(int64_t value) {
  Cell cell;
  cell.integer = value;
  return cell;
}

/// More elements than this are refused: 2 GiB of cells in one tensor.
constexpr int64_t kMaxElements = int64_t(1) << 28;

/// The number of elements of a shape, or nothing when a size is negative or the product is above
/// kMaxElements.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

/// How values of a scalar type lie in memory and in files: index is I64, i1 is Bool. Nothing for
/// types that the reference does not compute with.
std::optional<ElementType> getStorageType(mlir::Type scalarType);

/// A tensor in row-major order, or a scalar (rank 0). Copies share their elements until one of
/// them is written.
class Tensor {
public:
  Tensor() = default;
  /// All zeros. The shape must pass countElements and the element type getStorageType.
  Tensor(mlir::Type elementType, llvm::ArrayRef<int64_t> shape);

  static Tensor scalar(mlir::Type type, Cell value);

  mlir::Type getElementType() const { return elementType; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return int64_t(shape.size()); }
  int64_t getDim(int64_t axis) const { return shape[axis]; }
  int64_t getNumElements() const { return cells ? int64_t(cells->size()) : 0; }
  bool isReal() const { return llvm::isa<mlir::FloatType>(elementType); }

  const Cell *data() const { return cells->data(); }
  /// The elements for writing; makes them this tensor's own first.
  Cell *mutableData();

  /// The value of a scalar or one-element tensor.
  Cell getScalar() const { return cells->front(); }

  /// Row-major distances between neighbours along each axis.
  llvm::SmallVector<int64_t> getStrides() const;

  /// The same elements in another shape of as many elements.
  Tensor reshape(llvm::ArrayRef<int64_t> newShape) const;

  /// Fills the tensor from contiguous elements in the storage type of its element type: 16-bit
  /// floats are widened exactly, integers are exact.
  void load(const void *bytes);

  /// Writes contiguous elements; real ones are rounded to `storage` here and nowhere else.
  /// `storage` is a float type exactly when the tensor is real.
  void store(ElementType storage, void *bytes) const;

private:
  mlir::Type elementType;
  llvm::SmallVector<int64_t, 4> shape;
  std::shared_ptr<std::vector<Cell>> cells;
};

} // namespace attnc::reference
