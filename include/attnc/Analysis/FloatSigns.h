// Which signs the elements of a float value may have.
#pragma once

#include "mlir/IR/Value.h"

#include <cstdint>

namespace attnc {

/// A set of kinds of floats. Infinities count by their sign, both zeros are Zero.
class FloatSigns {
public:
  enum Kind : uint8_t { Negative = 1, Zero = 2, Positive = 4, NaN = 8 };
  static constexpr uint8_t kAny = Negative | Zero | Positive | NaN;

  constexpr explicit FloatSigns(uint8_t kinds) : kinds(kinds) {}
  static constexpr FloatSigns any() { return FloatSigns(kAny); }
  static constexpr FloatSigns none() { return FloatSigns(0); }

  bool has(Kind kind) const { return kinds & kind; }
  bool operator==(FloatSigns other) const { return kinds == other.kinds; }
  FloatSigns operator|(FloatSigns other) const { return FloatSigns(kinds | other.kinds); }
  FloatSigns &operator|=(FloatSigns other) { return *this = *this | other; }
  /// The signs of a rounded sum.
  FloatSigns operator+(FloatSigns other) const;

private:
  uint8_t kinds;
};

/// The signs that `value`, a float or a tensor with all its elements, may have: constants, `arith`
/// and `math`, elementwise `linalg` ops, and views of tensors are looked through. Anything else may
/// be all, so that the answer is never too small.
FloatSigns getFloatSigns(mlir::Value value);

} // namespace attnc
