// Checks that the verifiers of the scan and of the convolution share; private to the dialect.
#pragma once

#include "dialects/Attn/Verification.h"

#include <limits>

namespace attnc::attn {

/// How the size of an axis may differ from the one that is wanted.
enum class AxisRule {
  /// Not at all, and it must be static: kernels are specialised for it.
  Fixed,
  /// Only where one of the two is `?`.
  Open,
  /// As Open, or it is 1: one value for the whole axis.
  OpenOrOne,
};

/// One axis of a shape that a verifier wants.
struct Axis {
  llvm::StringRef name;
  /// The operand or attribute that the size comes from.
  llvm::StringRef source;
  int64_t size;
  AxisRule rule;
};

/// An operand or result with the name it has in messages; null if it is absent.
struct NamedValue {
  llvm::StringRef name;
  mlir::Value value;
};

/// Fails unless `type` has the rank and the sizes of one of `shapes`, whose ranks differ.
llvm::LogicalResult checkShapeIsOneOf(mlir::Operation *op, llvm::StringRef name,
                                      mlir::ShapedType type,
                                      llvm::ArrayRef<llvm::SmallVector<Axis>> shapes);

/// Fails unless `value`, where there is one, has the rank and the sizes of `axes`.
llvm::LogicalResult checkShape(mlir::Operation *op, NamedValue value, llvm::ArrayRef<Axis> axes);

/// Fails unless the size of the axis, `what`, is static and from `minimum` to `maximum`.
llvm::LogicalResult checkSizeIsFrom(mlir::Operation *op, llvm::StringRef name,
                                    mlir::ShapedType type, int64_t axis, llvm::StringRef what,
                                    int64_t minimum,
                                    int64_t maximum = std::numeric_limits<int64_t>::max());

/// Fails unless the attribute `name`, the most that a tile has along an axis, is at least 1 and no
/// less than `got`, where this is static.
llvm::LogicalResult checkTileSize(mlir::Operation *op, llvm::StringRef name, int64_t most,
                                  llvm::StringRef axis, int64_t got);

/// Fails unless `value`, where there is one, has the element type of `source`.
llvm::LogicalResult checkHasElementTypeOf(mlir::Operation *op, NamedValue value, NamedValue source);

/// Fails unless `value`, where there is one, has the element type of `source` or f32.
llvm::LogicalResult checkHasElementTypeOfOrF32(mlir::Operation *op, NamedValue value,
                                               NamedValue source);

/// checkIsStorable for every value that is there.
llvm::LogicalResult checkAreStorable(mlir::Operation *op, llvm::ArrayRef<NamedValue> values);

/// Fails unless `reset` (batch x time) and `cuSeqlens` (sequences + 1), where they are given, fit
/// `source`, whose first axes are batch and time: only a batch of one can be packed.
llvm::LogicalResult checkBoundaries(mlir::Operation *op, NamedValue source, mlir::Value reset,
                                    mlir::Value cuSeqlens);

/// The axis of the sequences, each with a state of its own: as many as `cuSeqlens` describes or,
/// where it is null, as the batch of `source` has.
Axis getSequenceAxis(NamedValue source, mlir::Value cuSeqlens);

/// Fails unless the options of the step sizes make sense: a finite threshold and only for a
/// softplus, two limits in ascending order.
llvm::LogicalResult checkDeltaOptions(mlir::Operation *op, bool hasSoftplus,
                                      std::optional<llvm::APFloat> threshold,
                                      std::optional<llvm::ArrayRef<double>> limits);

} // namespace attnc::attn
