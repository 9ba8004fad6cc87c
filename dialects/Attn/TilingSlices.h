// Parts of tensors and of grouped axes, for the TilingInterface of several ops; private to the
// dialect.
#pragma once

#include "dialects/Attn/Attn.h"

namespace attnc::attn {

/// Part of one axis.
struct Slice {
  mlir::OpFoldResult offset, size;
};

/// Extracts parts of operands and keeps the ops that do so.
class SliceExtractor {
public:
  SliceExtractor(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}

  /// The part of `source` with one slice for each axis; null if `source` is null.
  mlir::Value extract(mlir::Value source, llvm::ArrayRef<Slice> parts);
  Slice getWhole(mlir::Value source, int64_t axis);

  llvm::SmallVector<mlir::Operation *> takeOps() { return std::move(ops); }

private:
  mlir::OpBuilder &builder;
  mlir::Location loc;
  llvm::SmallVector<mlir::Operation *> ops;
};

/// An axis whose members, by equal shares and in order, belong to groups; with the words for them.
struct GroupedAxis {
  int64_t numMembers, numGroups;
  /// Such as "heads", and such as "query heads that share a key head".
  llvm::StringRef members, membersOfGroup;
};

/// Fails with an error unless the number of members that a tile has is static.
llvm::FailureOr<int64_t> getStaticTileSize(mlir::Operation *op, const GroupedAxis &axis,
                                           Slice tile);

/// The groups that a tile of members reads. The tiled op spreads its members evenly over its groups
/// again, so the tile must lie in one group or consist of whole groups; else it is an error.
llvm::FailureOr<Slice> sliceGroups(mlir::OpBuilder &builder, mlir::Operation *op,
                                   const GroupedAxis &axis, Slice tile);

} // namespace attnc::attn
