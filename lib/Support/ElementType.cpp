// The element types of tensors: their sizes, names and conversions to and from double.
#include "attnc/Support/ElementType.h"

#include "attnc/Support/LowPrecision.h"

#include <cmath>
#include <cstring>
#include <limits>

using namespace attnc;

namespace {

struct TypeInfo {
  const char *name;
  size_t byteWidth;
  bool isFloat;
};

// In the order of ElementType.
constexpr TypeInfo kTypes[] = {
    {"f64", 8, true},  {"f32", 4, true},  {"f16", 2, true},  {"bf16", 2, true}, {"i8", 1, false},
    {"i16", 2, false}, {"i32", 4, false}, {"i64", 8, false}, {"u8", 1, false},  {"u16", 2, false},
    {"u32", 4, false}, {"u64", 8, false}, {"bool", 1, false}};

template <typename T> T loadAs(const void *address) {
  T value;
  std::memcpy(&value, address, sizeof(T));
  return value;
}

template <typename T> void storeAs(void *address, T value) {
  std::memcpy(address, &value, sizeof(T));
}

template <typename T> void storeInteger(void *address, double value) {
  const double rounded = std::nearbyint(value);
  // 2^digits is exact in double, max() of a 64-bit type is not.
  const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  T result = T(0);
  if (rounded >= end)
    result = std::numeric_limits<T>::max();
  else if (rounded <= double(std::numeric_limits<T>::min()))
    result = std::numeric_limits<T>::min();
  else if (!std::isnan(rounded))
    result = T(rounded);
  storeAs(address, result);
}

} // namespace

size_t attnc::getByteWidth(ElementType type) { return kTypes[size_t(type)].byteWidth; }
const char *attnc::getName(ElementType type) { return kTypes[size_t(type)].name; }
bool attnc::isFloat(ElementType type) { return kTypes[size_t(type)].isFloat; }

double attnc::loadElement(ElementType type, const void *address) {
  switch (type) {
  case ElementType::F64:
    return loadAs<double>(address);
  case ElementType::F32:
    return loadAs<float>(address);
  case ElementType::F16:
    return fromF16(loadAs<uint16_t>(address));
  case ElementType::BF16:
    return fromBF16(loadAs<uint16_t>(address));
  case ElementType::I8:
    return loadAs<int8_t>(address);
  case ElementType::I16:
    return loadAs<int16_t>(address);
  case ElementType::I32:
    return loadAs<int32_t>(address);
  case ElementType::I64:
    return double(loadAs<int64_t>(address));
  case ElementType::U8:
    return loadAs<uint8_t>(address);
  case ElementType::U16:
    return loadAs<uint16_t>(address);
  case ElementType::U32:
    return loadAs<uint32_t>(address);
  case ElementType::U64:
    return double(loadAs<uint64_t>(address));
  case ElementType::Bool:
    return loadAs<uint8_t>(address) != 0;
  }
  return 0;
}

void attnc::storeElement(ElementType type, void *address, double value) {
  switch (type) {
  case ElementType::F64:
    return storeAs(address, value);
  case ElementType::F32:
    return storeAs(address, float(value));
  case ElementType::F16:
    return storeAs(address, toF16(value));
  case ElementType::BF16:
    return storeAs(address, toBF16(value));
  case ElementType::I8:
    return storeInteger<int8_t>(address, value);
  case ElementType::I16:
    return storeInteger<int16_t>(address, value);
  case ElementType::I32:
    return storeInteger<int32_t>(address, value);
  case ElementType::I64:
    return storeInteger<int64_t>(address, value);
  case ElementType::U8:
    return storeInteger<uint8_t>(address, value);
  case ElementType::U16:
    return storeInteger<uint16_t>(address, value);
  case ElementType::U32:
    return storeInteger<uint32_t>(address, value);
  case ElementType::U64:
    return storeInteger<uint64_t>(address, value);
  case ElementType::Bool:
    return storeAs<uint8_t>(address, value != 0);
  }
}
