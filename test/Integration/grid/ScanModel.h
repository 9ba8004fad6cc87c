// A function around an attn.selective_scan.
#pragma once

#include "SequenceModel.h"

namespace grid {

class ScanModel final : public SequenceModel {
public:
  enum class Skip { None, PerDelta, PerChannel };
  enum class Decay {
    PerState,    // an argument, D x N
    Shared,      // an argument, one rate for all states of a channel; always so with heads
    Powers,      // a constant, rate n is (n + 1) times rate 0
    AlmostPowers // the same with one rate an ulp off
  };

  /// Of u and of delta, B, C and gate, each u's or f32.
  attnc::ElementType type = attnc::ElementType::F32;
  bool isDeltaF32 = false, isBF32 = false, isCF32 = false, isGateF32 = false;
  bool hasHeads = false;
  /// D, or H with heads of `headDim` channels each.
  int64_t deltas = 8, headDim = 1, numStates = 16, groups = 1;
  Decay decay = Decay::PerState;
  bool hasConstantB = false, hasConstantC = false;
  Skip skip = Skip::None;
  bool hasGate = false, hasBias = false, hasSoftplus = false, isReversed = false;
  std::optional<double> threshold;
  std::optional<std::pair<double, double>> limits;
  bool hasLastState = true;

  /// Arguments of @scan: %u, %delta, %A unless it is a constant, %B, %C, then in this order those
  /// that there are: skip, gate, delta_bias, init, reset, cu_seqlens.
  std::string getText() const override;
  Call makeCall(uint64_t seed, int64_t point) const override;

  /// Rate of a state where the decay is a constant.
  float getConstantRate(int64_t channel, int64_t state) const;
  bool hasConstantDecay() const { return decay == Decay::Powers || decay == Decay::AlmostPowers; }
  /// All but the batch and time, for tensors like u.
  std::vector<int64_t> getChannelSizes() const;
  /// Of a state, without S.
  std::vector<int64_t> getStateSizes() const;
  attnc::ElementType pickType(bool isF32) const { return isF32 ? attnc::ElementType::F32 : type; }
};

} // namespace grid
