// The microkernels of attn.online_step and attn.online_finish on one vector unit.
#pragma once

#include "RegionInliner.h"
#include "ScratchAllocator.h"
#include "VectorBuilder.h"

#include "dialects/Attn/Attn.h"

namespace attnc {

/// Queries packed for the score kernel: [panel][dim][query], or with bf16 dot products
/// [panel][dim / 2][query][2], so that one load yields a vector along queries.
///
/// Packed once for a query tile, before the loop over its key tiles.
class QueryPacker {
public:
  /// The packed queries of `op`, packed on first demand.
  mlir::Value getPacked(VectorBuilder &vb, attn::OnlineStepOp op, bool useBf16Dot);

private:
  llvm::DenseMap<std::pair<mlir::Value, mlir::Attribute>, mlir::Value> packed;
};

void lowerOnlineStep(attn::OnlineStepOp op, const VectorUnit &unit, QueryPacker &packer);
void lowerOnlineFinish(attn::OnlineFinishOp op, const VectorUnit &unit);

} // namespace attnc
