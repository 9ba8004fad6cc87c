// Checks that the verifiers of several ops share; private to the dialect.
#pragma once

#include "dialects/Attn/Attn.h"

namespace attnc::attn {

/// Fails with "<what>: wanted <wanted>, got <got>" unless the sizes can be equal at run time.
llvm::LogicalResult checkMayBeEqual(mlir::Operation *op, const llvm::Twine &what, int64_t wanted,
                                    int64_t got);

/// Fails with the same words unless the sizes are equal; one of them `?` is not enough.
llvm::LogicalResult checkEqual(mlir::Operation *op, const llvm::Twine &what, int64_t wanted,
                               int64_t got);

/// Fails unless `type` has the rank of its `axes`, which are named in the message.
llvm::LogicalResult checkRank(mlir::Operation *op, llvm::StringRef name, mlir::ShapedType type,
                              llvm::ArrayRef<llvm::StringRef> axes);

/// Fails for tensors with an encoding and for shapes that no 64-bit address space can hold.
llvm::LogicalResult checkIsStorable(mlir::Operation *op, llvm::StringRef name,
                                    mlir::ShapedType type);

/// Fails for a scale that is infinite or no number.
llvm::LogicalResult checkScale(mlir::Operation *op, const llvm::APFloat &scale);

/// What a region's constants are checked for.
enum class RegionConstants {
  /// Division by zero and reads out of range are a mistake of the user's, who wrote the region.
  AreWritten,
  /// They may come from folding, and have defined results.
  AreDerived,
};

/// Verifies the arguments, the ops and the yielded type of both regions.
llvm::LogicalResult verifyMaskAndScore(mlir::Operation *op, mlir::Region &mask, mlir::Region &score,
                                       RegionConstants constants);

} // namespace attnc::attn
