// Which sizes of tensors in a function are equal, or differ by a constant, in every run that has a
// meaning.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"

#include <vector>

namespace attnc {

/// The smallest size of a class, plus 0 or more.
struct DimensionSize {
  unsigned dimensionClass;
  int64_t plus;

  bool operator==(const DimensionSize &other) const {
    return dimensionClass == other.dimensionClass && plus == other.plus;
  }
  bool operator!=(const DimensionSize &other) const { return !(*this == other); }
};

/// Partitions the dimensions (value, axis) of the tensors of a function into classes of sizes whose
/// differences are known.
///
/// Two dimensions share a class where an op defines one by the other, or where an op that always
/// runs requires them to be equal or one more. What an op requires under a condition is not
/// concluded: a caller who does not meet the condition need not meet the requirement.
class DimensionClasses {
public:
  /// Fails with a diagnostic where ops require a dimension to have two different static sizes.
  static llvm::FailureOr<DimensionClasses> compute(mlir::func::FuncOp function);

  /// The size of a dimension.
  DimensionSize getSize(mlir::Value tensor, int64_t axis);
  /// The number that a size is, or ShapedType::kDynamic.
  int64_t getStaticSize(DimensionSize size) const;
  /// What an op calls the smallest size of a class ("Sq"), or "".
  llvm::StringRef getNameHint(unsigned dimensionClass) const { return nameHints[dimensionClass]; }

private:
  friend class DimensionCollector;

  llvm::DenseMap<std::pair<mlir::Value, int64_t>, unsigned> nodes;
  std::vector<unsigned> parents;
  /// By how much the size of a node exceeds that of its parent.
  std::vector<int64_t> excesses;
  /// Valid at the root of each class, whose size is the smallest.
  std::vector<int64_t> staticSizes;
  std::vector<llvm::StringRef> nameHints;

  /// Adds a class of one size.
  unsigned addNode(int64_t staticSize, llvm::StringRef nameHint);
  /// The same size, in terms of the root of the class that the node is in by now.
  DimensionSize resolve(DimensionSize size);
};

} // namespace attnc
