// f16 and bf16 as bit patterns: exact widening and rounding to nearest, ties to even.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace attnc {

/// A binary floating point format of 16 bits, in IEEE 754's layout.
struct SmallFloatFormat {
  int exponentBits;
  int mantissaBits;
};
constexpr SmallFloatFormat kF16{5, 10};
constexpr SmallFloatFormat kBF16{8, 7};

/// Rounds once, straight from double, so there is no double rounding. Too large becomes infinity,
/// too small a subnormal or a zero of x's sign, any NaN the quiet NaN of x's sign.
inline uint16_t encodeSmallFloat(double x, SmallFloatFormat format) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  const int mantissaBits = format.mantissaBits;
  const uint64_t sign = (bits >> 63) << (format.exponentBits + mantissaBits);
  const uint64_t infinity = ((uint64_t(1) << format.exponentBits) - 1) << mantissaBits;
  const int doubleExponent = (bits >> 52) & 0x7ff;
  const uint64_t doubleMantissa = bits & ((uint64_t(1) << 52) - 1);
  if (doubleExponent == 0x7ff) {
    const uint64_t quiet = doubleMantissa ? uint64_t(1) << (mantissaBits - 1) : 0;
    return uint16_t(sign | infinity | quiet);
  }

  const int bias = (1 << (format.exponentBits - 1)) - 1;
  const int exponent = doubleExponent - 1023 + bias;
  // A subnormal result keeps fewer bits: its exponent stays at 1 and the significand shifts right.
  const int shift = 52 - mantissaBits + (exponent < 1 ? 1 - exponent : 0);
  if (doubleExponent == 0 || shift > 53)
    return uint16_t(sign); // below half of the smallest subnormal
  const uint64_t significand = doubleMantissa | (uint64_t(1) << 52);
  const uint64_t rest = significand & ((uint64_t(1) << shift) - 1);
  const uint64_t half = uint64_t(1) << (shift - 1);
  uint64_t rounded = significand >> shift;
  if (rest > half || (rest == half && (rounded & 1)))
    ++rounded;
  // The implicit bit carries into the exponent field, as does a mantissa that rounded up.
  if (exponent > 1)
    rounded += uint64_t(exponent - 1) << mantissaBits;
  return uint16_t(sign | (rounded < infinity ? rounded : infinity));
}

/// The exact value of a bit pattern.
inline double decodeSmallFloat(uint16_t bits, SmallFloatFormat format) {
  const int mantissaBits = format.mantissaBits;
  const int exponentMask = (1 << format.exponentBits) - 1;
  const int exponent = (bits >> mantissaBits) & exponentMask;
  const int mantissa = bits & ((1 << mantissaBits) - 1);
  const double sign = (bits >> (format.exponentBits + mantissaBits)) & 1 ? -1.0 : 1.0;
  if (exponent == exponentMask)
    return mantissa ? std::copysign(std::numeric_limits<double>::quiet_NaN(), sign)
                    : sign * std::numeric_limits<double>::infinity();
  const int bias = (1 << (format.exponentBits - 1)) - 1;
  const int significand = exponent ? mantissa | (1 << mantissaBits) : mantissa;
  return sign * std::ldexp(double(significand), (exponent ? exponent : 1) - bias - mantissaBits);
}

inline uint16_t toF16(double x) { return encodeSmallFloat(x, kF16); }
inline uint16_t toBF16(double x) { return encodeSmallFloat(x, kBF16); }
inline double fromF16(uint16_t bits) { return decodeSmallFloat(bits, kF16); }
inline double fromBF16(uint16_t bits) { return decodeSmallFloat(bits, kBF16); }

} // namespace attnc
