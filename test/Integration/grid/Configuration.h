// One model of the grid: a function around an attn.attention, compiled once for all its points.
#pragma once

#include "RegionText.h"

#include "attnc/Support/ElementType.h"

#include <optional>

namespace grid {

struct Configuration {
  /// Position in the list of the seed; points and inputs follow from it.
  int64_t number = 0;
  /// Words that --only looks for: what is special, type, sizes.
  std::string name;
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

  /// The module. Arguments of @attention: %q, %k, %v, then in this order those that there are:
  /// %qo, %ko, %ids, %sink, the captures. Results: the output and the lse.
  std::string getModelText() const;
};

/// The configurations of a seed: first a fixed list that covers every type, head dim, mask pattern
/// and option, then random combinations.
std::vector<Configuration> makeConfigurations(uint64_t seed, int64_t count);

/// The length of the fixed list.
int64_t countFixedConfigurations();

} // namespace grid
