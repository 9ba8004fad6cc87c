// What a call gets: sizes, layouts and values, by family.
#pragma once

#include "Configuration.h"
#include "Memory.h"

namespace grid {

/// Families of values of Q, K and V.
enum class Family {
  Normal,        // N(0, 1)
  Peaked,        // Q eight times as large
  Uniform,       // Q = 0 and integer V: counts keys
  Needle,        // one key per row far above the others, at an edge of a tile
  Rising,        // scores rise by more than 90 per 32 keys
  Falling,       // and fall
  Integers,      // so small that f32 sums are exact
  ConstantValue, // all values of a column equal: the output, too, where there is no sink
  Large,         // scores in the thousands, of dot products that do not cancel
  EqualKeys,     // all keys are one vector
  NonFinite      // NaN in a few rows of Q and of K
};
constexpr int kNumFamilies = 11;
const char *getName(Family family);

/// One call of a configuration.
struct Point {
  int64_t number = 0;
  Family family = Family::Normal;
  int64_t batch = 1, queries = 1, keys = 1;
  int64_t queryOffset = 0, keyOffset = 0;
  int32_t threads = 1;
  Layout queryLayout = Layout::Compact, keyLayout = Layout::Compact, valueLayout = Layout::Compact,
         outputLayout = Layout::Compact, lseLayout = Layout::Compact;

  /// "B2 Sq33 Sk300 needle q_offset 7 ..."
  std::string describe() const;
};

Point makePoint(const Configuration &configuration, uint64_t seed, int64_t number);

/// All arguments of @attention, with values. Scalars are index.
struct Inputs {
  std::vector<StridedTensor> tensors; // Q, K, V, then ids, sink and captures as there are
  std::vector<int64_t> offsets;       // none, or those of queries and keys; after the first three
};
Inputs makeInputs(const Configuration &configuration, const Point &point, uint64_t seed);

} // namespace grid
