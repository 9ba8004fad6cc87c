// The two matrix products of a step, S^T = K Q^T and O^T += V^T P^T, by FMA, bf16 dots or AMX
// tiles.
#pragma once

#include "VectorBuilder.h"

#include "dialects/Attn/Attn.h"

#include <memory>

namespace attnc {

/// rows x vectors accumulators, rows along keys or value dims, lanes along queries.
struct RegisterTile {
  int64_t rows, vectors;
  VectorBuilder::Values values;
  mlir::Value &at(int64_t row, int64_t vector) { return values[row * vectors + vector]; }
};

/// What the softmax and the products of one step share.
struct StepContext {
  StepContext(attn::OnlineStepOp op, VectorBuilder &vb) : op(op), vb(vb) {}

  attn::OnlineStepOp op;
  VectorBuilder &vb;
  AttentionSchedule schedule;
  int64_t queryKeyDim = 0, valueDim = 0;
  /// Queries of a panel, and vectors of queries that hold them.
  int64_t panelWidth = 0, queryVectors = 0;
  /// Most keys of the tile, a multiple of schedule.keyBlock.
  int64_t keyCapacity = 0;
  /// The packed queries of QueryPacker.
  mlir::Value queries;
  /// Scores of a panel: keyCapacity x panelWidth x f32.
  mlir::Value scores;
  /// Keys of the tile, and that rounded up to whole blocks.
  mlir::Value numKeys, paddedKeys;

  mlir::Value lane(int64_t vector) const { return vb.index(vector * vb.lanes()); }
};

/// Multiplies, and packs the key tile as it wants it. Ranges of keys are whole blocks.
class StepProduct {
public:
  explicit StepProduct(const StepContext &step) : step(step), vb(step.vb) {}
  virtual ~StepProduct() = default;

  /// Packs K and V of the tile; rows behind the last key read as 0.
  virtual void packTile() = 0;
  /// Called once for a panel, before the scores of its blocks are asked for.
  virtual void startScores(mlir::Value panel, mlir::Value begin, mlir::Value end) {}
  /// The scores of keys [key, key + schedule.rows).
  virtual RegisterTile computeScores(mlir::Value panel, mlir::Value key) = 0;
  /// Takes e^(s - max) of keys `key` and `key` + 1 for one vector of queries.
  virtual void storeWeights(mlir::Value key, int64_t vector, mlir::Value first,
                            mlir::Value second) = 0;
  /// acc = acc * rescale + V^T P^T over keys [begin, end); a factor of 0 drops acc, whatever it is.
  virtual void accumulateOutput(mlir::Value panel, mlir::Value begin, mlir::Value end,
                                mlir::ValueRange rescale) = 0;

protected:
  /// acc[panel][row][vector] * rescale, and 0 where rescale is 0: acc may have no meaning there.
  mlir::Value loadRescaled(mlir::Value panel, mlir::Value row, int64_t vector, mlir::Value rescale);
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value a, mlir::Value b);

  StepContext step;
  VectorBuilder &vb;
};

/// The product that the step's schedule asks for.
std::unique_ptr<StepProduct> createStepProduct(const StepContext &step);

std::unique_ptr<StepProduct> createFmaProduct(const StepContext &step);
std::unique_ptr<StepProduct> createBf16DotProduct(const StepContext &step);
std::unique_ptr<StepProduct> createAmxProduct(const StepContext &step);

} // namespace attnc
