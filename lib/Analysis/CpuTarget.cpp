// Chooses the schedules of attention and scan on a CPU from a small table of registers, lanes and
// caches.
#include "attnc/Analysis/CpuTarget.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/TargetParser/Triple.h"

#include <algorithm>

using namespace llvm;

attnc::VectorUnit attnc::getVectorUnit(StringRef triple, StringRef features) {
  VectorUnit unit{};
  if (Triple(triple).isAArch64()) {
    unit.lanes = 4;
    unit.registers = 32;
    return unit;
  }
  SmallVector<StringRef> list;
  features.split(list, ',');
  auto has = [&](StringRef feature) { return is_contained(list, feature); };
  unit.hasAvx512 = has("+avx512f") && has("+avx512bw") && has("+avx512dq") && has("+avx512vl");
  unit.lanes = unit.hasAvx512 ? 16 : 8;
  unit.registers = unit.hasAvx512 ? 32 : 16;
  unit.hasBf16Convert = unit.hasAvx512 && has("+avx512bf16");
  unit.hasAmx = unit.hasBf16Convert && has("+amx-tile") && has("+amx-bf16");
  // Where there are AMX tiles (Intel), vdpbf16ps runs at half the rate of an FMA and gains nothing
  // over converting to f32.
  unit.hasBf16Dot = unit.hasBf16Convert && !has("+amx-bf16");
  return unit;
}

static attnc::ProductKind chooseProduct(const attnc::VectorUnit &unit, mlir::Type elementType,
                                        int64_t queryKeyDim, int64_t valueDim) {
  constexpr int64_t kAmxDepth = 32;
  if (!elementType.isBF16())
    return attnc::ProductKind::FmaF32;
  if (unit.hasAmx && queryKeyDim % kAmxDepth == 0 && valueDim % kAmxDepth == 0)
    return attnc::ProductKind::AmxBf16;
  return unit.hasBf16Dot ? attnc::ProductKind::DotBf16 : attnc::ProductKind::FmaF32;
}

attnc::AttentionSchedule attnc::chooseAttentionSchedule(const VectorUnit &unit,
                                                        mlir::Type elementType, int64_t queryKeyDim,
                                                        int64_t valueDim) {
  AttentionSchedule schedule;
  schedule.lanes = unit.lanes;
  schedule.product = chooseProduct(unit, elementType, queryKeyDim, valueDim);
  if (unit.hasAvx512) {
    // vdpbf16ps needs 24 chains to reach its peak; FMA is there with 16, and narrower panels waste
    // less at the edges of masks and sequences. AMX works on two by two tiles of 16.
    schedule.rows = 8;
    schedule.queryVectors = schedule.product == ProductKind::DotBf16 ? 3 : 2;
    schedule.panels = schedule.product == ProductKind::AmxBf16 ? 8 : 4;
  } else if (unit.registers == 16) {
    schedule.rows = 4;
    schedule.queryVectors = 3;
    schedule.panels = 8;
  } else {
    schedule.rows = 4;
    schedule.queryVectors = 4;
    schedule.panels = 8;
  }
  schedule.keyBlock = schedule.product == ProductKind::AmxBf16 ? 32 : schedule.rows;
  constexpr int64_t kTileBytes = 32 * 1024, kMostKeys = 128, kFewestKeys = 16;
  int64_t rowBytes = std::max(queryKeyDim, valueDim) * (schedule.usesBf16Pairs() ? 2 : 4);
  int64_t keys = std::clamp(kTileBytes / rowBytes, kFewestKeys, kMostKeys);
  schedule.keyTile = std::max(keys / schedule.keyBlock, int64_t(1)) * schedule.keyBlock;
  return schedule;
}

attnc::ScanSchedule attnc::chooseScanSchedule(const VectorUnit &unit) {
  ScanSchedule schedule;
  schedule.channels = 64;
  schedule.timeTile = 32;
  schedule.states = unit.registers == 16 ? 4 : 8;
  return schedule;
}
