// Inlines a mask or score region with lanes along queries.
#pragma once

#include "VectorBuilder.h"

#include "llvm/ADT/DenseMap.h"

namespace attnc {

/// A mask or score region, inlined in four parts so that each value is computed as rarely as its
/// inputs change: once for a panel (scalars and, for each vector of queries, what depends on the
/// query only), once for a key (scalars), and once for a key and a vector of queries.
///
/// Captured reads are clamped to the buffer (a read of an empty one gives 0), and ops are total as
/// emitTotalOp says. So inlined code never traps, whatever the region says.
class RegionInliner {
public:
  /// Values of the region's arguments for a panel: scalars, and one vector of query positions for
  /// each vector of queries.
  struct PanelArguments {
    mlir::Value batch, head;
    llvm::ArrayRef<mlir::Value> queryPositions;
  };

  /// `region` may be empty (`isEmpty`), then nothing else may be called.
  RegionInliner(VectorBuilder &vb, mlir::Region &region);

  bool isEmpty() const { return !block; }
  /// Emits what does not depend on the key or the score.
  void enterPanel(const PanelArguments &arguments);
  /// Emits what depends on the key but neither on the query nor the score.
  void enterKey(mlir::Value keyPosition);
  /// Emits the rest for one vector of queries and returns the yielded value as a vector. `score`
  /// is null for mask regions.
  mlir::Value finish(unsigned queryVector, mlir::Value score);

private:
  enum Dependence { OnNothing = 0, OnQuery = 1, OnKey = 2, OnScore = 4 };

  unsigned getDependence(mlir::Value value) const;
  bool isVector(unsigned dependence) const { return dependence & (OnQuery | OnScore); }
  using ValueMap = llvm::DenseMap<mlir::Value, mlir::Value>;
  /// Looks `value` up in the maps from the innermost on; values from outside are themselves.
  mlir::Value lookup(mlir::Value value, llvm::ArrayRef<const ValueMap *> maps) const;
  void emit(mlir::Operation &op, bool asVector, llvm::ArrayRef<const ValueMap *> maps,
            ValueMap &results);
  mlir::Value emitLoad(mlir::Operation &op, mlir::ValueRange indices, bool asVector);

  VectorBuilder &vb;
  mlir::Block *block = nullptr;
  llvm::DenseMap<mlir::Value, unsigned> dependence;
  ValueMap ofPanel, ofKey;
  llvm::SmallVector<ValueMap> ofQueries;
};

} // namespace attnc
