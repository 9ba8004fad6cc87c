// Which sizes of tensors in a function are equal in every run that has a meaning.
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringRef.h"

#include <vector>

namespace attnc {

/// Partitions the dimensions (value, axis) of the tensors of a function into classes of equal size.
///
/// Two dimensions share a class where an op defines one by the other, or where an op that always
/// runs requires them to be equal. What an op requires under a condition is not concluded: a
/// caller who does not meet the condition need not meet the requirement.
class DimensionClasses {
public:
  /// Fails with a diagnostic where ops require a dimension to have two different static sizes.
  static llvm::FailureOr<DimensionClasses> compute(mlir::func::FuncOp function);

  /// The class of a dimension, below the number of dimensions seen.
  unsigned getClass(mlir::Value tensor, int64_t axis);
  /// The static size of a class, or ShapedType::kDynamic.
  int64_t getStaticSize(unsigned dimensionClass) const { return staticSizes[dimensionClass]; }
  /// What an op calls the size ("Sq"), or "".
  llvm::StringRef getNameHint(unsigned dimensionClass) const { return nameHints[dimensionClass]; }

private:
  friend class DimensionCollector;

  llvm::DenseMap<std::pair<mlir::Value, int64_t>, unsigned> nodes;
  std::vector<unsigned> parents;
  /// Valid at the root of each class.
  std::vector<int64_t> staticSizes;
  std::vector<llvm::StringRef> nameHints;

  unsigned findRoot(unsigned node);
};

} // namespace attnc
