// The attention schedule of every vector unit keeps to registers, caches and register tiles.
#include "attnc/Analysis/CpuTarget.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/MLIRContext.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace mlir;
using namespace attnc;

namespace {
constexpr const char *kX86 = "x86_64-linux-gnu", *kArm = "aarch64-linux-gnu";
constexpr const char *kAvx512 = "+avx2,+fma,+avx512f,+avx512bw,+avx512dq,+avx512vl";

std::string with(const std::string &features, const std::string &more) {
  return features + "," + more;
}

std::vector<VectorUnit> getAllUnits() {
  return {getVectorUnit(kX86, "+avx2,+fma"), getVectorUnit(kX86, kAvx512),
          getVectorUnit(kX86, with(kAvx512, "+avx512bf16")), getVectorUnit(kArm, "+neon")};
}

/// Calls check(unit, element type, schedule, larger head dim) for all head dims up to 512.
template <typename Check> void forEachSchedule(Check check) {
  MLIRContext context;
  const Type types[] = {Float32Type::get(&context), Float16Type::get(&context),
                        BFloat16Type::get(&context)};
  for (const VectorUnit &unit : getAllUnits())
    for (Type type : types)
      for (int64_t dim = 1; dim <= 512; ++dim)
        for (auto [queryKeyDim, valueDim] :
             {std::pair<int64_t, int64_t>{dim, dim}, {dim, 64}, {64, dim}})
          check(unit, type, chooseAttentionSchedule(unit, type, queryKeyDim, valueDim),
                std::max(queryKeyDim, valueDim));
}
} // namespace

TEST(CpuTarget, UnitsAreRecognised) {
  VectorUnit avx2 = getVectorUnit(kX86, "+avx2,+fma");
  EXPECT_EQ(avx2.lanes, 8);
  EXPECT_EQ(avx2.registers, 16);
  EXPECT_FALSE(avx2.hasAvx512 || avx2.hasBf16Dot);

  VectorUnit avx512 = getVectorUnit(kX86, kAvx512);
  EXPECT_EQ(avx512.lanes, 16);
  EXPECT_EQ(avx512.registers, 32);
  EXPECT_TRUE(avx512.hasAvx512);
  EXPECT_FALSE(avx512.hasBf16Dot);

  VectorUnit arm = getVectorUnit(kArm, "+neon,+bf16");
  EXPECT_EQ(arm.lanes, 4);
  EXPECT_EQ(arm.registers, 32);
  EXPECT_FALSE(arm.hasAvx512 || arm.hasBf16Dot);
}

TEST(CpuTarget, Avx512NeedsItsFourParts) {
  for (StringRef missing : {"+avx512f", "+avx512bw", "+avx512dq", "+avx512vl"}) {
    std::string features = StringRef(kAvx512).str();
    features.replace(features.find(missing.str()), 1, "-");
    EXPECT_EQ(getVectorUnit(kX86, features).lanes, 8) << features;
  }
}

TEST(CpuTarget, Bf16DotProductsWhereTheyAreFast) {
  EXPECT_TRUE(getVectorUnit(kX86, with(kAvx512, "+avx512bf16")).hasBf16Dot);
  EXPECT_FALSE(getVectorUnit(kX86, with(kAvx512, "+avx512bf16,+amx-bf16")).hasBf16Dot);
  EXPECT_FALSE(getVectorUnit(kX86, "+avx2,+fma,+avx512bf16").hasBf16Dot);
}

TEST(AttentionSchedule, DotProductsForBf16Only) {
  forEachSchedule(
      [](const VectorUnit &unit, Type type, const AttentionSchedule &schedule, int64_t) {
        ASSERT_EQ(schedule.product == ProductKind::DotBf16, unit.hasBf16Dot && type.isBF16());
        ASSERT_EQ(schedule.lanes, unit.lanes);
      });
}

// The accumulators, a vector of queries for each column of them, and one broadcast.
TEST(AttentionSchedule, TheRegisterTileFitsTheRegisters) {
  forEachSchedule([](const VectorUnit &unit, Type, const AttentionSchedule &schedule, int64_t) {
    int64_t live = schedule.rows * schedule.queryVectors + schedule.queryVectors + 1;
    ASSERT_LE(live, unit.registers);
    // Enough chains to hide four cycles of latency on two pipes.
    ASSERT_GE(schedule.rows * schedule.queryVectors, 8);
  });
}

TEST(AttentionSchedule, KeyTilesAreWholeRegisterTiles) {
  forEachSchedule([](const VectorUnit &, Type, const AttentionSchedule &schedule, int64_t) {
    ASSERT_GT(schedule.keyTile, 0);
    ASSERT_EQ(schedule.keyTile % schedule.rows, 0);
    // Pairs of keys are exponentiated together, and stored as pairs of bf16.
    ASSERT_EQ(schedule.rows % 2, 0);
    ASSERT_EQ(schedule.getQueryTile(), schedule.panels * schedule.lanes * schedule.queryVectors);
  });
}

TEST(AttentionSchedule, KeyTilesFitTheFirstLevelCache) {
  static constexpr int64_t kCacheBytes = 32 * 1024, kFewestKeys = 16;
  forEachSchedule(
      [](const VectorUnit &, Type, const AttentionSchedule &schedule, int64_t largerDim) {
        int64_t bytes = schedule.keyTile * largerDim * (schedule.usesBf16Pairs() ? 2 : 4);
        if (schedule.keyTile > kFewestKeys)
          ASSERT_LE(bytes, kCacheBytes) << largerDim;
        else
          ASSERT_GE(schedule.keyTile, kFewestKeys) << largerDim;
      });
}
