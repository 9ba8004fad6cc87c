// Recognises tensors whose elements are all the same constant; private to the dialect.
#pragma once

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Value.h"

namespace attnc::attn {

/// The number that every element of `value` is, a FloatAttr or an IntegerAttr: of constants, and of
/// tensor.splat and linalg.fill of constants. Null where that is not known.
mlir::TypedAttr getSplatConstant(mlir::Value value);

} // namespace attnc::attn
