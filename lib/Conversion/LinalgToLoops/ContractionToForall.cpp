// convert-contraction-to-forall: cuts matrix products on tensors into parallel tiles of the result.
#include "attnc/Conversion/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTCONTRACTIONTOFORALLPASS
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc

using namespace mlir;

/// Rows of one tile share what they read of the other operand.
static constexpr int64_t kRows = 8;
/// Multiply-adds that a tile makes for each row, about: enough to pay for handing out the tile.
static constexpr int64_t kWorkOfRow = 1 << 16;
static constexpr int64_t kMinColumns = 16, kMaxColumns = 1024;
/// Products that are known to be smaller stay whole.
static constexpr int64_t kMinWork = 1 << 17;

/// The loop along the last axis of the result; -1 for a result without axes.
static int64_t findColumnLoop(linalg::LinalgOp op) {
  AffineMap map = op.getIndexingMapsArray().back();
  if (map.getNumResults() == 0)
    return -1;
  auto dim = dyn_cast<AffineDimExpr>(map.getResults().back());
  return dim ? int64_t(dim.getPosition()) : -1;
}

/// The product of the ranges of the reductions; dynamic ones count as 1.
static int64_t countStepsOfReductions(linalg::LinalgOp op) {
  int64_t steps = 1;
  for (auto [range, kind] : llvm::zip(op.getStaticLoopRanges(), op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction && !ShapedType::isDynamic(range))
      steps *= range;
  return std::max<int64_t>(steps, 1);
}

static bool isSmall(linalg::LinalgOp op) {
  int64_t work = 1;
  for (int64_t range : op.getStaticLoopRanges()) {
    if (ShapedType::isDynamic(range))
      return false;
    work *= range;
  }
  return work < kMinWork;
}

static SmallVector<OpFoldResult> chooseTileSizes(linalg::LinalgOp op) {
  Builder builder(op.getContext());
  const int64_t columnLoop = findColumnLoop(op);
  const int64_t columns = std::clamp<int64_t>(
      llvm::PowerOf2Ceil(kWorkOfRow / countStepsOfReductions(op)), kMinColumns, kMaxColumns);
  SmallVector<OpFoldResult> sizes;
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray())) {
    const bool isParallel = kind == utils::IteratorType::parallel;
    const int64_t size = !isParallel                   ? 0 // not cut
                         : int64_t(loop) == columnLoop ? columns
                                                       : kRows;
    sizes.push_back(builder.getIndexAttr(size));
  }
  return sizes;
}

/// How many tiles cover each loop; 0 where it is not cut.
static SmallVector<OpFoldResult> countTiles(IRRewriter &rewriter, linalg::LinalgOp op,
                                            ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> counts;
  AffineExpr range, size;
  bindSymbols(op.getContext(), range, size);
  for (auto [loop, tileSize] : llvm::zip(op.createLoopRanges(rewriter, op.getLoc()), sizes))
    counts.push_back(isZeroInteger(tileSize)
                         ? tileSize
                         : affine::makeComposedFoldedAffineApply(
                               rewriter, op.getLoc(), range.ceilDiv(size), {loop.size, tileSize}));
  return counts;
}

static LogicalResult tile(linalg::LinalgOp op) {
  IRRewriter rewriter(op);
  SmallVector<OpFoldResult> sizes = chooseTileSizes(op);
  scf::SCFTilingOptions options;
  options.setLoopType(scf::SCFTilingOptions::LoopType::ForallOp);
  options.setTileSizes(sizes);
  // By the number of tiles, so that the loops go from 0 in steps of 1.
  options.setNumThreads(countTiles(rewriter, op, sizes));
  FailureOr<scf::SCFTilingResult> tiled =
      scf::tileUsingSCF(rewriter, cast<TilingInterface>(op.getOperation()), options);
  if (failed(tiled))
    return op.emitError("cannot be cut into tiles");
  rewriter.replaceOp(op, tiled->replacements);
  return success();
}

namespace {
struct ConvertContractionToForallPass
    : attnc::impl::ConvertContractionToForallPassBase<ConvertContractionToForallPass> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> contractions;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (op.hasPureTensorSemantics() && linalg::isaContractionOpInterface(op) &&
          op.getNumParallelLoops() > 0 && !isSmall(op) && !op->getParentOfType<scf::ForallOp>())
        contractions.push_back(op);
    });
    for (linalg::LinalgOp op : contractions)
      if (failed(tile(op)))
        return signalPassFailure();
  }
};
} // namespace
