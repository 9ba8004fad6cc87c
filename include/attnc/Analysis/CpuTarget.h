// What the compiler knows of a CPU, and the schedules of attention and scan that follow from it.
#pragma once

#include "mlir/IR/Types.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace attnc {

/// A CPU as LLVM names it, and how much of it there is.
struct CpuTarget {
  std::string triple;
  /// A CPU name of LLVM ("znver3", "x86-64-v4", "neoverse-n1"); never "native".
  std::string cpu;
  /// LLVM's feature string ("+avx2,+fma,..."), complete for the CPU.
  std::string features;
  /// Threads that will run the code, 0 where that is not known.
  int64_t threads = 0;
};

/// The vector unit that microkernels are generated for.
struct VectorUnit {
  /// f32 lanes of a register.
  int64_t lanes;
  /// Architectural vector registers.
  int64_t registers;
  /// AVX-512 (F, BW, DQ, VL): vreduceps and vscalefps make a cheap exp2.
  bool hasAvx512;
  /// Conversion of f32 to bf16 (AVX512-BF16).
  bool hasBf16Convert;
  /// vdpbf16ps (two bf16 products added to an f32 lane) at the rate of an FMA.
  bool hasBf16Dot;
  /// AMX tiles with bf16 products.
  bool hasAmx;
};

/// Reads the vector unit off a triple and a feature string.
VectorUnit getVectorUnit(llvm::StringRef triple, llvm::StringRef features);

/// What the matrix products of a step are made of.
enum class ProductKind {
  /// f32 FMA; f16 and bf16 are converted.
  FmaF32,
  /// Dot products of bf16 pairs (VectorUnit::hasBf16Dot).
  DotBf16,
  /// AMX tiles of bf16 (VectorUnit::hasAmx).
  AmxBf16
};

/// How one attention op is cut into tiles. A register tile holds `rows` x `queryVectors`
/// accumulators: rows run along keys (for scores) or the value dim (for the output), lanes along
/// queries.
struct AttentionSchedule {
  int64_t lanes;
  int64_t rows;
  int64_t queryVectors;
  /// Panels of lanes * queryVectors queries in a query tile.
  int64_t panels;
  /// Keys that are worked on at once: ranges of keys are rounded to it. A multiple of rows.
  int64_t keyBlock;
  /// Keys in a key tile, a multiple of keyBlock.
  int64_t keyTile;
  ProductKind product;

  /// Whether queries, keys and weights stay bf16, in pairs along the summed axis.
  bool usesBf16Pairs() const { return product != ProductKind::FmaF32; }

  int64_t getPanelWidth() const { return lanes * queryVectors; }
  int64_t getQueryTile() const { return panels * getPanelWidth(); }
};

/// The schedule of attention on `elementType` rows of `queryKeyDim` and `valueDim`. The register
/// tile fills the register file (rows * vectors + vectors + 1 registers live); a tile of K or V
/// fits the first-level cache; panels amortise packing K and V.
AttentionSchedule chooseAttentionSchedule(const VectorUnit &unit, mlir::Type elementType,
                                          int64_t queryKeyDim, int64_t valueDim);

/// How one selective scan or causal convolution is cut. Lanes run along channels.
struct ScanSchedule {
  /// Channels of a block that one task works on: whole cache lines of a row.
  int64_t channels;
  /// Steps of a time tile: the intermediate rows of a tile stay in the first-level cache.
  int64_t timeTile;
  /// States of a channel that are in registers at once while time passes.
  int64_t states;
};

ScanSchedule chooseScanSchedule(const VectorUnit &unit);

} // namespace attnc
