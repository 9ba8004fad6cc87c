// What the tilers of scans and convolutions share: packed sequences and the loop over time.
#pragma once

#include "Tiling.h"

namespace attnc {

/// Works on the steps [begin, end) of row `batch`: a whole row, or a sequence packed into row 0.
class SequenceTiler : public TileBuilder {
protected:
  /// `rows` is a tensor whose axes 0 and 1 are batch and time.
  SequenceTiler(mlir::Operation *op, mlir::Value rows, mlir::Value cuSeqlens)
      : TileBuilder(op), rows(rows), cuSeqlens(cuSeqlens) {}

  mlir::OpFoldResult numSequences();
  /// The outputs of the loop over sequences: steps that belong to no sequence give 0.
  llvm::SmallVector<mlir::Value> buildOutputs(mlir::ReifyRankedShapedTypeOpInterface op);
  /// Finds out which steps sequence `index` has.
  void enterSequence(mlir::Value index);
  /// The steps [begin, end) of a tensor that has batch and time in front of `others`.
  mlir::Value sliceSequence(mlir::Value tensor, llvm::ArrayRef<Axis> others);

  /// One tile of time.
  struct TimeTile {
    /// The first step and the number of steps.
    mlir::Value first, steps;
  };
  /// The steps of the tile, of a tensor that has batch and time in front of `others`.
  mlir::Value sliceTile(mlir::Value tensor, TimeTile tile, llvm::ArrayRef<Axis> others);

  /// Folds the tiles of [begin, end) in order, with `reverse` from the last to the first.
  /// `outputRows` are the rows of the output, null where only the state is wanted. `fold` is given
  /// the rows of the tile and the state; it and this function return the rows, if any, and the
  /// state.
  using Fold = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      TimeTile tile, mlir::Value tileRows, mlir::ValueRange state)>;
  llvm::SmallVector<mlir::Value> buildTimeLoop(int64_t timeTile, bool reverse,
                                               mlir::Value outputRows, mlir::ValueRange state,
                                               Fold fold);

  /// Uninitialised scratch of `shape`, sliced from a buffer whose size is known: `largest`.
  mlir::Value emptyScratch(llvm::ArrayRef<mlir::OpFoldResult> shape,
                           llvm::ArrayRef<int64_t> largest, mlir::Type element);
  /// Copies `source` into `target`, which has its shape, or fills it with zeros.
  mlir::Value startState(mlir::Value source, mlir::Value target);

  mlir::Value rows, cuSeqlens;
  // Of the sequence, or the chunk of one, being built.
  mlir::Value sequence, batch, begin, end;
};

} // namespace attnc
