// A promise about an operand that makes its exponential cheaper.
#pragma once

#include "llvm/ADT/StringRef.h"

namespace attnc {

/// Unit attribute on `math.exp`: the operand is never positive (it may be -inf or NaN).
inline constexpr llvm::StringLiteral kNonPositiveAttrName = "attnc.non_positive";

} // namespace attnc
