// Mask patterns as plain predicates on 64-bit integers, written from their definitions.
#pragma once

#include "attnc/Target/Reference/Tensor.h"

#include "mlir/IR/Attributes.h"

#include <functional>

namespace attnc::reference {

/// Where a (query, key) pair lies. Positions are in the whole sequence.
struct MaskPosition {
  int64_t batch, query, key;
};

/// What patterns know of the op beside the pair.
struct MaskContext {
  /// One past the last query and key position.
  int64_t queryEnd = 0, keyEnd = 0;
  /// tensor<B x S x i32>, where the op has them.
  std::optional<Tensor> documentIds;
};

using MaskPredicate = std::function<bool(const MaskPosition &)>;

/// The predicate of one pattern attribute; null for an attribute that is no known pattern, or
/// holds one.
MaskPredicate makeMaskPredicate(mlir::Attribute pattern, const MaskContext &context);

} // namespace attnc::reference
