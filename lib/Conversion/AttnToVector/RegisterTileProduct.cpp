// Register-tiled outer products: a tile of accumulators stays in registers over the summed axis.
#include "RegisterTileProduct.h"

using namespace mlir;
using namespace attnc;

static constexpr int64_t kUnroll = 4;

RegisterTile RegisterTileProduct::multiply(RegisterTile tile, Value begin, Value end,
                                           int64_t unroll,
                                           function_ref<Value(int64_t, Value)> loadLeft,
                                           function_ref<Value(int64_t, Value)> loadRight) {
  auto body = [&](Value k, ValueRange carried) {
    RegisterTile current{tile.rows, tile.vectors, VectorBuilder::Values(carried)};
    for (int64_t u = 0; u < unroll; ++u) {
      Value ku = vb.add(k, u);
      VectorBuilder::Values right;
      for (int64_t v = 0; v < tile.vectors; ++v)
        right.push_back(loadRight(v, ku));
      for (int64_t r = 0; r < tile.rows; ++r) {
        Value left = loadLeft(r, ku);
        for (int64_t v = 0; v < tile.vectors; ++v)
          current.at(r, v) = multiplyAdd(left, right[v], current.at(r, v));
      }
    }
    return current.values;
  };
  tile.values = vb.forLoop(begin, end, unroll, tile.values, body);
  return tile;
}

RegisterTile RegisterTileProduct::computeScores(Value panel, Value key) {
  int64_t rows = step.schedule.rows;
  RegisterTile tile{rows, step.queryVectors,
                    VectorBuilder::Values(rows * step.queryVectors, vb.splat(0.0f))};
  auto loadLeft = [&](int64_t row, Value k) { return loadKey(vb.add(key, row), k); };
  auto loadRight = [&](int64_t vector, Value k) { return loadQueries(panel, k, vector); };
  int64_t depth = llvm::divideCeil(step.queryKeyDim, unit);
  int64_t unrolled = depth / kUnroll * kUnroll;
  tile = multiply(tile, vb.index(0), vb.index(unrolled), kUnroll, loadLeft, loadRight);
  if (unrolled < depth)
    tile = multiply(tile, vb.index(unrolled), vb.index(depth), 1, loadLeft, loadRight);
  return tile;
}

void RegisterTileProduct::accumulateRows(Value panel, Value begin, Value end, ValueRange rescale,
                                         Value firstRow, int64_t rows) {
  RegisterTile tile{rows, step.queryVectors, {}};
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < step.queryVectors; ++v)
      tile.values.push_back(loadRescaled(panel, vb.add(firstRow, r), v, rescale[v]));
  auto loadLeft = [&](int64_t row, Value k) { return loadValue(k, vb.add(firstRow, row)); };
  auto loadRight = [&](int64_t vector, Value k) { return loadWeights(k, vector); };
  // Blocks of keys are whole register tiles, so the unrolled loop needs no tail.
  int64_t unroll = std::min(kUnroll, step.schedule.keyBlock / unit);
  tile = multiply(tile, vb.divide(begin, unit), vb.divide(end, unit), unroll, loadLeft, loadRight);
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < step.queryVectors; ++v)
      vb.store(tile.at(r, v), step.op.getAcc(), {panel, vb.add(firstRow, r), step.lane(v)});
}

void RegisterTileProduct::accumulateOutput(Value panel, Value begin, Value end,
                                           ValueRange rescale) {
  int64_t rows = step.schedule.rows, fullRows = step.valueDim / rows * rows;
  vb.forLoop(vb.index(0), vb.index(fullRows), rows,
             [&](Value row) { accumulateRows(panel, begin, end, rescale, row, rows); });
  if (fullRows < step.valueDim)
    accumulateRows(panel, begin, end, rescale, vb.index(fullRows), step.valueDim - fullRows);
}
