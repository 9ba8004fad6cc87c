// A function around an attn.causal_conv1d.
#pragma once

#include "SequenceModel.h"

namespace grid {

class ConvModel final : public SequenceModel {
public:
  attnc::ElementType type = attnc::ElementType::F32;
  bool isWeightF32 = false, isBiasF32 = false;
  int64_t channels = 8, width = 4;
  bool hasBias = false, hasSilu = false, hasLastWindow = true;

  /// Arguments of @conv: %x, %weight, then in this order those that there are: bias, init, reset,
  /// cu_seqlens.
  std::string getText() const override;
  Call makeCall(uint64_t seed, int64_t point) const override;
};

} // namespace grid
