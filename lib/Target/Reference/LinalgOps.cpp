// Structured ops of linalg: one loop nest over the iteration space, the body run at each point.
#include "Contraction.h"
#include "ScalarProgram.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

namespace {
/// Where an operand is at a point of the iteration space: a linear function of the loop indices.
struct Access {
  int64_t position = 0;
  SmallVector<int64_t> strides; // per loop
};

/// A linear form over the loops.
struct LinearForm {
  SmallVector<int64_t> factors;
  int64_t constant = 0;
};
} // namespace

/// Adds `scale` times `expr` to the form; false for expressions that are not linear.
static bool addLinear(AffineExpr expr, int64_t scale, LinearForm &form) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr)) {
    form.constant += scale * constant.getValue();
    return true;
  }
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    form.factors[dim.getPosition()] += scale;
    return true;
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (binary.getKind() == AffineExprKind::Add)
    return addLinear(binary.getLHS(), scale, form) && addLinear(binary.getRHS(), scale, form);
  auto factor = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return binary.getKind() == AffineExprKind::Mul && factor &&
         addLinear(binary.getLHS(), scale * factor.getValue(), form);
}

/// The range of each loop: the size of the operand dims that it alone indexes, which must agree.
static FailureOr<SmallVector<int64_t>> findLoopRanges(linalg::LinalgOp op, const Frame &frame) {
  SmallVector<int64_t> ranges(op.getNumLoops(), -1);
  for (OpOperand &operand : op->getOpOperands()) {
    const Tensor &tensor = frame.at(operand.get());
    for (auto [axis, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      if (!dim)
        continue;
      int64_t &range = ranges[dim.getPosition()];
      if (range < 0)
        range = tensor.getDim(axis);
      else if (failed(checkSize(
                   op, "dim " + Twine(axis) + " of operand " + Twine(operand.getOperandNumber()),
                   range, tensor.getDim(axis))))
        return failure();
    }
  }
  if (llvm::is_contained(ranges, -1))
    return emitUnsupported(op);
  return ranges;
}

static FailureOr<Access> makeAccess(linalg::LinalgOp op, OpOperand &operand, const Tensor &tensor,
                                    ArrayRef<int64_t> ranges) {
  Access access;
  access.strides.assign(ranges.size(), 0);
  SmallVector<int64_t> tensorStrides = tensor.getStrides();
  for (auto [axis, expr] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
    LinearForm form;
    form.factors.assign(ranges.size(), 0);
    if (!addLinear(expr, 1, form))
      return emitUnsupported(op);
    int64_t least = form.constant, most = form.constant;
    for (auto [loop, factor] : llvm::enumerate(form.factors)) {
      int64_t reach = factor * (ranges[loop] - 1);
      (reach < 0 ? least : most) += reach;
      access.strides[loop] += factor * tensorStrides[axis];
    }
    access.position += form.constant * tensorStrides[axis];
    if (least < 0 || most >= tensor.getDim(axis))
      return op->emitError() << "indexes dim " << axis << " of operand "
                             << operand.getOperandNumber() << " from " << least << " to " << most
                             << ", which has " << tensor.getDim(axis) << " elements";
  }
  return access;
}

/// Runs the body at every point; `cells` are the elements of the operands, the outputs last.
static LogicalResult runLoops(ScalarProgram &body, ArrayRef<int64_t> ranges,
                              MutableArrayRef<Access> accesses, ArrayRef<const Cell *> cells,
                              ArrayRef<Cell *> outputs) {
  const unsigned numOperands = accesses.size(), firstOutput = numOperands - outputs.size();
  SmallVector<int64_t> indices(ranges.size(), 0);
  while (true) {
    // A body may leave out arguments for outputs that it does not read (linalg.map).
    for (unsigned k = 0; k < body.getNumArguments(); ++k)
      body.argument(k) = cells[k][accesses[k].position];
    for (auto [loop, index] : llvm::enumerate(indices))
      body.setLoopIndex(loop, index);
    if (failed(body.run()))
      return failure();
    for (unsigned k = 0; k < outputs.size(); ++k)
      outputs[k][accesses[firstOutput + k].position] = body.result(k);

    int64_t loop = static_cast<int64_t>(ranges.size()) - 1;
    for (; loop >= 0; --loop) {
      for (Access &access : accesses)
        access.position += access.strides[loop];
      if (++indices[loop] < ranges[loop])
        break;
      for (Access &access : accesses)
        access.position -= access.strides[loop] * ranges[loop];
      indices[loop] = 0;
    }
    if (loop < 0)
      return success();
  }
}

static void runAsContraction(ArrayRef<int64_t> ranges, ArrayRef<Access> accesses,
                             ArrayRef<const Cell *> cells, Cell *output) {
  SmallVector<ContractionLoop> loops;
  for (auto [loop, range] : llvm::enumerate(ranges))
    loops.push_back(
        {range, accesses[0].strides[loop], accesses[1].strides[loop], accesses[2].strides[loop]});
  runContraction(loops, cells[0] + accesses[0].position, cells[1] + accesses[1].position,
                 output + accesses[2].position);
}

FailureOr<Results> reference::evaluateLinalgOp(linalg::LinalgOp op, const Frame &frame) {
  if (!op.hasPureTensorSemantics())
    return emitUnsupported(op);
  FailureOr<SmallVector<int64_t>> ranges = findLoopRanges(op, frame);
  FailureOr<ScalarProgram> body = ScalarProgram::compile(*op.getBlock(), frame, OutOfRange::Refuse);
  if (failed(ranges) || failed(body))
    return failure();

  Results results;
  for (Value init : op.getDpsInits())
    results.push_back(frame.at(init));
  if (llvm::is_contained(*ranges, 0))
    return results;

  SmallVector<Access> accesses;
  SmallVector<const Cell *> cells;
  for (OpOperand &operand : op->getOpOperands()) {
    const Tensor &tensor = frame.at(operand.get());
    FailureOr<Access> access = makeAccess(op, operand, tensor, *ranges);
    if (failed(access))
      return failure();
    accesses.push_back(*access);
    cells.push_back(tensor.data());
  }
  SmallVector<Cell *> outputs;
  for (auto [k, result] : llvm::enumerate(results)) {
    outputs.push_back(result.mutableData());
    cells[op.getNumDpsInputs() + k] = outputs.back(); // the body sees its own earlier results
  }
  if (isContraction(op))
    runAsContraction(*ranges, accesses, cells, outputs.front());
  else if (failed(runLoops(*body, *ranges, accesses, cells, outputs)))
    return failure();
  return results;
}
