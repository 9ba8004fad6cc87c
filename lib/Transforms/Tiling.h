// What the tilers of attn-tile share: index arithmetic, slices, and the rewrites of each op.
#pragma once

#include "attnc/Analysis/CpuTarget.h"
#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Remarks.h"

namespace attnc {

/// Sizes of the tiles of attention, all static.
struct AttentionTiles {
  int64_t panels, panelWidth, keyTile;
  int64_t getQueryTile() const { return panels * panelWidth; }
};

/// Sizes of the tiles of scans and convolutions, all static.
struct ScanTiles {
  int64_t channels, timeTile;
  /// Threads that there will be, 0 where that is not known: scans of fewer blocks of channels are
  /// cut along time.
  int64_t threads;
};

void tileAttention(attn::AttentionOp op, AttentionTiles sizes);
void tileSelectiveScan(attn::SelectiveScanOp op, ScanTiles sizes);
void tileCausalConv1d(attn::CausalConv1dOp op, ScanTiles sizes);

/// A remark of attn-tile.
mlir::remark::RemarkOpts remarkNamed(llvm::StringRef name);

/// Builds index arithmetic and slices at one location.
class TileBuilder {
public:
  explicit TileBuilder(mlir::Operation *op) : builder(op), loc(op->getLoc()) {}

  mlir::OpBuilder builder;
  mlir::Location loc;

  mlir::Value constant(int64_t value);
  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, int64_t b);
  /// a / b for nonnegative a.
  mlir::Value divide(mlir::Value a, int64_t b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value dim(mlir::Value tensor, int64_t axis);
  /// A size as a value.
  mlir::Value materialize(mlir::OpFoldResult size);

  /// Axis after axis of a slice: from where, how many. Axes that are not `kept` have size 1 and are
  /// dropped from the slice.
  struct Axis {
    mlir::OpFoldResult offset, size;
    bool kept;
  };
  Axis at(mlir::Value index) { return {index, builder.getIndexAttr(1), false}; }
  Axis range(mlir::OpFoldResult offset, mlir::OpFoldResult size) { return {offset, size, true}; }
  Axis all(int64_t size) { return {builder.getIndexAttr(0), builder.getIndexAttr(size), true}; }
  mlir::Value slice(mlir::Value tensor, llvm::ArrayRef<Axis> axes);
  /// Puts a slice back where it came from.
  mlir::Value insert(mlir::Value slice, mlir::Value tensor, llvm::ArrayRef<Axis> axes);

  mlir::Value zeros(llvm::ArrayRef<mlir::OpFoldResult> shape, mlir::Type element);

  /// tensor.empty for each result of `op`.
  llvm::SmallVector<mlir::Value> emptyResults(mlir::ReifyRankedShapedTypeOpInterface op);
  /// Ends the tasks of `forall` with the given parts of its outputs.
  void yieldParts(mlir::scf::ForallOp forall, mlir::ValueRange results, mlir::ValueRange parts);
  /// Replaces `op` by `values`, cast to its result types.
  void replace(mlir::Operation *op, mlir::ValueRange values);
};

} // namespace attnc
