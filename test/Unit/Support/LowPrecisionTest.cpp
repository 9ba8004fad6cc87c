// f16 and bf16: every bit pattern, every midpoint between two neighbours, and the ends of the
// range.
#include "attnc/Support/LowPrecision.h"
#include "attnc/Support/ElementType.h"

#include <cmath>
#include <gtest/gtest.h>
#include <limits>

using namespace attnc;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

class SmallFloat : public testing::TestWithParam<SmallFloatFormat> {
protected:
  uint16_t encode(double x) const { return encodeSmallFloat(x, GetParam()); }
  double decode(uint16_t bits) const { return decodeSmallFloat(bits, GetParam()); }
  uint16_t infinity() const {
    return uint16_t(((1 << GetParam().exponentBits) - 1) << GetParam().mantissaBits);
  }
};

TEST_P(SmallFloat, everyPatternSurvivesARoundTrip) {
  for (int bits = 0; bits < 65536; ++bits) {
    const double value = decode(uint16_t(bits));
    if (std::isnan(value))
      EXPECT_TRUE(std::isnan(decode(encode(value)))) << bits;
    else
      EXPECT_EQ(encode(value), bits);
  }
}

TEST_P(SmallFloat, everyMidpointGoesToEven) {
  for (int bits = 0; bits + 1 < infinity(); ++bits) {
    const double below = decode(uint16_t(bits));
    const double above = decode(uint16_t(bits + 1));
    ASSERT_LT(below, above);
    const double middle = (below + above) / 2;
    const uint16_t even = uint16_t(bits & 1 ? bits + 1 : bits);
    EXPECT_EQ(encode(middle), even) << bits;
    EXPECT_EQ(encode(-middle), even | 0x8000) << bits;
    EXPECT_EQ(encode(std::nextafter(middle, 0)), bits) << bits;
    EXPECT_EQ(encode(std::nextafter(middle, kInf)), bits + 1) << bits;
  }
}

TEST_P(SmallFloat, endsOfTheRange) {
  const uint16_t largest = uint16_t(infinity() - 1);
  const double ulp = decode(largest) - decode(uint16_t(largest - 1));
  EXPECT_EQ(encode(std::nextafter(decode(largest) + ulp / 2, 0)), largest);
  EXPECT_EQ(encode(decode(largest) + ulp / 2), infinity());
  EXPECT_EQ(encode(std::numeric_limits<double>::max()), infinity());
  EXPECT_EQ(encode(-kInf), infinity() | 0x8000);
  EXPECT_EQ(encode(std::numeric_limits<double>::denorm_min()), 0);
  EXPECT_EQ(encode(-std::numeric_limits<double>::denorm_min()), 0x8000);
  EXPECT_TRUE(std::signbit(decode(0x8000)));
}

INSTANTIATE_TEST_SUITE_P(, SmallFloat, testing::Values(kF16, kBF16), [](const auto &info) {
  return info.param.exponentBits == kF16.exponentBits ? "f16" : "bf16";
});

TEST(LowPrecision, knownPatterns) {
  EXPECT_EQ(toF16(1.0), 0x3c00);
  EXPECT_EQ(toF16(65504.0), 0x7bff);
  EXPECT_EQ(toF16(std::ldexp(1.0, -24)), 0x0001);
  EXPECT_EQ(toBF16(1.0), 0x3f80);
  EXPECT_EQ(toBF16(3.140625), 0x4049);
  EXPECT_EQ(fromBF16(0x7f7f), double(std::ldexp(255.0, 120)));
}

TEST(ElementType, storesSaturateAndRound) {
  int8_t i8;
  storeElement(ElementType::I8, &i8, 200.0);
  EXPECT_EQ(i8, 127);
  storeElement(ElementType::I8, &i8, -1e30);
  EXPECT_EQ(i8, -128);
  storeElement(ElementType::I8, &i8, 2.5);
  EXPECT_EQ(i8, 2);
  storeElement(ElementType::I8, &i8, std::nan(""));
  EXPECT_EQ(i8, 0);
  int64_t i64;
  storeElement(ElementType::I64, &i64, 9.3e18);
  EXPECT_EQ(i64, std::numeric_limits<int64_t>::max());
  uint8_t boolean;
  storeElement(ElementType::Bool, &boolean, -0.5);
  EXPECT_EQ(boolean, 1);
}

TEST(ElementType, loadsWhatIsStored) {
  for (ElementType type :
       {ElementType::F64, ElementType::F32, ElementType::F16, ElementType::BF16, ElementType::I8,
        ElementType::I16, ElementType::I32, ElementType::I64, ElementType::U8, ElementType::U16,
        ElementType::U32, ElementType::U64, ElementType::Bool}) {
    char bytes[9];
    for (double value : {0.0, 1.0}) {
      storeElement(type, bytes + 1, value);
      EXPECT_EQ(loadElement(type, bytes + 1), value) << getName(type);
    }
  }
}

} // namespace
