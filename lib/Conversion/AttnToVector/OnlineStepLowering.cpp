// Lowers attn.online_step: the softmax around the two products, for each panel of queries.
//
// Everything is transposed: lanes run along queries, S^T = K Q^T and O^T += V^T P^T. So the running
// maximum and sum are plain vectors, only Q is packed, and K and V are read as scalar broadcasts.
#include "OnlineStepLowering.h"
#include "StepProduct.h"

#include "attnc/Analysis/KeyBounds.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"

#include <limits>

using namespace mlir;
using namespace attnc;

namespace {

using Values = VectorBuilder::Values;

class OnlineStepLowering {
public:
  OnlineStepLowering(attn::OnlineStepOp op, const VectorUnit &unit, QueryPacker &packer);
  void run();

private:
  /// Keys of the tile that a panel works on, all relative to the tile: whole blocks of keys in
  /// [begin, end); those within [fullBegin, fullEnd) need no mask.
  struct PanelKeys {
    Value begin, end, fullBegin, fullEnd;
  };

  StepContext buildContext(QueryPacker &packer);
  PanelKeys getPanelKeys(Value firstQuery, Value lastQuery);
  void lowerPanel(Value panel, Value firstQuery, Value lastQuery, const PanelKeys &keys);
  void enterRegions(Value firstQuery, Value lastQuery);
  /// Stores the scores of a panel and returns the new maximum.
  Values computeScores(Value panel, const PanelKeys &keys, ValueRange oldMax);
  void changeScores(RegisterTile &scores, Value key);
  void maskScores(RegisterTile &scores, Value key, const PanelKeys &keys);
  void applyMask(RegisterTile &scores, Value key);
  /// Turns scores into weights e^(score - reference) and adds them to the sum.
  Values exponentiate(const PanelKeys &keys, ValueRange reference, ValueRange sum);

  Value compare(arith::CmpIPredicate predicate, Value a, Value b) {
    return arith::CmpIOp::create(builder, vb.loc, predicate, a, b);
  }
  /// The position of a key of the tile; keys behind the last one repeat it.
  Value toPosition(Value key) {
    return vb.add(op.getKeyPosition(), vb.min(key, vb.sub(step.numKeys, vb.index(1))));
  }

  attn::OnlineStepOp op;
  OpBuilder builder;
  VectorBuilder vb;
  StepContext step;
  std::unique_ptr<StepProduct> product;
  RegionInliner mask, score;
};

} // namespace

static int64_t getRowLength(Value rows) { return cast<MemRefType>(rows.getType()).getDimSize(1); }

OnlineStepLowering::OnlineStepLowering(attn::OnlineStepOp op, const VectorUnit &unit,
                                       QueryPacker &packer)
    : op(op), builder(op), vb(builder, op.getLoc(), unit), step(buildContext(packer)),
      product(createStepProduct(step)), mask(vb, op.getMask()), score(vb, op.getScore()) {}

StepContext OnlineStepLowering::buildContext(QueryPacker &packer) {
  StepContext context(op, vb);
  context.queryKeyDim = getRowLength(op.getKey());
  context.valueDim = getRowLength(op.getValue());
  Type element = cast<MemRefType>(op.getKey().getType()).getElementType();
  context.schedule =
      chooseAttentionSchedule(vb.unit, element, context.queryKeyDim, context.valueDim);
  context.panelWidth = op.getPanelWidth();
  context.queryVectors = context.panelWidth / vb.lanes();
  context.keyCapacity = llvm::alignTo(op.getKeyTile(), context.schedule.keyBlock);
  context.queries = packer.getPacked(vb, op, context.schedule.usesBf16Pairs());
  context.scores = ScratchAllocator(op).allocate(
      builder, vb.loc, {context.keyCapacity, context.panelWidth}, builder.getF32Type());
  context.numKeys = memref::DimOp::create(builder, vb.loc, op.getKey(), 0);
  context.paddedKeys = vb.roundUp(context.numKeys, context.schedule.keyBlock);
  return context;
}

OnlineStepLowering::PanelKeys OnlineStepLowering::getPanelKeys(Value firstQuery, Value lastQuery) {
  QueryRange range{op.getBatch(), op.getHead(), firstQuery, lastQuery};
  KeyBounds bounds = solveKeyBounds(builder, vb.loc, op.getMask(), range);
  Value zero = vb.index(0);
  auto toTile = [&](Value position, Value ifUnbounded) {
    if (!position)
      return ifUnbounded;
    return vb.min(vb.max(vb.sub(position, op.getKeyPosition()), zero), step.numKeys);
  };
  PanelKeys keys;
  keys.begin = vb.roundDown(toTile(bounds.visible.begin, zero), step.schedule.keyBlock);
  keys.end = vb.roundUp(toTile(bounds.visible.end, step.numKeys), step.schedule.keyBlock);
  keys.fullBegin = toTile(bounds.full.begin, zero);
  keys.fullEnd = bounds.neverFull ? zero : toTile(bounds.full.end, step.numKeys);
  return keys;
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

void OnlineStepLowering::enterRegions(Value firstQuery, Value lastQuery) {
  // Lanes behind the last query repeat its position, so that regions see valid positions only.
  Values positions;
  Value laneIds = vector::StepOp::create(builder, vb.loc, vb.vectorOf(builder.getIndexType()));
  Value last = vb.broadcast(lastQuery);
  for (int64_t v = 0; v < step.queryVectors; ++v) {
    Value first = vb.broadcast(vb.add(firstQuery, v * vb.lanes()));
    positions.push_back(vb.min(vb.add(first, laneIds), last));
  }
  for (RegionInliner *region : {&mask, &score})
    if (!region->isEmpty())
      region->enterPanel({op.getBatch(), op.getHead(), positions});
}

void OnlineStepLowering::changeScores(RegisterTile &tile, Value key) {
  if (step.schedule.usesBf16Pairs()) {
    Value scale = vb.splat(static_cast<float>(op.getScale().convertToDouble()));
    for (Value &value : tile.values)
      value = vb.mulF(value, scale);
  }
  if (score.isEmpty())
    return;
  for (int64_t r = 0; r < tile.rows; ++r) {
    score.enterKey(toPosition(vb.add(key, r)));
    for (int64_t v = 0; v < tile.vectors; ++v)
      tile.at(r, v) = score.finish(v, tile.at(r, v));
  }
}

void OnlineStepLowering::applyMask(RegisterTile &tile, Value key) {
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity());
  for (int64_t r = 0; r < tile.rows; ++r) {
    Value keyInTile = vb.add(key, r);
    Value isKey = vb.broadcast(compare(arith::CmpIPredicate::slt, keyInTile, step.numKeys));
    if (!mask.isEmpty())
      mask.enterKey(toPosition(keyInTile));
    for (int64_t v = 0; v < tile.vectors; ++v) {
      Value allowed = isKey;
      if (!mask.isEmpty())
        allowed = arith::AndIOp::create(builder, vb.loc, allowed, mask.finish(v, Value()));
      tile.at(r, v) =
          arith::SelectOp::create(builder, vb.loc, allowed, tile.at(r, v), minusInfinity);
    }
  }
}

void OnlineStepLowering::maskScores(RegisterTile &tile, Value key, const PanelKeys &keys) {
  Value isFull = arith::AndIOp::create(
      builder, vb.loc, compare(arith::CmpIPredicate::sge, key, keys.fullBegin),
      compare(arith::CmpIPredicate::sle, vb.add(key, tile.rows), keys.fullEnd));
  auto branch = scf::IfOp::create(builder, vb.loc, ValueRange(tile.values).getTypes(), isFull,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(builder, vb.loc, tile.values);
  builder.setInsertionPointToStart(branch.elseBlock());
  applyMask(tile, key);
  scf::YieldOp::create(builder, vb.loc, tile.values);
  tile.values = Values(branch.getResults());
}

Values OnlineStepLowering::computeScores(Value panel, const PanelKeys &keys, ValueRange oldMax) {
  product->startScores(panel, keys.begin, keys.end);
  auto computeBlock = [&](Value key, ValueRange carried) {
    RegisterTile tile = product->computeScores(panel, key);
    changeScores(tile, key);
    maskScores(tile, key, keys);
    Values max(carried);
    for (int64_t r = 0; r < tile.rows; ++r)
      for (int64_t v = 0; v < tile.vectors; ++v) {
        vb.store(tile.at(r, v), step.scores, {vb.add(key, r), step.lane(v)});
        max[v] = vb.maxF(tile.at(r, v), max[v]);
      }
    return max;
  };
  return vb.forLoop(keys.begin, keys.end, step.schedule.rows, oldMax, computeBlock);
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

Values OnlineStepLowering::exponentiate(const PanelKeys &keys, ValueRange reference,
                                        ValueRange sum) {
  return vb.forLoop(keys.begin, keys.end, 2, sum, [&](Value key, ValueRange carried) {
    Values total(carried);
    for (int64_t v = 0; v < step.queryVectors; ++v) {
      Value weights[2];
      for (int64_t i = 0; i < 2; ++i) {
        Value scores = vb.load(step.scores, {vb.add(key, i), step.lane(v)});
        weights[i] = vb.expOfNonPositive(vb.subF(scores, reference[v]));
        total[v] = vb.addF(total[v], weights[i]);
      }
      product->storeWeights(key, v, weights[0], weights[1]);
    }
    return total;
  });
}

void OnlineStepLowering::lowerPanel(Value panel, Value firstQuery, Value lastQuery,
                                    const PanelKeys &keys) {
  enterRegions(firstQuery, lastQuery);
  Values oldMax, reference, rescale, sum;
  for (int64_t v = 0; v < step.queryVectors; ++v)
    oldMax.push_back(vb.load(op.getMax(), {panel, step.lane(v)}));
  Values newMax = computeScores(panel, keys, oldMax);
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity()), zero = vb.splat(0.0f);
  for (int64_t v = 0; v < step.queryVectors; ++v) {
    vb.store(newMax[v], op.getMax(), {panel, step.lane(v)});
    // Nothing seen yet: -inf - -inf is no number, but any finite reference gives exp = 0.
    Value isEmpty =
        arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::OEQ, newMax[v], minusInfinity);
    reference.push_back(arith::SelectOp::create(builder, vb.loc, isEmpty, zero, newMax[v]));
    rescale.push_back(vb.expOfNonPositive(vb.subF(oldMax[v], reference[v])));
    sum.push_back(vb.mulF(vb.load(op.getSum(), {panel, step.lane(v)}), rescale[v]));
  }
  sum = exponentiate(keys, reference, sum);
  for (int64_t v = 0; v < step.queryVectors; ++v)
    vb.store(sum[v], op.getSum(), {panel, step.lane(v)});
  product->accumulateOutput(panel, keys.begin, keys.end, rescale);
}

void OnlineStepLowering::run() {
  product->packTile();
  Value numQueries = memref::DimOp::create(builder, vb.loc, op.getQuery(), 0);
  Value usedPanels = vb.divide(vb.roundUp(numQueries, step.panelWidth), step.panelWidth);
  vb.forLoop(vb.index(0), usedPanels, 1, [&](Value panel) {
    Value firstRow = vb.mul(panel, step.panelWidth);
    Value lastRow = vb.sub(vb.min(vb.add(firstRow, step.panelWidth), numQueries), vb.index(1));
    Value firstQuery = vb.add(op.getQueryPosition(), firstRow);
    Value lastQuery = vb.add(op.getQueryPosition(), lastRow);
    PanelKeys keys = getPanelKeys(firstQuery, lastQuery);
    Value isVisible = compare(arith::CmpIPredicate::slt, keys.begin, keys.end);
    auto branch = scf::IfOp::create(builder, vb.loc, isVisible, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(branch.thenYield());
    lowerPanel(panel, firstQuery, lastQuery, keys);
  });
}

void attnc::lowerOnlineStep(attn::OnlineStepOp op, const VectorUnit &unit, QueryPacker &packer) {
  OnlineStepLowering(op, unit, packer).run();
  op.erase();
}
