// What ops along time share: sequences of steps, and the elements that one channel reads of them.
#pragma once

#include "Frame.h"

namespace attnc::reference {

/// Time steps of one batch entry that have a state of their own.
struct Sequence {
  int64_t batch, begin, end;

  /// The steps in the order of time; `visit` is called with each.
  template <typename Visit> void walk(bool reverse, Visit visit) const {
    for (int64_t k = 0, count = end - begin; k < count; ++k)
      visit(reverse ? end - 1 - k : begin + k);
  }
};

/// The sequences of `rows` (batch x time x ...): its batch entries or, given `cuSeqlens`, the parts
/// of its only one. Emits an error where there are no numbers or they decrease.
llvm::FailureOr<llvm::SmallVector<Sequence>> findSequences(mlir::Operation *op, const Tensor &rows,
                                                           const Tensor *cuSeqlens);

/// Checks that `tensor` has the batch and the steps of `rows`, which the messages call `rowsName`.
llvm::LogicalResult checkRows(mlir::Operation *op, llvm::StringRef name, const Tensor &tensor,
                              llvm::StringRef rowsName, const Tensor &rows);

/// The tensor of an optional operand, null where the op does not have it.
const Tensor *findTensor(const Frame &frame, mlir::Value optional);

/// Elements that one channel reads, by time step and by state (or tap). What is the same for all
/// steps or states has a stride of 0 there.
struct Series {
  const Cell *first = nullptr;
  int64_t timeStride = 0, stateStride = 0;

  Series() = default;
  Series(const Tensor &tensor, int64_t offset, int64_t timeStride, int64_t stateStride = 0)
      : first(tensor.getNumElements() ? tensor.data() + offset : nullptr), timeStride(timeStride),
        stateStride(stateStride) {}

  explicit operator bool() const { return first != nullptr; }
  double at(int64_t time, int64_t state = 0) const {
    return first[time * timeStride + state * stateStride].real;
  }
  bool isTrueAt(int64_t time) const { return first && first[time * timeStride].integer != 0; }
};

} // namespace attnc::reference
