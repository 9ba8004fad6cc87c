// Solves a mask region for the keys that a range of queries may see.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/Region.h"

namespace attnc {

/// A half-open interval of key positions. A null end is unbounded.
struct KeyInterval {
  mlir::Value begin, end;
};

/// What a mask region says of a whole range of queries.
struct KeyBounds {
  /// No query of the range sees a key outside (an over-approximation).
  KeyInterval visible;
  /// Every query of the range sees every key inside (an under-approximation).
  KeyInterval full;
  /// No key is known to be seen by all; `full` means nothing.
  bool neverFull = false;
};

/// The range of queries that bounds are asked for.
struct QueryRange {
  mlir::Value batch, head;
  /// Positions of the first and the last query; first <= last.
  mlir::Value first, last;
};

/// Emits index arithmetic that bounds the keys of `queries` under `mask` (an empty region allows
/// everything). Understands and/or/not of comparisons that are affine in the query and key
/// positions, with floordiv by positive constants; any other predicate bounds nothing, which is
/// sound. Costs a few scalar operations for each comparison, whatever the sequence length.
KeyBounds solveKeyBounds(mlir::OpBuilder &builder, mlir::Location loc, mlir::Region &mask,
                         const QueryRange &queries);

} // namespace attnc
