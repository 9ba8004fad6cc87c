// The fast way through linalg ops that add products.
#include "Contraction.h"

#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

/// What a value is before it was widened.
static Value skipExtensions(Value value) {
  while (auto extension = value.getDefiningOp<arith::ExtFOp>())
    value = extension.getIn();
  return value;
}

/// Whether `op` has the operands `a` and `b`, in any order.
static bool combines(Operation *op, Value a, Value b) {
  Value left = skipExtensions(op->getOperand(0)), right = skipExtensions(op->getOperand(1));
  return (left == a && right == b) || (left == b && right == a);
}

bool reference::isContraction(linalg::LinalgOp op) {
  if (op.getNumDpsInputs() != 2 || op.getNumDpsInits() != 1 ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isProjectedPermutation())
    return false;
  Block &body = *op.getBlock();
  Value yielded = skipExtensions(body.getTerminator()->getOperand(0));
  auto sum = yielded.getDefiningOp<arith::AddFOp>();
  if (!sum || body.getNumArguments() != 3)
    return false;
  for (Value operand : sum->getOperands()) {
    auto product = skipExtensions(operand).getDefiningOp<arith::MulFOp>();
    if (product && combines(sum, product, body.getArgument(2)) &&
        combines(product, body.getArgument(0), body.getArgument(1)))
      return true;
  }
  return false;
}

/// The loop to run innermost: one along rows of the output and of the inputs, if there is any.
static size_t findInnerLoop(ArrayRef<ContractionLoop> loops) {
  for (size_t k = loops.size(); k-- > 0;)
    if (loops[k].outputStride == 1 && loops[k].leftStride <= 1 && loops[k].rightStride <= 1)
      return k;
  return loops.size() - 1;
}

static void runInnerLoop(const ContractionLoop &loop, const Cell *left, const Cell *right,
                         Cell *output) {
  if (loop.outputStride == 0) {
    double sum = output->real;
    for (int64_t i = 0; i < loop.count; ++i)
      sum += left[i * loop.leftStride].real * right[i * loop.rightStride].real;
    output->real = sum;
  } else if (loop.outputStride == 1 && loop.leftStride == 0 && loop.rightStride == 1) {
    const double factor = left->real;
    for (int64_t i = 0; i < loop.count; ++i)
      output[i].real += factor * right[i].real;
  } else {
    for (int64_t i = 0; i < loop.count; ++i)
      output[i * loop.outputStride].real +=
          left[i * loop.leftStride].real * right[i * loop.rightStride].real;
  }
}

static void runOuterLoops(ArrayRef<ContractionLoop> loops, const Cell *left, const Cell *right,
                          Cell *output) {
  const ContractionLoop &loop = loops.front();
  if (loops.size() == 1)
    return runInnerLoop(loop, left, right, output);
  for (int64_t i = 0; i < loop.count; ++i)
    runOuterLoops(loops.drop_front(), left + i * loop.leftStride, right + i * loop.rightStride,
                  output + i * loop.outputStride);
}

void reference::runContraction(ArrayRef<ContractionLoop> loops, const Cell *left, const Cell *right,
                               Cell *output) {
  if (loops.empty()) {
    output->real += left->real * right->real;
    return;
  }
  SmallVector<ContractionLoop> order(loops);
  const size_t inner = findInnerLoop(loops);
  std::rotate(order.begin() + inner, order.begin() + inner + 1, order.end());
  runOuterLoops(order, left, right, output);
}
