// Products by Intel AMX: 16 x 16 tiles of f32 sums over 32 bf16 at a time, two by two tiles.
//
// A tile holds 16 rows of 64 bytes. Left operands are rows of K and of V^T; right operands are the
// packed queries and the weights, whose bf16 pairs along the summed axis are what the unit reads.
#include "Bf16Pairs.h"
#include "OnlineStepLowering.h"
#include "StepProduct.h"

#include "mlir/Dialect/AMX/AMXDialect.h"

using namespace mlir;
using namespace attnc;

/// Rows (and f32 columns) of a tile, and bf16 columns: elements of the summed axis.
static constexpr int64_t kRows = 16, kDepth = 32;

namespace {
class AmxProduct : public StepProduct {
public:
  explicit AmxProduct(const StepContext &step) : StepProduct(step) {}

  void packTile() override;
  void startScores(Value panel, Value begin, Value end) override;
  RegisterTile computeScores(Value panel, Value key) override;
  void storeWeights(Value key, int64_t vector, Value first, Value second) override {
    vb.store(packBf16Pair(vb, first, second), weights,
             {vb.divide(key, 2), vb.index(2 * vector * vb.lanes())});
  }
  void accumulateOutput(Value panel, Value begin, Value end, ValueRange rescale) override;

private:
  using Tiles = std::array<std::array<Value, 2>, 2>;

  Value load(Value buffer, ValueRange indices) {
    auto type = amx::TileType::get({kRows, kDepth}, vb.builder.getBF16Type());
    return amx::TileLoadOp::create(vb.builder, vb.loc, type, buffer, indices);
  }
  amx::TileType sumType() { return amx::TileType::get({kRows, kRows}, vb.builder.getF32Type()); }
  /// Adds 32 elements of the summed axis to 32 x 32 sums.
  void multiplyAdd(Tiles &sums, function_ref<Value(int64_t half)> loadLeft,
                   function_ref<Value(int64_t half)> loadRight);
  void transposeValues(Value pairs);
  void rescaleOutput(Value panel, ValueRange rescale);
  void accumulateChunks(Value panel, Value firstChunk, int64_t numChunks);

  /// K as rows, V transposed ([value dim][key]), and the weights as pairs ([key / 2][query][2]).
  Value keyTile, valueTile, weights;
};
} // namespace

void AmxProduct::multiplyAdd(Tiles &sums, function_ref<Value(int64_t)> loadLeft,
                             function_ref<Value(int64_t)> loadRight) {
  std::array<Value, 2> left{loadLeft(0), loadLeft(1)}, right{loadRight(0), loadRight(1)};
  for (int64_t r = 0; r < 2; ++r)
    for (int64_t c = 0; c < 2; ++c)
      sums[r][c] =
          amx::TileMulFOp::create(vb.builder, vb.loc, sumType(), left[r], right[c], sums[r][c]);
}

void AmxProduct::packTile() {
  ScratchAllocator scratch(step.op);
  Type bf16 = vb.builder.getBF16Type();
  keyTile = packBf16Keys(step, kDepth);
  weights = scratch.allocate(vb.builder, vb.loc, {step.keyCapacity / 2, 2 * step.panelWidth}, bf16);
  valueTile = scratch.allocate(vb.builder, vb.loc, {step.valueDim, step.keyCapacity}, bf16);
  transposeValues(packBf16ValuePairs(step));
}

/// A pair of keys is one 32-bit word: transposing words gives rows of V^T.
void AmxProduct::transposeValues(Value pairs) {
  auto wordPairs = VectorType::get({2 * vb.lanes()}, vb.builder.getBF16Type());
  vb.forLoop(vb.index(0), vb.divide(step.paddedKeys, 2), vb.lanes(), [&](Value pair) {
    vb.forLoop(vb.index(0), vb.index(step.valueDim), vb.lanes(), [&](Value column) {
      VectorBuilder::Values words;
      for (int64_t i = 0; i < vb.lanes(); ++i)
        words.push_back(vb.bitcast(vb.load(wordPairs, pairs, {vb.add(pair, i), vb.mul(column, 2)}),
                                   vb.f32Vector()));
      for (auto [i, row] : llvm::enumerate(vb.transpose(words)))
        vb.store(vb.bitcast(row, wordPairs), valueTile, {vb.add(column, i), vb.mul(pair, 2)});
    });
  });
}

void AmxProduct::startScores(Value panel, Value begin, Value end) {
  vb.forLoop(begin, end, 2 * kRows, [&](Value key) {
    Tiles sums;
    for (auto &row : sums)
      for (Value &sum : row)
        sum = amx::TileZeroOp::create(vb.builder, vb.loc, sumType());
    for (int64_t k = 0; k < step.queryKeyDim; k += kDepth)
      multiplyAdd(
          sums,
          [&](int64_t half) { return load(keyTile, {vb.add(key, half * kRows), vb.index(k)}); },
          [&](int64_t half) {
            return load(step.queries, {panel, vb.index(k / 2), vb.index(half * kDepth)});
          });
    for (int64_t r = 0; r < 2; ++r)
      for (int64_t c = 0; c < 2; ++c)
        amx::TileStoreOp::create(vb.builder, vb.loc, step.scores,
                                 ValueRange{vb.add(key, r * kRows), vb.index(c * kRows)},
                                 sums[r][c]);
  });
}

RegisterTile AmxProduct::computeScores(Value panel, Value key) {
  RegisterTile tile{step.schedule.rows, step.queryVectors, {}};
  for (int64_t r = 0; r < tile.rows; ++r)
    for (int64_t v = 0; v < tile.vectors; ++v)
      tile.values.push_back(vb.load(step.scores, {vb.add(key, r), step.lane(v)}));
  return tile;
}

/// Most steps leave the maximum of every query as it is: then there is nothing to do.
void AmxProduct::rescaleOutput(Value panel, ValueRange rescale) {
  OpBuilder &builder = vb.builder;
  Value isNeeded;
  auto bits = VectorType::get({1}, builder.getIntegerType(vb.lanes()));
  for (Value factor : rescale) {
    Value differs =
        arith::CmpFOp::create(builder, vb.loc, arith::CmpFPredicate::UNE, factor, vb.splat(1.0f));
    Value word = vector::ExtractOp::create(builder, vb.loc, vb.bitcast(differs, bits), 0);
    isNeeded = isNeeded ? arith::OrIOp::create(builder, vb.loc, isNeeded, word).getResult() : word;
  }
  Value none =
      arith::ConstantOp::create(builder, vb.loc, builder.getIntegerAttr(bits.getElementType(), 0));
  Value condition = compare(arith::CmpIPredicate::ne, isNeeded, none);
  auto branch = scf::IfOp::create(builder, vb.loc, condition, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenYield());
  vb.forLoop(vb.index(0), vb.index(step.valueDim), 1, [&](Value row) {
    for (int64_t v = 0; v < step.queryVectors; ++v)
      vb.store(loadRescaled(panel, row, v, rescale[v]), step.op.getAcc(),
               {panel, row, step.lane(v)});
  });
}

void AmxProduct::accumulateChunks(Value panel, Value firstChunk, int64_t numChunks) {
  Value acc = step.op.getAcc();
  vb.forLoop(vb.index(0), vb.index(step.valueDim), 2 * kRows, [&](Value row) {
    auto place = [&](int64_t r, int64_t c) -> VectorBuilder::Values {
      return {panel, vb.add(row, r * kRows), vb.index(c * kRows)};
    };
    Tiles sums;
    for (int64_t r = 0; r < 2; ++r)
      for (int64_t c = 0; c < 2; ++c)
        sums[r][c] = amx::TileLoadOp::create(vb.builder, vb.loc, sumType(), acc, place(r, c));
    for (int64_t i = 0; i < numChunks; ++i) {
      Value chunk = vb.add(firstChunk, i);
      multiplyAdd(
          sums,
          [&](int64_t half) {
            return load(valueTile, {vb.add(row, half * kRows), vb.mul(chunk, kDepth)});
          },
          [&](int64_t half) {
            return load(weights, {vb.mul(chunk, kDepth / 2), vb.index(half * kDepth)});
          });
    }
    for (int64_t r = 0; r < 2; ++r)
      for (int64_t c = 0; c < 2; ++c)
        amx::TileStoreOp::create(vb.builder, vb.loc, acc, place(r, c), sums[r][c]);
  });
}

void AmxProduct::accumulateOutput(Value panel, Value begin, Value end, ValueRange rescale) {
  rescaleOutput(panel, rescale);
  // Sums stay in tiles over all chunks of keys. Tiles cannot be carried through a loop, so there is
  // straight code for each number of chunks that a key tile can have.
  Value firstChunk = vb.divide(begin, kDepth);
  Value numChunks = vb.sub(vb.divide(end, kDepth), firstChunk);
  int64_t mostChunks = step.keyCapacity / kDepth;
  SmallVector<int64_t> cases;
  for (int64_t chunks = 1; chunks < mostChunks; ++chunks)
    cases.push_back(chunks);
  auto choice =
      scf::IndexSwitchOp::create(vb.builder, vb.loc, TypeRange(), numChunks, cases, cases.size());
  auto fill = [&](Region &region, int64_t chunks) {
    OpBuilder::InsertionGuard guard(vb.builder);
    vb.builder.createBlock(&region);
    accumulateChunks(panel, firstChunk, chunks);
    scf::YieldOp::create(vb.builder, vb.loc);
  };
  for (auto [region, chunks] : llvm::zip(choice.getCaseRegions(), cases))
    fill(region, chunks);
  fill(choice.getDefaultRegion(), mostChunks);
}

std::unique_ptr<StepProduct> attnc::createAmxProduct(const StepContext &step) {
  return std::make_unique<AmxProduct>(step);
}
