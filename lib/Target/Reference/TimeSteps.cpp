// Divides time into sequences and checks that operands have the same steps.
#include "TimeSteps.h"

#include <algorithm>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

FailureOr<SmallVector<Sequence>> reference::findSequences(Operation *op, const Tensor &rows,
                                                          const Tensor *cuSeqlens) {
  SmallVector<Sequence> sequences;
  const int64_t steps = rows.getDim(1);
  if (!cuSeqlens) {
    for (int64_t batch = 0; batch < rows.getDim(0); ++batch)
      sequences.push_back({batch, 0, steps});
    return sequences;
  }
  const int64_t numBounds = cuSeqlens->getDim(0);
  if (numBounds == 0)
    return op->emitError("cu_seqlens: wanted at least one number, got none");
  for (int64_t s = 0; s + 1 < numBounds; ++s) {
    const int64_t begin = cuSeqlens->data()[s].integer, end = cuSeqlens->data()[s + 1].integer;
    if (end < begin)
      return op->emitError() << "cu_seqlens must not decrease, got " << begin << " and " << end
                             << " at " << s << " and " << s + 1;
    sequences.push_back(
        {0, std::clamp<int64_t>(begin, 0, steps), std::clamp<int64_t>(end, 0, steps)});
  }
  return sequences;
}

LogicalResult reference::checkRows(Operation *op, StringRef name, const Tensor &tensor,
                                   StringRef rowsName, const Tensor &rows) {
  if (failed(checkSize(op, "batch of " + name + " (of " + rowsName + ")", rows.getDim(0),
                       tensor.getDim(0))))
    return failure();
  return checkSize(op, "time of " + name + " (of " + rowsName + ")", rows.getDim(1),
                   tensor.getDim(1));
}

const Tensor *reference::findTensor(const Frame &frame, Value optional) {
  return optional ? &frame.find(optional)->second : nullptr;
}
