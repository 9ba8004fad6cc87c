// Texts of masks and score changes, fixed and random.
#pragma once

#include "Random.h"

#include <string>

namespace grid {

/// A tensor that regions read.
struct Capture {
  enum class Kind {
    Slopes,  // tensor<Hxf32> by head, 2^-1, 2^-2, ...
    Windows, // tensor<Hxi32> by head, 0 to 90
    Bias,    // tensor<?x?xf32> by query and key position
    Table,   // tensor<?xf32>, 64 elements, by distance
    Allowed  // tensor<?x?xi1> by query and key position
  };
  Kind kind;
  std::string name;

  std::string getType(int64_t heads) const;
};

/// A region and the tensors that it reads.
struct RegionText {
  std::string text;
  std::vector<Capture> captures;
};

/// A mask region of random comparisons on i, j, h and b, joined by random logic. Integer division
/// by anything, zero included, occurs: it is defined.
RegionText makeRandomMask(Random &random);

/// Mask regions by name: "head_window", "allowed", "batch_parity".
RegionText makeNamedMask(const std::string &name);

/// A score region of the named changes, one after the other: "alibi", "softcap", "bias", "table",
/// "head_scale", "abs", "lifted_mask", "log1p", "erf".
RegionText makeScore(const std::vector<std::string> &changes);
const std::vector<std::string> &getScoreChanges();

/// A random list of mask patterns, up to two levels of any, all and not. `readsDocumentIds` is set
/// when it holds #attn.document.
std::string makeRandomPatterns(Random &random, bool &readsDocumentIds);

} // namespace grid
