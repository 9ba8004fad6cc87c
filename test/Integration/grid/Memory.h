// Strided tensors in memory that notices reads and writes outside of them.
#pragma once

#include "Random.h"

#include "attnc-c/runtime.h"
#include "attnc/Support/ElementType.h"

#include <string>

namespace grid {

/// Memory between two pages that fault when touched, filled with bytes 0xFF: NaN in every float
/// type. It ends at the second page or has margins on both sides.
class GuardedBuffer {
public:
  GuardedBuffer(size_t bytes, size_t elementBytes, Random &random);
  ~GuardedBuffer();
  GuardedBuffer(GuardedBuffer &&other);
  GuardedBuffer(const GuardedBuffer &) = delete;

  char *data() const { return start; }
  /// Whether the margins are as they were.
  bool areMarginsIntact() const;

private:
  char *mapping = nullptr;
  size_t mappedBytes = 0;
  char *start = nullptr;
  size_t bytes = 0;
};

/// How the elements of a tensor lie in memory. The last axis is contiguous.
enum class Layout {
  Compact,
  Transposed, // rank 4: axis 2 outside of axis 1
  Fused,      // as Transposed, in rows three times as long
  Padded,     // rows, or the last axis but one, with a few elements between
  SharedHead, // inputs of rank 4: stride 0 along axis 1
  SharedBatch // inputs: stride 0 along the batch
};
const char *getName(Layout layout);

class StridedTensor {
public:
  StridedTensor(attnc::ElementType type, std::vector<int64_t> shape, Layout layout, Random &random);

  /// The element at a linear index in C order.
  char *at(int64_t index) const;
  int64_t getNumElements() const;
  const std::vector<int64_t> &getShape() const { return shape; }
  attnc::ElementType getType() const { return type; }

  /// Remembers the content, to be compared by findDamage.
  void freeze();
  /// An empty string, or what was written besides the elements of an output (`isOutput`) or
  /// anywhere in an input.
  std::string findDamage(bool isOutput) const;

  DLTensor *getDLTensor() { return &tensor; }

private:
  attnc::ElementType type;
  std::vector<int64_t> shape, strides;
  size_t spanBytes;
  GuardedBuffer buffer;
  std::vector<char> frozen;
  DLTensor tensor;
};

} // namespace grid
