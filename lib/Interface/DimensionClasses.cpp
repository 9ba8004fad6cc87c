// Collects equalities of tensor sizes from the ops of a function, by union-find.
#include "DimensionClasses.h"

#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc;

unsigned DimensionClasses::findRoot(unsigned node) {
  while (parents[node] != node)
    node = parents[node] = parents[parents[node]];
  return node;
}

unsigned DimensionClasses::getClass(Value tensor, int64_t axis) {
  auto [it, isNew] = nodes.try_emplace({tensor, axis}, parents.size());
  if (isNew) {
    parents.push_back(it->second);
    staticSizes.push_back(cast<RankedTensorType>(tensor.getType()).getDimSize(axis));
    nameHints.push_back("");
  }
  return findRoot(it->second);
}

/// Whether every iteration of a loop hands on a tensor of the shape that it got: `value`, yielded,
/// goes back to the iteration argument through destinations only.
static bool keepsShapeOf(Value value, BlockArgument iterArg) {
  while (value != iterArg) {
    auto result = dyn_cast<OpResult>(value);
    if (!result)
      return false;
    if (auto dps = dyn_cast<DestinationStyleOpInterface>(result.getOwner()))
      value = dps.getTiedOpOperand(result)->get();
    else if (auto loop = dyn_cast<scf::ForOp>(result.getOwner()))
      value = loop.getInitArgs()[result.getResultNumber()];
    else if (auto loop = dyn_cast<scf::ForallOp>(result.getOwner()))
      value = loop.getOutputs()[result.getResultNumber()];
    else
      return false;
  }
  return true;
}

namespace attnc {
class DimensionCollector {
public:
  DimensionCollector(DimensionClasses &classes, func::FuncOp function)
      : classes(classes), entry(&function.getBody().front()) {}

  LogicalResult collect(Operation *op) {
    return llvm::TypeSwitch<Operation *, LogicalResult>(op)
        .Case([&](attn::AttentionOp attention) { return collectAttention(attention); })
        .Case([&](attn::SelectiveScanOp scan) { return collectScan(scan); })
        .Case([&](attn::CausalConv1dOp conv) {
          return collectSequences(conv, conv.getX(), conv.getOutput(), {conv.getReset()},
                                  conv.getInit(), conv.getLastWindow(), conv.getCuSeqlens());
        })
        .Case([&](linalg::LinalgOp linalgOp) { return collectLinalg(linalgOp); })
        .Case([&](DestinationStyleOpInterface dps) { return collectDestinations(dps); })
        .Case([&](scf::ForOp loop) { return collectFor(loop); })
        .Case([&](scf::ForallOp loop) {
          for (auto [result, output] : llvm::zip(loop.getResults(), loop.getOutputs()))
            if (failed(tieShapes(loop, result, output)))
              return failure();
          return success();
        })
        .Case([&](scf::IfOp branch) { return collectIf(branch); })
        .Case([&](tensor::CastOp cast) {
          return tieShapes(cast, cast.getResult(), cast.getSource());
        })
        .Case([&](tensor::ConcatOp concat) { return collectConcat(concat); })
        .Default([&](Operation *other) {
          if (OpTrait::hasElementwiseMappableTraits(other))
            return collectElementwise(other);
          if (auto reify = dyn_cast<ReifyRankedShapedTypeOpInterface>(other))
            return collectReified(reify);
          return success();
        });
  }

private:
  DimensionClasses &classes;
  Block *entry;

  /// Whether what `op` requires holds in every run.
  bool alwaysRuns(Operation *op) const { return op->getBlock() == entry; }

  LogicalResult tie(Operation *op, Value a, int64_t axisA, Value b, int64_t axisB) {
    unsigned rootA = classes.getClass(a, axisA), rootB = classes.getClass(b, axisB);
    if (rootA == rootB)
      return success();
    int64_t &size = classes.staticSizes[rootA], other = classes.staticSizes[rootB];
    if (ShapedType::isStatic(size) && ShapedType::isStatic(other) && size != other)
      return op->emitOpError() << "requires sizes " << size << " and " << other << " to be equal";
    if (ShapedType::isDynamic(size))
      size = other;
    if (classes.nameHints[rootA].empty())
      classes.nameHints[rootA] = classes.nameHints[rootB];
    classes.parents[rootB] = rootA;
    return success();
  }

  /// The shape of `result`, which `op` defines, is that of `source`. A static size of the result is
  /// a requirement on the source.
  LogicalResult tieShapes(Operation *op, Value result, Value source) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    auto sourceType = dyn_cast<RankedTensorType>(source.getType());
    if (!type || !sourceType || type.getRank() != sourceType.getRank())
      return success();
    for (int64_t axis = 0; axis < type.getRank(); ++axis)
      if (type.isDynamicDim(axis) || alwaysRuns(op))
        if (failed(tie(op, result, axis, source, axis)))
          return failure();
    return success();
  }

  void name(Value tensor, int64_t axis, StringRef hint) {
    classes.nameHints[classes.getClass(tensor, axis)] = hint;
  }

  LogicalResult collectAttention(attn::AttentionOp op) {
    Value query = op.getQuery(), key = op.getKey(), output = op.getOutput();
    if (failed(tie(op, output, 0, query, 0)) || failed(tie(op, output, 2, query, 2)))
      return failure();
    if (Value lse = op.getLse())
      if (failed(tie(op, lse, 0, query, 0)) || failed(tie(op, lse, 2, query, 2)))
        return failure();
    if (!alwaysRuns(op))
      return success();
    if (failed(tie(op, query, 0, key, 0)) || failed(tie(op, query, 0, op.getValue(), 0)) ||
        failed(tie(op, key, 2, op.getValue(), 2)))
      return failure();
    if (Value ids = op.getDocumentIds())
      if (failed(tie(op, query, 0, ids, 0)))
        return failure();
    name(query, 0, "B");
    name(key, 2, "Sk");
    name(query, 2, "Sq");
    return success();
  }

  LogicalResult collectScan(attn::SelectiveScanOp op) {
    SmallVector<Value> sequences{op.getDelta(), op.getGate(), op.getReset()};
    if (!op.isConstantB())
      sequences.push_back(op.getB());
    if (!op.isConstantC())
      sequences.push_back(op.getC());
    return collectSequences(op, op.getU(), op.getOutput(), sequences, op.getInit(),
                            op.getLastState(), op.getCuSeqlens());
  }

  /// What has batch and time in front is as long as `rows`; states have one row per sequence.
  LogicalResult collectSequences(Operation *op, Value rows, Value output, ArrayRef<Value> sequences,
                                 Value init, Value last, Value cuSeqlens) {
    if (failed(tie(op, output, 0, rows, 0)) || failed(tie(op, output, 1, rows, 1)))
      return failure();
    Value states = cuSeqlens ? init : rows;
    if (last && states && failed(tie(op, last, 0, states, 0)))
      return failure();
    if (!alwaysRuns(op))
      return success();
    for (Value other : sequences)
      if (other && (failed(tie(op, rows, 0, other, 0)) || failed(tie(op, rows, 1, other, 1))))
        return failure();
    if (init && !cuSeqlens && failed(tie(op, rows, 0, init, 0)))
      return failure();
    name(rows, 0, "B");
    name(rows, 1, "L");
    return success();
  }

  /// Operands of a structured op that are indexed by the same loop have the same size.
  LogicalResult collectLinalg(linalg::LinalgOp op) {
    if (failed(collectDestinations(cast<DestinationStyleOpInterface>(op.getOperation()))))
      return failure();
    if (!alwaysRuns(op))
      return success();
    llvm::SmallVector<std::pair<Value, int64_t>> dimensionOfLoop(op.getNumLoops());
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<RankedTensorType>(operand.get().getType()))
        continue;
      AffineMap map = op.getMatchingIndexingMap(&operand);
      for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
        auto loop = dyn_cast<AffineDimExpr>(expr);
        if (!loop)
          continue;
        auto &[first, firstAxis] = dimensionOfLoop[loop.getPosition()];
        if (!first)
          std::tie(first, firstAxis) = std::make_pair(operand.get(), int64_t(axis));
        else if (failed(tie(op, first, firstAxis, operand.get(), axis)))
          return failure();
      }
    }
    return success();
  }

  LogicalResult collectDestinations(DestinationStyleOpInterface op) {
    for (OpResult result : op->getResults())
      if (failed(tieShapes(op, result, op.getTiedOpOperand(result)->get())))
        return failure();
    return success();
  }

  LogicalResult collectElementwise(Operation *op) {
    llvm::SmallVector<Value> tensors;
    for (Value operand : op->getOperands())
      if (isa<RankedTensorType>(operand.getType()))
        tensors.push_back(operand);
    if (tensors.empty())
      return success();
    for (Value result : op->getResults())
      if (failed(tieShapes(op, result, tensors.front())))
        return failure();
    if (!alwaysRuns(op))
      return success();
    for (Value tensor : llvm::drop_begin(tensors))
      if (failed(tieShapes(op, tensor, tensors.front())))
        return failure();
    return success();
  }

  LogicalResult collectFor(scf::ForOp op) {
    for (auto [i, yielded] : llvm::enumerate(op.getYieldedValues())) {
      BlockArgument iterArg = op.getRegionIterArg(i);
      if (!keepsShapeOf(yielded, iterArg))
        continue;
      if (failed(tieShapes(op, iterArg, op.getInitArgs()[i])) ||
          failed(tieShapes(op, op.getResult(i), op.getInitArgs()[i])))
        return failure();
    }
    return success();
  }

  /// A size of the result is known where both branches give the same.
  LogicalResult collectIf(scf::IfOp op) {
    if (op.getNumResults() == 0)
      return success();
    for (auto [result, thenValue, elseValue] :
         llvm::zip(op.getResults(), op.thenYield().getResults(), op.elseYield().getResults())) {
      auto type = dyn_cast<RankedTensorType>(result.getType());
      for (int64_t axis = 0; type && axis < type.getRank(); ++axis)
        if (classes.getClass(thenValue, axis) == classes.getClass(elseValue, axis))
          if (failed(tie(op, result, axis, thenValue, axis)))
            return failure();
    }
    return success();
  }

  /// The parts agree in every dimension but the one along which they are put together.
  LogicalResult collectConcat(tensor::ConcatOp op) {
    Value first = op.getInputs().front();
    for (int64_t axis = 0; axis < op.getRank(); ++axis) {
      if (axis == int64_t(op.getDim()))
        continue;
      if (op.getResultType().isDynamicDim(axis) || alwaysRuns(op))
        if (failed(tie(op, op.getResult(), axis, first, axis)))
          return failure();
      for (Value other : op.getInputs().drop_front())
        if (alwaysRuns(op) && failed(tie(op, first, axis, other, axis)))
          return failure();
    }
    return success();
  }

  /// Asks the op for the sizes of its results, and follows those that are a size of a tensor.
  LogicalResult collectReified(ReifyRankedShapedTypeOpInterface op) {
    if (llvm::all_of(op->getResultTypes(), [](Type type) {
          auto tensorType = dyn_cast<RankedTensorType>(type);
          return !tensorType || tensorType.hasStaticShape();
        }))
      return success();
    // The answer comes as ops in front of `op`, which are not wanted for longer than this.
    Operation *before = op->getPrevNode();
    OpBuilder builder(op);
    ReifiedRankedShapedTypeDims shapes;
    bool isKnown = succeeded(op.reifyResultShapes(builder, shapes));
    llvm::SmallPtrSet<Operation *, 8> temporary;
    for (Operation *it = op->getPrevNode(); it != before; it = it->getPrevNode())
      temporary.insert(it);
    LogicalResult tied = isKnown ? tieToSources(op, shapes, temporary) : success();
    while (op->getPrevNode() != before)
      op->getPrevNode()->erase();
    return tied;
  }

  LogicalResult tieToSources(Operation *op, const ReifiedRankedShapedTypeDims &shapes,
                             const llvm::SmallPtrSetImpl<Operation *> &temporary) {
    for (auto [result, shape] : llvm::zip(op->getResults(), shapes))
      for (auto [axis, size] : llvm::enumerate(shape)) {
        auto value = dyn_cast_if_present<Value>(size);
        auto dim = value ? value.getDefiningOp<tensor::DimOp>() : nullptr;
        if (!dim || temporary.contains(dim.getSource().getDefiningOp()))
          continue;
        auto source = dyn_cast<RankedTensorType>(dim.getSource().getType());
        std::optional<int64_t> sourceAxis = dim.getConstantIndex();
        if (!source || !sourceAxis || *sourceAxis < 0 || *sourceAxis >= source.getRank())
          continue;
        if (failed(tie(op, result, axis, dim.getSource(), *sourceAxis)))
          return failure();
      }
    return success();
  }
};
} // namespace attnc

FailureOr<DimensionClasses> DimensionClasses::compute(func::FuncOp function) {
  DimensionClasses classes;
  DimensionCollector collector(classes, function);
  // Ops are gathered first, because asking one for its sizes inserts others for a moment.
  llvm::SmallVector<Operation *> ops;
  function.getBody().walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops)
    if (failed(collector.collect(op)))
      return failure();
  return classes;
}
