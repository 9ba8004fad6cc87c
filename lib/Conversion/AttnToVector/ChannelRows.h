// Rows of channels as vectors with lanes along channels, the last of which may be partial.
#pragma once

#include "VectorBuilder.h"

namespace attnc {

/// The channels [0, numChannels) of a tile, cut into vectors of `lanes`.
///
/// Full vectors are loaded from and stored to rows as they are. Of a partial one the elements that
/// exist pass one by one through a small buffer, so that no byte outside is touched and rows need
/// no contiguous channels; its other lanes hold anything.
class ChannelRows {
public:
  /// `rows` is steps x channels; `capacity` is the most channels that a tile has.
  ChannelRows(VectorBuilder &vb, mlir::Operation *op, mlir::Value rows, int64_t capacity);

  /// One vector of channels.
  struct Lanes {
    /// The number of the vector and its first channel.
    mlir::Value vector, channel;
    bool isPartial;
  };

  /// The most vectors of a tile, and how many there are.
  int64_t capacity() const { return numVectors; }
  mlir::Value count();
  mlir::Value numChannels() const { return channels; }

  /// Calls `body` in a loop over the full vectors and for the partial one, if there can be one.
  void forEach(llvm::function_ref<void(Lanes)> body);

  /// The elements of `source[indices..., channels]` as f32. A last dimension of 1 is one value that
  /// all channels share.
  mlir::Value load(mlir::Value source, mlir::ValueRange indices, Lanes lanes);
  /// Stores the channels that exist, converting to the type of the target.
  void store(mlir::Value vector, mlir::Value target, mlir::ValueRange indices, Lanes lanes);

  /// Asks the memory for what `load` or `store` will need at row `row` of a tile, which may lie
  /// outside of it: prefetching takes any address. Hardware does not see the rows of a block
  /// coming.
  void prefetch(mlir::Value tile, mlir::Value row, Lanes lanes, bool forWriting = false);

private:
  void forEachPartialChannel(Lanes lanes, llvm::function_ref<void(mlir::Value lane)> body);

  VectorBuilder &vb;
  mlir::Value channels, partial;
  int64_t numVectors;
  /// The channels of every tile where that is static, else -1.
  int64_t staticChannels;
};

} // namespace attnc
