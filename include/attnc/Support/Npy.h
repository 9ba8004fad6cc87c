// NumPy's .npy files: reading with every size checked before anything is allocated, atomic writing.
#pragma once

#include "attnc/Support/ElementType.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

namespace attnc {

/// A dense tensor in C order. `data` is aligned to 64 bytes and owned.
struct NpyArray {
  ElementType type = ElementType::F32;
  std::vector<int64_t> shape;

  NpyArray() = default;
  /// Zero-filled. The shape must be valid: computeByteSize says so first. `isAllocated` is false
  /// when there was not enough memory.
  NpyArray(ElementType type, std::vector<int64_t> shape);

  int64_t getNumElements() const;
  size_t getByteSize() const { return size_t(getNumElements()) * getByteWidth(type); }
  bool isAllocated() const { return buffer != nullptr; }

  void *data() { return buffer.get(); }
  const void *data() const { return buffer.get(); }
  template <typename T> T *data() { return static_cast<T *>(data()); }
  template <typename T> const T *data() const { return static_cast<const T *>(data()); }

  /// The element at a linear (C order) index, as loadElement and storeElement convert it.
  double get(int64_t index) const;
  void set(int64_t index, double value);

private:
  struct Free {
    void operator()(void *pointer) const { std::free(pointer); }
  };
  std::unique_ptr<void, Free> buffer;
};

/// Limits of readNpy: what NumPy never writes and attnc never needs.
constexpr size_t kMaxNpyRank = 8;
constexpr size_t kMaxNpyHeaderBytes = 65536;

/// Bytes of a tensor, or -1 when a size is negative or the product overflows. Zero sizes do not
/// hide an overflow of the others.
int64_t computeByteSize(ElementType type, const std::vector<int64_t> &shape);

/// "2x8x1024x64"; "scalar" for rank 0.
std::string formatShape(const std::vector<int64_t> &shape);

/// Reads a .npy file: versions 1 to 3, C order, little endian, dtypes f2 f4 f8 i1 i2 i4 i8 u1 u2 u4
/// u8 and bool. NumPy has no bf16: such data travels as uint16, and `uint16IsBF16` reads it back.
/// Returns an empty string, or the reason (with the path) why the file was refused.
std::string readNpy(const std::string &path, NpyArray &array, bool uint16IsBF16 = false);

/// readNpy for bytes in memory; `name` stands for the path in messages.
std::string parseNpy(const std::string &name, const void *bytes, size_t size, NpyArray &array,
                     bool uint16IsBF16 = false);

/// Writes version 1.0; BF16 is written as uint16. A regular file appears whole or not at all; to a
/// device, pipe or link, bytes are written in place. Returns an empty string or the reason.
std::string writeNpy(const std::string &path, const NpyArray &array);

} // namespace attnc
