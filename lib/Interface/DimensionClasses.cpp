// Collects equalities of tensor sizes from the ops of a function, by union-find with differences.
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

unsigned DimensionClasses::addNode(int64_t staticSize, StringRef nameHint) {
  unsigned node = parents.size();
  parents.push_back(node);
  excesses.push_back(0);
  staticSizes.push_back(staticSize);
  nameHints.push_back(nameHint);
  return node;
}

DimensionSize DimensionClasses::resolve(DimensionSize size) {
  unsigned node = size.dimensionClass;
  int64_t plus = size.plus;
  while (parents[node] != node) {
    // Paths are halved on the way.
    unsigned parent = parents[node];
    excesses[node] += excesses[parent];
    parents[node] = parents[parent];
    plus += excesses[node];
    node = parents[node];
  }
  return {node, plus};
}

DimensionSize DimensionClasses::getSize(Value tensor, int64_t axis) {
  auto [it, isNew] = nodes.try_emplace({tensor, axis}, parents.size());
  if (isNew)
    addNode(cast<RankedTensorType>(tensor.getType()).getDimSize(axis), "");
  return resolve({it->second, 0});
}

int64_t DimensionClasses::getStaticSize(DimensionSize size) const {
  int64_t smallest = staticSizes[size.dimensionClass];
  return ShapedType::isDynamic(smallest) ? smallest : smallest + size.plus;
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
    return tie(op, classes.getSize(a, axisA), classes.getSize(b, axisB));
  }

  LogicalResult tie(Operation *op, DimensionSize a, DimensionSize b) {
    a = classes.resolve(a);
    b = classes.resolve(b);
    if (a == b)
      return success();
    if (a.dimensionClass == b.dimensionClass)
      return op->emitOpError() << "requires sizes to be equal that differ by "
                               << std::abs(a.plus - b.plus);
    int64_t sizeOfA = classes.getStaticSize(a), sizeOfB = classes.getStaticSize(b);
    if (ShapedType::isStatic(sizeOfA) && ShapedType::isStatic(sizeOfB) && sizeOfA != sizeOfB)
      return op->emitOpError() << "requires sizes " << sizeOfA << " and " << sizeOfB
                               << " to be equal";
    // The smaller root stays one.
    auto [lower, upper] = a.plus >= b.plus ? std::make_pair(a, b) : std::make_pair(b, a);
    unsigned root = lower.dimensionClass;
    int64_t size = ShapedType::isStatic(sizeOfA) ? sizeOfA : sizeOfB;
    if (ShapedType::isStatic(size) && size < lower.plus)
      return op->emitOpError() << "requires a size of " << lower.plus << " or more, got " << size;
    if (ShapedType::isStatic(size))
      classes.staticSizes[root] = size - lower.plus;
    classes.parents[upper.dimensionClass] = root;
    classes.excesses[upper.dimensionClass] = lower.plus - upper.plus;
    if (classes.nameHints[root].empty() && lower.plus == upper.plus)
      classes.nameHints[root] = classes.nameHints[upper.dimensionClass];
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
    DimensionSize size = classes.getSize(tensor, axis);
    if (size.plus == 0)
      classes.nameHints[size.dimensionClass] = hint;
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

  /// What has batch and time in front is as long as `rows`; states have one row per sequence, and
  /// there is one more number of cu_seqlens than sequences.
  LogicalResult collectSequences(Operation *op, Value rows, Value output, ArrayRef<Value> sequences,
                                 Value init, Value last, Value cuSeqlens) {
    if (failed(tie(op, output, 0, rows, 0)) || failed(tie(op, output, 1, rows, 1)))
      return failure();
    DimensionSize states = classes.getSize(rows, 0);
    if (cuSeqlens) {
      states = {classes.addNode(ShapedType::kDynamic, "S"), 0};
      if ((last || alwaysRuns(op)) &&
          failed(tie(op, classes.getSize(cuSeqlens, 0), {states.dimensionClass, 1})))
        return failure();
    }
    if (last && failed(tie(op, classes.getSize(last, 0), states)))
      return failure();
    if (!alwaysRuns(op))
      return success();
    for (Value other : sequences)
      if (other && (failed(tie(op, rows, 0, other, 0)) || failed(tie(op, rows, 1, other, 1))))
        return failure();
    if (init && failed(tie(op, states, classes.getSize(init, 0))))
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
        if (classes.getSize(thenValue, axis) == classes.getSize(elseValue, axis))
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
