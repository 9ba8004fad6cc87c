// A function around an attn.attention.
#pragma once

#include "Model.h"
#include "RegionText.h"

namespace grid {

class AttentionModel final : public Model {
public:
  /// Arguments of @attention: %q, %k, %v, then in this order those that there are: %qo, %ko, %ids,
  /// %sink, the captures. Results: the output and the lse.
  std::string getText() const override;
  Call makeCall(uint64_t seed, int64_t point) const override;

  attnc::ElementType type = attnc::ElementType::F32;
  int64_t headDim = 64, valueDim = 64, queryHeads = 2, keyHeads = 1;
  std::optional<double> scale;
  bool hasOffsets = false, hasSink = false;
  /// Offsets too large for 32 bits; only where no region reads tensors by position.
  bool hasFarOffsets = false;
  /// The text of the mask and of the score change, and the tensors that they read.
  std::string mask, score;
  std::vector<Capture> captures;
  bool readsDocumentIds = false;
};

} // namespace grid
