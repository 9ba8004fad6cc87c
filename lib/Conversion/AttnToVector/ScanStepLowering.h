// The microkernels of attn.scan_step and attn.conv_step on one vector unit.
#pragma once

#include "VectorBuilder.h"

#include "dialects/Attn/Attn.h"

namespace attnc {

/// Packs what does not change with time for lanes along channels, before the loop over time: a tile
/// of channels x columns becomes `numVectors` x columns x lanes in f32, times `scale`, a tile of
/// channels becomes `numVectors` x lanes. A single row is repeated for all channels.
mlir::Value packChannels(VectorBuilder &vb, mlir::Operation *op, mlir::Value tile,
                         int64_t numVectors, float scale = 1.0f);

void lowerScanStep(attn::ScanStepOp op, const VectorUnit &unit);
void lowerConvStep(attn::ConvStepOp op, const VectorUnit &unit);

} // namespace attnc
