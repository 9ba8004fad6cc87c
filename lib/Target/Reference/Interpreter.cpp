// Walks a function: control flow and calls here, everything else in the evaluators.
#include "attnc/Target/Reference/Interpreter.h"

#include "Attention.h"
#include "Convolution.h"
#include "ScalarOps.h"
#include "Scan.h"
#include "TiledForm.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

/// Calls nested deeper than this are taken for endless recursion.
static constexpr unsigned kMaxCallDepth = 128;

/// Checks a value against a type: "<what>, dim 3: wanted 128, got 96".
static LogicalResult checkType(Operation *op, const Twine &what, Type type, const Tensor &value) {
  Type elementType = getElementTypeOrSelf(type);
  if (elementType != value.getElementType())
    return op->emitError() << what << ": wanted elements of " << elementType << ", got "
                           << value.getElementType();
  auto tensorType = dyn_cast<RankedTensorType>(type);
  if (!tensorType && isa<TensorType>(type))
    return success();
  int64_t rank = tensorType ? tensorType.getRank() : 0;
  if (rank != value.getRank())
    return op->emitError() << what << ": wanted rank " << rank << ", got " << value.getRank();
  for (int64_t axis = 0; axis < rank; ++axis)
    if (!tensorType.isDynamicDim(axis) &&
        failed(checkSize(op, what + ", dim " + Twine(axis), tensorType.getDimSize(axis),
                         value.getDim(axis))))
      return failure();
  return success();
}

namespace {
class Interpreter {
public:
  explicit Interpreter(const InterpreterOptions &options) : options(options) {}

  FailureOr<SmallVector<Output>> run(func::FuncOp function, ArrayRef<Tensor> arguments);

private:
  LogicalResult runBody(func::FuncOp function, ArrayRef<Tensor> arguments, Frame &frame);
  LogicalResult runBlock(Block &block, Frame &frame);
  FailureOr<Results> runOp(Operation &op, Frame &frame);

  FailureOr<Results> runFamily(Operation &op, Frame &frame);
  FailureOr<Results> runOp(func::CallOp op, Frame &frame);
  template <typename OpT, typename Evaluate>
  FailureOr<Results> runBounded(OpT op, Frame &frame, Evaluate evaluate);
  FailureOr<Results> runOp(scf::IfOp op, Frame &frame);
  FailureOr<Results> runOp(scf::ForOp op, Frame &frame);
  FailureOr<Results> runOp(scf::WhileOp op, Frame &frame);
  FailureOr<Results> runOp(scf::ForallOp op, Frame &frame);

  InterpreterOptions options;
  unsigned callDepth = 0;
  /// Bounds of results that the outermost function returns.
  llvm::DenseMap<Value, Tensor> bounds;
};
} // namespace

/// Scalars and tensors; not memrefs, vectors and the like.
static bool isInterpretable(Type type) {
  return isComputable(type) || (isa<TensorType>(type) && isComputable(getElementTypeOrSelf(type)));
}

static Results collect(const Frame &frame, ValueRange values) {
  Results results;
  for (Value value : values)
    results.push_back(frame.at(value));
  return results;
}

static void setValues(Frame &frame, ValueRange names, ArrayRef<Tensor> values) {
  for (auto [name, value] : llvm::zip_equal(names, values))
    frame[name] = value;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::runBody(func::FuncOp function, ArrayRef<Tensor> arguments,
                                   Frame &frame) {
  if (function.isExternal())
    return function.emitError() << "cannot run @" << function.getName() << ": it has no body";
  if (!llvm::hasSingleElement(function.getBody()))
    return function.emitError() << "cannot run @" << function.getName()
                                << ": its body must be a single block";
  setValues(frame, function.getArguments(), arguments);
  return runBlock(function.getBody().front(), frame);
}

FailureOr<Results> Interpreter::runOp(func::CallOp op, Frame &frame) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, op.getCalleeAttr());
  if (!callee)
    return emitUnsupported(op);
  if (callDepth == kMaxCallDepth)
    return op.emitError() << "calls are nested deeper than " << kMaxCallDepth;
  ++callDepth;
  Frame inner;
  if (failed(runBody(callee, collect(frame, op.getArgOperands()), inner)))
    return failure();
  --callDepth;
  return collect(inner, callee.getBody().front().getTerminator()->getOperands());
}

FailureOr<SmallVector<Output>> Interpreter::run(func::FuncOp function, ArrayRef<Tensor> arguments) {
  FunctionType type = function.getFunctionType();
  if (arguments.size() != type.getNumInputs())
    return function.emitError() << "@" << function.getName() << " takes " << type.getNumInputs()
                                << " arguments, got " << arguments.size();
  for (auto [number, argument] : llvm::enumerate(arguments))
    if (failed(checkType(function, "argument " + Twine(number), type.getInput(number), argument)))
      return failure();
  Frame frame;
  if (failed(runBody(function, arguments, frame)))
    return failure();

  SmallVector<Output> outputs;
  for (Value returned : function.getBody().front().getTerminator()->getOperands()) {
    Output output{frame.at(returned), std::nullopt};
    if (auto bound = bounds.find(returned); bound != bounds.end())
      output.bound = bound->second;
    outputs.push_back(std::move(output));
  }
  return outputs;
}

template <typename OpT, typename Evaluate>
FailureOr<Results> Interpreter::runBounded(OpT op, Frame &frame, Evaluate evaluate) {
  // Only what the outermost function returns can have a bound that anyone sees.
  bool wantsBounds = options.computeBounds && callDepth == 0 &&
                     llvm::any_of(op->getUsers(), llvm::IsaPred<func::ReturnOp>);
  FailureOr<BoundedResults> results = evaluate(op, frame, wantsBounds);
  if (failed(results))
    return failure();
  for (auto [number, bound] : llvm::enumerate(results->bounds))
    bounds[op->getResult(number)] = bound;
  return std::move(results->values);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

FailureOr<Results> Interpreter::runOp(scf::IfOp op, Frame &frame) {
  bool isTrue = getInteger(frame, op.getCondition()) != 0;
  Region &region = isTrue ? op.getThenRegion() : op.getElseRegion();
  if (region.empty())
    return Results();
  if (failed(runBlock(region.front(), frame)))
    return failure();
  return collect(frame, region.front().getTerminator()->getOperands());
}

FailureOr<Results> Interpreter::runOp(scf::ForOp op, Frame &frame) {
  Type type = op.getInductionVar().getType();
  const int64_t end = getInteger(frame, op.getUpperBound());
  const int64_t step = getInteger(frame, op.getStep());
  int64_t index = getInteger(frame, op.getLowerBound());
  if (step <= 0)
    return op.emitError() << "the step of a loop must be positive, got " << step;
  auto isBefore = [&](int64_t a, int64_t b) {
    return op.getUnsignedCmp() ? static_cast<uint64_t>(a) < static_cast<uint64_t>(b) : a < b;
  };
  Results carried = collect(frame, op.getInitArgs());
  Block &body = *op.getBody();
  for (bool goesOn = isBefore(index, end); goesOn;) {
    frame[op.getInductionVar()] = Tensor::scalar(type, makeInteger(index));
    setValues(frame, op.getRegionIterArgs(), carried);
    carried.clear();
    if (failed(runBlock(body, frame)))
      return failure();
    carried = collect(frame, body.getTerminator()->getOperands());
    // The distance to the end is positive and fits 64 bits without a sign.
    goesOn =
        static_cast<uint64_t>(end) - static_cast<uint64_t>(index) > static_cast<uint64_t>(step);
    index = goesOn ? index + step : index;
  }
  return carried;
}

FailureOr<Results> Interpreter::runOp(scf::WhileOp op, Frame &frame) {
  Results carried = collect(frame, op.getInits());
  while (true) {
    setValues(frame, op.getBeforeArguments(), carried);
    if (failed(runBlock(*op.getBeforeBody(), frame)))
      return failure();
    scf::ConditionOp condition = op.getConditionOp();
    carried = collect(frame, condition.getArgs());
    if (!getInteger(frame, condition.getCondition()))
      return carried;
    setValues(frame, op.getAfterArguments(), carried);
    if (failed(runBlock(*op.getAfterBody(), frame)))
      return failure();
    carried = collect(frame, op.getYieldOp().getOperands());
  }
}

/// Iterations run one after the other; each sees the shared outputs as they were before the loop.
FailureOr<Results> Interpreter::runOp(scf::ForallOp op, Frame &frame) {
  SmallVector<int64_t> lower = resolveIndices(frame, op.getMixedLowerBound());
  SmallVector<int64_t> upper = resolveIndices(frame, op.getMixedUpperBound());
  SmallVector<int64_t> steps = resolveIndices(frame, op.getMixedStep()), trips;
  for (auto [begin, end, step] : llvm::zip(lower, upper, steps)) {
    if (step <= 0)
      return op.emitError() << "the step of a loop must be positive, got " << step;
    trips.push_back(end <= begin ? 0 : (end - begin - 1) / step + 1);
  }
  Results outputs = collect(frame, op.getOutputs());
  setValues(frame, op.getRegionOutArgs(), outputs);
  Type index = IndexType::get(op.getContext());
  LogicalResult status = walkIndices(trips, [&](ArrayRef<int64_t> point) -> LogicalResult {
    for (auto [axis, variable] : llvm::enumerate(op.getInductionVars()))
      frame[variable] = Tensor::scalar(index, makeInteger(lower[axis] + point[axis] * steps[axis]));
    if (failed(runBlock(*op.getBody(), frame)))
      return failure();
    for (Operation &combining : op.getTerminator().getYieldingOps()) {
      auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(combining);
      if (!insert)
        return emitUnsupported(&combining);
      Tensor &output = outputs[insert.getTiedOpResult().getResultNumber()];
      FailureOr<Tensor> inserted =
          insertSlice(cast<OffsetSizeAndStrideOpInterface>(insert.getOperation()), frame,
                      frame.at(insert.getSource()), std::move(output));
      if (failed(inserted))
        return failure();
      output = std::move(*inserted);
    }
    return success();
  });
  if (failed(status))
    return failure();
  return outputs;
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

static FailureOr<Results> single(FailureOr<Tensor> result) {
  if (failed(result))
    return failure();
  return Results{std::move(*result)};
}

FailureOr<Results> Interpreter::runFamily(Operation &op, Frame &frame) {
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    return evaluateLinalgOp(structured, frame);
  if (isa<tensor::TensorDialect>(op.getDialect()))
    return single(evaluateTensorOp(&op, frame));
  if (isa<arith::ArithDialect, math::MathDialect>(op.getDialect()))
    return evaluateElementwise(&op, frame);
  return emitUnsupported(&op);
}

FailureOr<Results> Interpreter::runOp(Operation &op, Frame &frame) {
  if (!op.getDialect() || !llvm::all_of(op.getOperandTypes(), isInterpretable))
    return emitUnsupported(&op);
  return llvm::TypeSwitch<Operation *, FailureOr<Results>>(&op)
      .Case<func::CallOp, scf::IfOp, scf::ForOp, scf::WhileOp, scf::ForallOp>(
          [&](auto known) { return runOp(known, frame); })
      .Case([&](attn::AttentionOp op) { return runBounded(op, frame, evaluateAttention); })
      .Case([&](attn::SelectiveScanOp op) { return runBounded(op, frame, evaluateSelectiveScan); })
      .Case([&](attn::CausalConv1dOp op) { return runBounded(op, frame, evaluateCausalConv1d); })
      .Case([&](attn::ScanStepOp step) { return evaluateScanStep(step, frame); })
      .Case([&](attn::ConvStepOp step) { return evaluateConvStep(step, frame); })
      .Case([&](attn::OnlineStepOp step) { return evaluateOnlineStep(step, frame); })
      .Case([&](attn::OnlineFinishOp finish) { return evaluateOnlineFinish(finish, frame); })
      .Case([&](arith::ConstantOp constant) { return single(evaluateConstant(constant)); })
      .Default([&](Operation *other) { return runFamily(*other, frame); });
}

LogicalResult Interpreter::runBlock(Block &block, Frame &frame) {
  for (Operation &op : block.without_terminator()) {
    FailureOr<Results> results = runOp(op, frame);
    if (failed(results))
      return failure();
    for (auto [number, result] : llvm::enumerate(*results)) {
      if (failed(checkType(&op, "result " + Twine(number), op.getResult(number).getType(), result)))
        return failure();
      frame[op.getResult(number)] = std::move(result);
    }
  }
  return success();
}

FailureOr<SmallVector<Output>> reference::interpret(func::FuncOp function,
                                                    ArrayRef<Tensor> arguments,
                                                    const InterpreterOptions &options) {
  return Interpreter(options).run(function, arguments);
}
