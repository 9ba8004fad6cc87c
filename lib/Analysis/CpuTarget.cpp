// Chooses the attention schedule of a CPU from a small table of registers, lanes and caches.
#include "attnc/Analysis/CpuTarget.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Triple.h"

#include <algorithm>

using namespace llvm;

attnc::VectorUnit attnc::getVectorUnit(StringRef triple, StringRef features) {
  if (Triple(triple).isAArch64())
    return {/*lanes=*/4, /*registers=*/32, /*hasAvx512=*/false, /*hasBf16Dot=*/false};
  SmallVector<StringRef> list;
  features.split(list, ',');
  auto has = [&](StringRef feature) { return is_contained(list, feature); };
  if (has("+avx512f") && has("+avx512bw") && has("+avx512dq") && has("+avx512vl")) {
    // Where there are AMX tiles (Intel), vdpbf16ps runs at half the rate of an FMA and gains
    // nothing over converting to f32.
    bool hasFastBf16Dot = has("+avx512bf16") && !has("+amx-bf16");
    return {/*lanes=*/16, /*registers=*/32, /*hasAvx512=*/true, hasFastBf16Dot};
  }
  return {/*lanes=*/8, /*registers=*/16, /*hasAvx512=*/false, /*hasBf16Dot=*/false};
}

attnc::AttentionSchedule attnc::chooseAttentionSchedule(const VectorUnit &unit,
                                                        mlir::Type elementType, int64_t queryKeyDim,
                                                        int64_t valueDim) {
  AttentionSchedule schedule;
  schedule.lanes = unit.lanes;
  schedule.useBf16Dot = unit.hasBf16Dot && elementType.isBF16();
  if (unit.hasAvx512) {
    // vdpbf16ps needs 24 chains to reach its peak; FMA is there with 16, and narrower panels waste
    // less at the edges of masks and sequences.
    schedule.rows = 8;
    schedule.queryVectors = schedule.useBf16Dot ? 3 : 2;
    schedule.panels = 4;
  } else if (unit.registers == 16) {
    schedule.rows = 4;
    schedule.queryVectors = 3;
    schedule.panels = 8;
  } else {
    schedule.rows = 4;
    schedule.queryVectors = 4;
    schedule.panels = 8;
  }
  constexpr int64_t kTileBytes = 32 * 1024, kMostKeys = 128, kFewestKeys = 16;
  int64_t rowBytes = std::max(queryKeyDim, valueDim) * (schedule.useBf16Dot ? 2 : 4);
  int64_t keys = std::clamp(kTileBytes / rowBytes, kFewestKeys, kMostKeys);
  schedule.keyTile = keys / schedule.rows * schedule.rows;
  return schedule;
}
