// The element types of tensors that travel between files, tools and artifacts.
#pragma once

#include <cstddef>
#include <cstdint>

namespace attnc {

enum class ElementType : uint8_t {
  F64,
  F32,
  F16,
  BF16,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  Bool
};

/// Bytes of one element in memory and in files; Bool is one byte, 0 or 1.
size_t getByteWidth(ElementType type);

/// "f32", "bf16", "i64", "u8", "bool", ...
const char *getName(ElementType type);

bool isFloat(ElementType type);

/// Reads the element at `address` (any alignment) as a double: exact but for 64-bit integers beyond
/// 2^53.
double loadElement(ElementType type, const void *address);

/// Writes `value` at `address`, rounded to nearest (ties to even). An integer type saturates, and
/// NaN becomes 0; Bool is `value != 0`.
void storeElement(ElementType type, void *address, double value);

} // namespace attnc
