// One model of a grid: a function around an op, compiled once and called many times.
#pragma once

#include "Memory.h"

#include <memory>
#include <optional>

namespace grid {

/// What is asked of a result.
enum class Rule {
  Bound, // every element within the bound that the reference gives, their rms well within
  Each,  // every element within the bound
  Lse,   // a log-sum-exp: the same, with a tolerance of its own
  Copy   // the very elements that are expected
};

struct Result {
  StridedTensor tensor;
  Rule rule;
  /// With Bound: judge the rms of the error against that of the expected values, too.
  bool hasRelativeLimit = false;
};

/// Everything that one call takes, with values.
struct Call {
  /// "B2 Sq33 Sk300 needle, threads 2, ..."
  std::string description;
  int32_t threads = 1;
  /// The arguments of the function, each kind in its order; scalars are of type index.
  std::vector<StridedTensor> tensors;
  std::vector<int64_t> scalars;
  std::vector<Result> results;
  /// False where the op leaves the results open: the call may only not fail or touch other memory.
  bool isDefined = true;
};

class Model {
public:
  virtual ~Model() = default;
  /// The module: one function.
  virtual std::string getText() const = 0;
  /// The arguments of a call, the same for the same seed and number.
  virtual Call makeCall(uint64_t seed, int64_t point) const = 0;

  /// Position in the list of the seed; calls follow from it.
  int64_t number = 0;
  /// Words that --only looks for: what is special, type, sizes.
  std::string name;
};

using ModelList = std::vector<std::unique_ptr<Model>>;

/// The models of a seed: first a fixed list that covers every option and size, then random
/// combinations up to `count`.
ModelList makeAttentionModels(uint64_t seed, int64_t count);
/// attn.selective_scan and attn.causal_conv1d.
ModelList makeScanModels(uint64_t seed, int64_t count);

} // namespace grid
