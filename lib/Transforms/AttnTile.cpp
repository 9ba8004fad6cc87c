// attn-tile: cuts attention, scans and convolutions into parallel tasks that fold tiles of an axis.
#include "Tiling.h"

#include "attnc/Transforms/Passes.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNTILEPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;
using namespace attnc::attn;

namespace {
struct AttnTilePass : attnc::impl::AttnTilePassBase<AttnTilePass> {
  using AttnTilePassBase::AttnTilePassBase;

  AttentionTiles chooseTiles(AttentionOp op) {
    AttentionSchedule schedule = chooseAttentionSchedule(getVectorUnit(triple, features),
                                                         op.getQuery().getType().getElementType(),
                                                         op.getQueryKeyDim(), op.getValueDim());
    return {panels ? panels : schedule.panels, panelWidth ? panelWidth : schedule.getPanelWidth(),
            keyTile ? keyTile : schedule.keyTile};
  }

  ScanTiles chooseScanTiles() {
    ScanSchedule schedule = chooseScanSchedule(getVectorUnit(triple, features));
    return {channels ? channels : schedule.channels, timeTile ? timeTile : schedule.timeTile,
            threads};
  }

  LogicalResult checkOptions() {
    if (panels >= 0 && panelWidth >= 0 && keyTile >= 0 && channels >= 0 && timeTile >= 0 &&
        threads >= 0)
      return success();
    return getOperation()->emitError()
           << "attn-tile takes sizes of 0 (chosen) or more, got panels=" << panels.getValue()
           << " panel-width=" << panelWidth.getValue() << " key-tile=" << keyTile.getValue()
           << " channels=" << channels.getValue() << " time-tile=" << timeTile.getValue()
           << " threads=" << threads.getValue();
  }

  void runOnOperation() override {
    if (failed(checkOptions()))
      return signalPassFailure();
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<AttentionOp, SelectiveScanOp, CausalConv1dOp>(op))
        ops.push_back(op);
    });
    for (Operation *op : ops)
      if (failed(tile(op)))
        return signalPassFailure();
  }

  LogicalResult tile(Operation *op) {
    if (auto attention = dyn_cast<AttentionOp>(op)) {
      if (attention.getMaskPatternsAttr())
        return attention.emitError("attn-tile takes mask regions; run attn-expand-patterns first");
      tileAttention(attention, chooseTiles(attention));
    } else if (auto scan = dyn_cast<SelectiveScanOp>(op)) {
      tileSelectiveScan(scan, chooseScanTiles());
    } else {
      tileCausalConv1d(cast<CausalConv1dOp>(op), chooseScanTiles());
    }
    return success();
  }
};
} // namespace
