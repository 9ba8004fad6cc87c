// Lowers attn.online_step: pack a key tile, then scores, softmax and output for each query panel.
//
// Everything is transposed: lanes run along queries, S^T = K Q^T and O^T += V^T P^T. So the running
// maximum and sum are plain vectors, only Q is packed, and K and V are read as scalar broadcasts.
#include "OnlineStepLowering.h"
#include "RowCopy.h"

#include "attnc/Analysis/KeyBounds.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

#include <limits>

using namespace mlir;
using namespace attnc;

namespace {

using Values = VectorBuilder::Values;

/// A matrix of accumulators, rows x queryVectors, as loop-carried values.
struct RegisterTile {
  int64_t rows, vectors;
  Values values;
  Value &at(int64_t row, int64_t vector) { return values[row * vectors + vector]; }
};

class OnlineStepLowering {
public:
  OnlineStepLowering(attn::OnlineStepOp op, const VectorUnit &unit, QueryPacker &packer);
  void run();

private:
  /// Keys of the tile that a panel works on, all relative to the tile: blocks of `rows` keys in
  /// [begin, end); those within [fullBegin, fullEnd) need no mask.
  struct PanelKeys {
    Value begin, end, fullBegin, fullEnd;
  };

  /// A key tile's rows as f32 (or bf16 pairs, padded to an even dim), readable up to paddedKeys.
  Value getPackedRows(Value rows, int64_t paddedDim, Type element);
  void packKeyTile();
  PanelKeys getPanelKeys(Value firstQuery, Value lastQuery);
  void lowerPanel(Value panel, Value firstQuery, Value lastQuery, const PanelKeys &keys);
  Values computeScores(Value panel, const PanelKeys &keys, ValueRange oldMax);
  void scoreBlockEpilogue(RegisterTile &scores, Value key, const PanelKeys &keys);
  void applyMask(RegisterTile &scores, Value key);
  Values exponentiate(const PanelKeys &keys, ValueRange reference, ValueRange sum);
  void accumulateOutput(Value panel, const PanelKeys &keys, ValueRange rescale);
  Value loadRescaled(Value panel, Value row, int64_t vector, Value rescale);
  void accumulateRows(Value panel, const PanelKeys &keys, ValueRange rescale, Value firstRow,
                      int64_t rows);

  /// tile[r][v] += broadcast(left[row r, k]) * right[k, vector v] for k in [begin, end); a step of
  /// k is one column, or a pair of columns with bf16 dot products.
  RegisterTile multiply(RegisterTile tile, Value begin, Value end, int64_t unroll,
                        function_ref<Value(int64_t row, Value k)> loadLeft,
                        function_ref<Value(int64_t vector, Value k)> loadRight);
  Value multiplyAdd(Value left, Value right, Value accumulator);
  Value packPair(Value even, Value odd);
  Value loadPair(Value buffer, ValueRange indices);

  Value lane(int64_t vector) { return vb.index(vector * vb.lanes()); }
  Value pairLane(int64_t vector) { return vb.index(2 * vector * vb.lanes()); }
  VectorType pairVector() { return VectorType::get({2 * vb.lanes()}, vb.builder.getBF16Type()); }

  attn::OnlineStepOp op;
  OpBuilder builder;
  VectorBuilder vb;
  AttentionSchedule schedule;
  int64_t queryKeyDim, valueDim, panelWidth, queryVectors;
  bool useDot;
  RegionInliner mask, score;
  Value queries, keyTile, valueTile, scores, weights;
  Value numKeys, paddedKeys;
};

} // namespace

static int64_t getRowLength(Value rows) { return cast<MemRefType>(rows.getType()).getDimSize(1); }

OnlineStepLowering::OnlineStepLowering(attn::OnlineStepOp op, const VectorUnit &unit,
                                       QueryPacker &packer)
    : op(op), builder(op), vb(builder, op.getLoc(), unit), mask(vb, op.getMask()),
      score(vb, op.getScore()) {
  queryKeyDim = getRowLength(op.getKey());
  valueDim = getRowLength(op.getValue());
  Type element = cast<MemRefType>(op.getKey().getType()).getElementType();
  schedule = chooseAttentionSchedule(unit, element, queryKeyDim, valueDim);
  useDot = schedule.useBf16Dot;
  panelWidth = op.getPanelWidth();
  queryVectors = panelWidth / vb.lanes();
  queries = packer.getPacked(vb, op, useDot);
}

//===----------------------------------------------------------------------===//
// Arithmetic of one step
//===----------------------------------------------------------------------===//

Value OnlineStepLowering::multiplyAdd(Value left, Value right, Value accumulator) {
  if (useDot)
    return x86vector::DotBF16Op::create(builder, vb.loc, accumulator.getType(), accumulator, right,
                                        left);
  return vb.fma(left, right, accumulator);
}

Value OnlineStepLowering::loadPair(Value buffer, ValueRange indices) {
  // Two neighbouring bf16 as one 32-bit broadcast.
  auto pairType = VectorType::get({2}, builder.getBF16Type());
  auto wordType = VectorType::get({1}, builder.getI32Type());
  Value word = vb.bitcast(vb.load(pairType, buffer, indices), wordType);
  Value words = vb.broadcast(vector::ExtractOp::create(builder, vb.loc, word, 0).getResult());
  return vb.bitcast(words, pairVector());
}

Value OnlineStepLowering::packPair(Value even, Value odd) {
  auto half = vb.vectorOf(builder.getBF16Type());
  auto convert = [&](Value value) -> Value {
    return x86vector::CvtPackedF32ToBF16Op::create(builder, vb.loc, half, value);
  };
  return vector::InterleaveOp::create(builder, vb.loc, convert(even), convert(odd));
}

RegisterTile OnlineStepLowering::multiply(RegisterTile tile, Value begin, Value end, int64_t unroll,
                                          function_ref<Value(int64_t, Value)> loadLeft,
                                          function_ref<Value(int64_t, Value)> loadRight) {
  tile.values = vb.forLoop(begin, end, unroll, tile.values, [&](Value k, ValueRange carried) {
    RegisterTile current{tile.rows, tile.vectors, Values(carried)};
    for (int64_t u = 0; u < unroll; ++u) {
      Value ku = vb.add(k, u);
      Values right;
      for (int64_t v = 0; v < tile.vectors; ++v)
        right.push_back(loadRight(v, ku));
      for (int64_t r = 0; r < tile.rows; ++r) {
        Value left = loadLeft(r, ku);
        for (int64_t v = 0; v < tile.vectors; ++v)
          current.at(r, v) = multiplyAdd(left, right[v], current.at(r, v));
      }
    }
    return current.values;
  });
  return tile;
}

//===----------------------------------------------------------------------===//
// The key tile
//===----------------------------------------------------------------------===//

Value OnlineStepLowering::getPackedRows(Value rows, int64_t paddedDim, Type element) {
  int64_t dim = getRowLength(rows);
  int64_t capacity = llvm::alignTo(op.getKeyTile(), schedule.rows);
  Value packed = ScratchAllocator(op).allocate(builder, vb.loc, {capacity, paddedDim}, element);
  auto pack = [&] {
    vb.forLoop(vb.index(0), numKeys, 1, [&](Value row) {
      if (paddedDim != dim)
        zeroRow(vb, packed, row, paddedDim);
      copyRow(vb, rows, row, packed, row, dim);
    });
    // Rows behind the last key are 0: whatever stands in memory there is never read.
    vb.forLoop(numKeys, paddedKeys, 1, [&](Value row) { zeroRow(vb, packed, row, paddedDim); });
  };
  auto type = cast<MemRefType>(rows.getType());
  if (type.getElementType() != element || paddedDim != dim) {
    pack();
    return packed;
  }
  // Rows that lie side by side and fill whole register tiles are read where they are; with other
  // strides they may share cache sets.
  auto metadata = memref::ExtractStridedMetadataOp::create(builder, vb.loc, rows);
  auto equals = [&](Value a, Value b) -> Value {
    return arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::eq, a, b);
  };
  Value isDense = equals(metadata.getStrides()[0], vb.index(dim));
  Value isWhole = equals(numKeys, paddedKeys);
  Value inPlace = arith::AndIOp::create(builder, vb.loc, isDense, isWhole);
  auto branch = scf::IfOp::create(builder, vb.loc, inPlace, /*withElseRegion=*/true);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(branch.elseYield());
    pack();
  }
  auto anyRows =
      MemRefType::get({ShapedType::kDynamic, dim}, element,
                      StridedLayoutAttr::get(builder.getContext(), ShapedType::kDynamic, {dim, 1}));
  // Both have dense rows from here on: the stride is a constant.
  Value there = memref::ReinterpretCastOp::create(
      builder, vb.loc, anyRows, metadata.getBaseBuffer(), metadata.getOffset(),
      ArrayRef<OpFoldResult>{numKeys, builder.getIndexAttr(dim)},
      ArrayRef<OpFoldResult>{builder.getIndexAttr(dim), builder.getIndexAttr(1)});
  Value here = memref::CastOp::create(builder, vb.loc, anyRows, packed);
  return arith::SelectOp::create(builder, vb.loc, inPlace, there, here);
}

void OnlineStepLowering::packKeyTile() {
  ScratchAllocator scratch(op);
  Type packedType = useDot ? Type(builder.getBF16Type()) : Type(builder.getF32Type());
  int64_t capacity = llvm::alignTo(op.getKeyTile(), schedule.rows);
  scores = scratch.allocate(builder, vb.loc, {capacity, panelWidth}, builder.getF32Type());
  weights = scores;

  numKeys = memref::DimOp::create(builder, vb.loc, op.getKey(), 0);
  paddedKeys = vb.roundUp(numKeys, schedule.rows);
  keyTile = getPackedRows(op.getKey(), llvm::alignTo(queryKeyDim, useDot ? 2 : 1), packedType);
  if (!useDot) {
    valueTile = getPackedRows(op.getValue(), valueDim, packedType);
    return;
  }
  // Pairs of keys side by side: [key / 2][dim][2].
  weights = scratch.allocate(builder, vb.loc, {capacity / 2, 2 * panelWidth}, packedType);
  valueTile = scratch.allocate(builder, vb.loc, {capacity / 2, 2 * valueDim}, packedType);
  Value stage = scratch.allocate(builder, vb.loc, {2, valueDim}, packedType);
  vb.forLoop(vb.index(0), paddedKeys, 2, [&](Value row) {
    for (int64_t parity = 0; parity < 2; ++parity) {
      Value source = vb.add(row, parity), target = vb.index(parity);
      Value isKey =
          arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::slt, source, numKeys);
      auto branch = scf::IfOp::create(builder, vb.loc, isKey, /*withElseRegion=*/true);
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPoint(branch.thenYield());
      copyRow(vb, op.getValue(), source, stage, target, valueDim);
      builder.setInsertionPoint(branch.elseYield());
      zeroRow(vb, stage, target, valueDim);
    }
    Value pairRow = vb.divide(row, 2);
    forEachColumnChunk(vb, valueDim, vb.lanes(), [&](Value column, int64_t size) {
      auto type = VectorType::get({size}, packedType);
      Value even = vb.load(type, stage, {vb.index(0), column});
      Value odd = vb.load(type, stage, {vb.index(1), column});
      vb.store(vector::InterleaveOp::create(builder, vb.loc, even, odd), valueTile,
               {pairRow, vb.mul(column, 2)});
    });
  });
}

//===----------------------------------------------------------------------===//
// A panel of queries
//===----------------------------------------------------------------------===//

OnlineStepLowering::PanelKeys OnlineStepLowering::getPanelKeys(Value firstQuery, Value lastQuery) {
  QueryRange range{op.getBatch(), op.getHead(), firstQuery, lastQuery};
  KeyBounds bounds = solveKeyBounds(builder, vb.loc, op.getMask(), range);
  Value zero = vb.index(0);
  auto toTile = [&](Value position, Value ifUnbounded) {
    if (!position)
      return ifUnbounded;
    return vb.min(vb.max(vb.sub(position, op.getKeyPosition()), zero), numKeys);
  };
  PanelKeys keys;
  keys.begin = vb.roundDown(toTile(bounds.visible.begin, zero), schedule.rows);
  keys.end = vb.roundUp(toTile(bounds.visible.end, numKeys), schedule.rows);
  keys.fullBegin = toTile(bounds.full.begin, zero);
  keys.fullEnd = bounds.neverFull ? zero : toTile(bounds.full.end, numKeys);
  return keys;
}

void OnlineStepLowering::applyMask(RegisterTile &tile, Value key) {
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity());
  Value lastKey = vb.sub(numKeys, vb.index(1));
  for (int64_t r = 0; r < tile.rows; ++r) {
    Value keyInTile = vb.add(key, r);
    Value isKey = vb.broadcast(
        arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::slt, keyInTile, numKeys));
    if (!mask.isEmpty())
      mask.enterKey(vb.add(op.getKeyPosition(), vb.min(keyInTile, lastKey)));
    for (int64_t v = 0; v < tile.vectors; ++v) {
      Value allowed = isKey;
      if (!mask.isEmpty())
        allowed = arith::AndIOp::create(builder, vb.loc, allowed, mask.finish(v, Value()));
      tile.at(r, v) =
          arith::SelectOp::create(builder, vb.loc, allowed, tile.at(r, v), minusInfinity);
    }
  }
}

void OnlineStepLowering::scoreBlockEpilogue(RegisterTile &tile, Value key, const PanelKeys &keys) {
  if (useDot) {
    Value scale = vb.splat(static_cast<float>(op.getScale().convertToDouble()));
    for (Value &value : tile.values)
      value = vb.mulF(value, scale);
  }
  if (!score.isEmpty()) {
    Value lastKey = vb.sub(numKeys, vb.index(1));
    for (int64_t r = 0; r < tile.rows; ++r) {
      score.enterKey(vb.add(op.getKeyPosition(), vb.min(vb.add(key, r), lastKey)));
      for (int64_t v = 0; v < tile.vectors; ++v)
        tile.at(r, v) = score.finish(v, tile.at(r, v));
    }
  }
  Value blockEnd = vb.add(key, tile.rows);
  Value afterBegin =
      arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::sge, key, keys.fullBegin);
  Value beforeEnd =
      arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::sle, blockEnd, keys.fullEnd);
  Value isFull = arith::AndIOp::create(builder, vb.loc, afterBegin, beforeEnd);
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
  int64_t rows = schedule.rows;
  int64_t depth = llvm::divideCeil(queryKeyDim, useDot ? 2 : 1);
  constexpr int64_t kUnroll = 4;
  return vb.forLoop(keys.begin, keys.end, rows, oldMax, [&](Value key, ValueRange carried) {
    RegisterTile tile{rows, queryVectors, Values(rows * queryVectors, vb.splat(0.0f))};
    auto loadLeft = [&](int64_t row, Value k) -> Value {
      Value keyRow = vb.add(key, row);
      if (useDot)
        return loadPair(keyTile, {keyRow, vb.mul(k, 2)});
      return vb.broadcast(memref::LoadOp::create(builder, vb.loc, keyTile, ValueRange{keyRow, k}));
    };
    auto loadRight = [&](int64_t vector, Value k) {
      return useDot ? vb.load(pairVector(), queries, {panel, k, pairLane(vector)})
                    : vb.load(queries, {panel, k, lane(vector)});
    };
    int64_t unrolled = depth / kUnroll * kUnroll;
    tile = multiply(tile, vb.index(0), vb.index(unrolled), kUnroll, loadLeft, loadRight);
    if (unrolled < depth)
      tile = multiply(tile, vb.index(unrolled), vb.index(depth), 1, loadLeft, loadRight);
    scoreBlockEpilogue(tile, key, keys);
    Values max(carried);
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t v = 0; v < queryVectors; ++v) {
        vb.store(tile.at(r, v), scores, {vb.add(key, r), lane(v)});
        max[v] = vb.maxF(tile.at(r, v), max[v]);
      }
    return max;
  });
}

Values OnlineStepLowering::exponentiate(const PanelKeys &keys, ValueRange reference,
                                        ValueRange sum) {
  return vb.forLoop(keys.begin, keys.end, 2, sum, [&](Value key, ValueRange carried) {
    Values total(carried);
    for (int64_t v = 0; v < queryVectors; ++v) {
      Value weight[2];
      for (int64_t i = 0; i < 2; ++i) {
        Value row = vb.add(key, i);
        weight[i] = vb.expOfNonPositive(vb.subF(vb.load(scores, {row, lane(v)}), reference[v]));
        total[v] = vb.addF(total[v], weight[i]);
        if (!useDot)
          vb.store(weight[i], weights, {row, lane(v)});
      }
      if (useDot)
        vb.store(packPair(weight[0], weight[1]), weights, {vb.divide(key, 2), pairLane(v)});
    }
    return total;
  });
}

Value OnlineStepLowering::loadRescaled(Value panel, Value row, int64_t vector, Value rescale) {
  // Before the first visible key, acc has no meaning and the factor is 0.
  Value zero = vb.splat(0.0f);
  Value isFirst = arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::OEQ, rescale, zero);
  Value acc = vb.load(op.getAcc(), {panel, row, lane(vector)});
  return arith::SelectOp::create(builder, vb.loc, isFirst, zero, vb.mulF(acc, rescale));
}

void OnlineStepLowering::accumulateRows(Value panel, const PanelKeys &keys, ValueRange rescale,
                                        Value firstRow, int64_t rows) {
  RegisterTile tile{rows, queryVectors, {}};
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < queryVectors; ++v)
      tile.values.push_back(loadRescaled(panel, vb.add(firstRow, r), v, rescale[v]));
  int64_t step = useDot ? 2 : 1;
  auto loadLeft = [&](int64_t row, Value k) -> Value {
    Value column = vb.add(firstRow, row);
    if (useDot)
      return loadPair(valueTile, {k, vb.mul(column, 2)});
    return vb.broadcast(memref::LoadOp::create(builder, vb.loc, valueTile, ValueRange{k, column}));
  };
  auto loadRight = [&](int64_t vector, Value k) {
    return useDot ? vb.load(pairVector(), weights, {k, pairLane(vector)})
                  : vb.load(weights, {k, lane(vector)});
  };
  // Blocks of keys are whole register tiles, so that the unrolled loop needs no tail.
  int64_t unroll = schedule.rows / step;
  tile = multiply(tile, vb.divide(keys.begin, step), vb.divide(keys.end, step),
                  unroll > 4 ? 4 : unroll, loadLeft, loadRight);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < queryVectors; ++v)
      vb.store(tile.at(r, v), op.getAcc(), {panel, vb.add(firstRow, r), lane(v)});
}

void OnlineStepLowering::accumulateOutput(Value panel, const PanelKeys &keys, ValueRange rescale) {
  int64_t rows = schedule.rows, fullRows = valueDim / rows * rows;
  vb.forLoop(vb.index(0), vb.index(fullRows), rows,
             [&](Value row) { accumulateRows(panel, keys, rescale, row, rows); });
  if (fullRows < valueDim)
    accumulateRows(panel, keys, rescale, vb.index(fullRows), valueDim - fullRows);
}

void OnlineStepLowering::lowerPanel(Value panel, Value firstQuery, Value lastQuery,
                                    const PanelKeys &keys) {
  // Lanes behind the last query repeat its position, so that regions see valid positions only.
  Values positions;
  Value laneIds = vector::StepOp::create(builder, vb.loc, vb.vectorOf(builder.getIndexType()));
  Value last = vb.broadcast(lastQuery);
  for (int64_t v = 0; v < queryVectors; ++v) {
    Value first = vb.broadcast(vb.add(firstQuery, v * vb.lanes()));
    positions.push_back(vb.min(vb.add(first, laneIds), last));
  }
  RegionInliner::PanelArguments arguments{op.getBatch(), op.getHead(), positions};
  if (!mask.isEmpty())
    mask.enterPanel(arguments);
  if (!score.isEmpty())
    score.enterPanel(arguments);

  Values oldMax, reference, rescale, sum;
  for (int64_t v = 0; v < queryVectors; ++v)
    oldMax.push_back(vb.load(op.getMax(), {panel, lane(v)}));
  Values newMax = computeScores(panel, keys, oldMax);
  Value minusInfinity = vb.splat(-std::numeric_limits<float>::infinity()), zero = vb.splat(0.0f);
  for (int64_t v = 0; v < queryVectors; ++v) {
    vb.store(newMax[v], op.getMax(), {panel, lane(v)});
    // Nothing seen yet: -inf - -inf is no number, but any finite reference gives exp = 0.
    Value isEmpty =
        arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::OEQ, newMax[v], minusInfinity);
    reference.push_back(arith::SelectOp::create(builder, vb.loc, isEmpty, zero, newMax[v]));
    rescale.push_back(vb.expOfNonPositive(vb.subF(oldMax[v], reference[v])));
    sum.push_back(vb.mulF(vb.load(op.getSum(), {panel, lane(v)}), rescale[v]));
  }
  sum = exponentiate(keys, reference, sum);
  for (int64_t v = 0; v < queryVectors; ++v)
    vb.store(sum[v], op.getSum(), {panel, lane(v)});
  accumulateOutput(panel, keys, rescale);
}

void OnlineStepLowering::run() {
  packKeyTile();
  Value numQueries = memref::DimOp::create(builder, vb.loc, op.getQuery(), 0);
  Value usedPanels = vb.divide(vb.roundUp(numQueries, panelWidth), panelWidth);
  vb.forLoop(vb.index(0), usedPanels, 1, [&](Value panel) {
    Value firstRow = vb.mul(panel, panelWidth);
    Value lastRow = vb.sub(vb.min(vb.add(firstRow, panelWidth), numQueries), vb.index(1));
    Value firstQuery = vb.add(op.getQueryPosition(), firstRow);
    Value lastQuery = vb.add(op.getQueryPosition(), lastRow);
    PanelKeys keys = getPanelKeys(firstQuery, lastQuery);
    Value isVisible =
        arith::CmpIOp::create(builder, vb.loc, arith::CmpIPredicate::slt, keys.begin, keys.end);
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
