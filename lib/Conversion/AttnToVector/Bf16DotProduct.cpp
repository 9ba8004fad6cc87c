// Products by AVX512-BF16 dot products: two products of bf16 pairs are added to each f32 lane.
#include "Bf16Pairs.h"
#include "OnlineStepLowering.h"
#include "RegisterTileProduct.h"

#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace attnc;

namespace {
class Bf16DotProduct : public RegisterTileProduct {
public:
  explicit Bf16DotProduct(const StepContext &step) : RegisterTileProduct(step, /*unit=*/2) {}

  void packTile() override {
    keyTile = packBf16Keys(step, /*multiple=*/2);
    valueTile = packBf16ValuePairs(step);
    weights = ScratchAllocator(step.op).allocate(
        vb.builder, vb.loc, {step.keyCapacity / 2, 2 * step.panelWidth}, vb.builder.getBF16Type());
  }
  void storeWeights(Value key, int64_t vector, Value first, Value second) override {
    vb.store(packBf16Pair(vb, first, second), weights, {vb.divide(key, 2), pairLane(vector)});
  }

protected:
  Value loadKey(Value row, Value k) override { return broadcastPair(keyTile, row, vb.mul(k, 2)); }
  Value loadValue(Value k, Value column) override {
    return broadcastPair(valueTile, k, vb.mul(column, 2));
  }
  Value loadQueries(Value panel, Value k, int64_t vector) override {
    return vb.load(pairVector(), step.queries, {panel, k, pairLane(vector)});
  }
  Value loadWeights(Value k, int64_t vector) override {
    return vb.load(pairVector(), weights, {k, pairLane(vector)});
  }
  Value multiplyAdd(Value left, Value right, Value sum) override {
    return x86vector::DotBF16Op::create(vb.builder, vb.loc, sum.getType(), sum, right, left);
  }

private:
  Value pairLane(int64_t vector) { return vb.index(2 * vector * vb.lanes()); }
  VectorType pairVector() { return VectorType::get({2 * vb.lanes()}, vb.builder.getBF16Type()); }
  /// Two neighbouring bf16 as one 32-bit broadcast.
  Value broadcastPair(Value buffer, Value row, Value column) {
    auto pairType = VectorType::get({2}, vb.builder.getBF16Type());
    auto wordType = VectorType::get({1}, vb.builder.getI32Type());
    Value word = vb.bitcast(vb.load(pairType, buffer, {row, column}), wordType);
    Value scalar = vector::ExtractOp::create(vb.builder, vb.loc, word, 0);
    return vb.bitcast(vb.broadcast(scalar), pairVector());
  }

  Value keyTile, valueTile, weights;
};
} // namespace

std::unique_ptr<StepProduct> attnc::createBf16DotProduct(const StepContext &step) {
  return std::make_unique<Bf16DotProduct>(step);
}
