// convert-linalg-to-contiguous-loops: loop nests whose innermost loop walks along memory, with the
// running values of reductions in registers.
#include "attnc/Conversion/Passes.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTLINALGTOCONTIGUOUSLOOPSPASS
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc

using namespace mlir;

/// Operands that an innermost `loop` would step over with gaps.
static int64_t countStrided(linalg::LinalgOp op, unsigned loop) {
  return llvm::count_if(op.getIndexingMapsArray(), [&](AffineMap map) {
    if (!map.isFunctionOfDim(loop))
      return false;
    const bool isContiguous = map.getResults().back() == getAffineDimExpr(loop, op.getContext()) &&
                              llvm::none_of(map.getResults().drop_back(), [&](AffineExpr expr) {
                                return expr.isFunctionOfDim(loop);
                              });
    return !isContiguous;
  });
}

/// Moves the loop with the fewest strided operands inwards, the last of them; the order of the
/// others stays. Null for an op that cannot be reordered.
static linalg::GenericOp orderLoops(IRRewriter &rewriter, linalg::LinalgOp op) {
  rewriter.setInsertionPoint(op);
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic) {
    FailureOr<linalg::GenericOp> generalized = linalg::generalizeNamedOp(rewriter, op);
    if (failed(generalized))
      return {};
    generic = *generalized;
  }
  const unsigned numLoops = generic.getNumLoops();
  if (numLoops == 0)
    return generic;
  unsigned innermost = numLoops - 1;
  for (unsigned loop = numLoops - 1; loop-- > 0;)
    if (countStrided(generic, loop) < countStrided(generic, innermost))
      innermost = loop;
  if (innermost == numLoops - 1)
    return generic;
  SmallVector<unsigned> order;
  for (unsigned loop = 0; loop < numLoops; ++loop)
    if (loop != innermost)
      order.push_back(loop);
  order.push_back(innermost);
  rewriter.setInsertionPoint(generic);
  FailureOr<linalg::GenericOp> reordered = linalg::interchangeGenericOp(rewriter, generic, order);
  return succeeded(reordered) ? *reordered : generic;
}

/// Whether every result stays where it is while the innermost loop runs.
static bool isInnermostReduction(linalg::GenericOp op) {
  const unsigned numLoops = op.getNumLoops();
  if (numLoops == 0 || op.getIteratorTypesArray().back() != utils::IteratorType::reduction)
    return false;
  return llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    return !op.getMatchingIndexingMap(&init).isFunctionOfDim(numLoops - 1);
  });
}

/// Sums of floats may be taken in any order, as the iterator type says, and products may be fused
/// into them: without these flags LLVM would add up one element after the other.
static void relaxSums(linalg::GenericOp op) {
  for (unsigned i = 0, e = op.getNumDpsInits(); i < e; ++i) {
    SmallVector<Operation *> combiners;
    if (!matchReduction(op.getRegionOutputArgs(), i, combiners) || combiners.size() != 1)
      continue;
    auto sum = dyn_cast<arith::AddFOp>(combiners.front());
    if (!sum)
      continue;
    sum.setFastmath(arith::FastMathFlags::reassoc | arith::FastMathFlags::contract);
    for (Value term : sum->getOperands())
      if (auto product = term.getDefiningOp<arith::MulFOp>())
        product.setFastmath(arith::FastMathFlags::contract);
  }
}

namespace {
/// Builds the loops of an op whose innermost loop is a reduction.
class ReductionBuilder {
public:
  ReductionBuilder(IRRewriter &rewriter, linalg::GenericOp op)
      : builder(rewriter), op(op), loc(op.getLoc()) {}

  void build() {
    builder.setInsertionPoint(op);
    for (Range range : cast<linalg::LinalgOp>(op.getOperation()).createLoopRanges(builder, loc)) {
      lower.push_back(getValueOrCreateConstantIndexOp(builder, loc, range.offset));
      upper.push_back(getValueOrCreateConstantIndexOp(builder, loc, range.size));
      steps.push_back(getValueOrCreateConstantIndexOp(builder, loc, range.stride));
    }
    ArrayRef<Value> outerLower = lower, outerUpper = upper, outerSteps = steps;
    scf::buildLoopNest(builder, loc, outerLower.drop_back(), outerUpper.drop_back(),
                       outerSteps.drop_back(),
                       [&](OpBuilder &, Location, ValueRange indices) { buildReduction(indices); });
  }

private:
  /// Runs the innermost loop with the results as its carried values.
  void buildReduction(ValueRange outer) {
    SmallVector<Value> indices(outer);
    indices.push_back(lower.back()); // no result depends on it
    SmallVector<Value> initial;
    for (OpOperand &init : op.getDpsInitsMutable())
      initial.push_back(memref::LoadOp::create(builder, loc, init.get(), place(init, indices)));
    auto loop =
        scf::ForOp::create(builder, loc, lower.back(), upper.back(), steps.back(), initial,
                           [&](OpBuilder &, Location, Value index, ValueRange carried) {
                             indices.back() = index;
                             scf::YieldOp::create(builder, loc, buildBody(indices, carried));
                           });
    for (auto [init, result] : llvm::zip(op.getDpsInitsMutable(), loop.getResults()))
      memref::StoreOp::create(builder, loc, result, init.get(), place(init, indices));
  }

  SmallVector<Value> buildBody(ArrayRef<Value> indices, ValueRange carried) {
    IRMapping mapping;
    mapping.map(op.getRegionOutputArgs(), carried);
    for (auto [input, argument] : llvm::zip(op.getDpsInputOperands(), op.getRegionInputArgs())) {
      Value value = input->get();
      if (isa<MemRefType>(value.getType()))
        value = memref::LoadOp::create(builder, loc, value, place(*input, indices));
      mapping.map(argument, value);
    }
    for (Operation &inner : op.getBody()->without_terminator()) {
      if (auto index = dyn_cast<linalg::IndexOp>(inner))
        mapping.map(index.getResult(), indices[index.getDim()]);
      else
        builder.clone(inner, mapping);
    }
    return llvm::map_to_vector(op.getBody()->getTerminator()->getOperands(),
                               [&](Value value) { return mapping.lookupOrDefault(value); });
  }

  /// Where the element of an operand is at a point of the loops.
  SmallVector<Value> place(OpOperand &operand, ArrayRef<Value> indices) {
    AffineMap map = op.getMatchingIndexingMap(&operand);
    return affine::expandAffineMap(builder, loc, map, indices).value_or(SmallVector<Value>());
  }

  IRRewriter &builder;
  linalg::GenericOp op;
  Location loc;
  SmallVector<Value> lower, upper, steps;
};

struct ConvertLinalgToContiguousLoopsPass
    : attnc::impl::ConvertLinalgToContiguousLoopsPassBase<ConvertLinalgToContiguousLoopsPass> {
  void runOnOperation() override {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (op.hasPureBufferSemantics())
        ops.push_back(op);
    });
    IRRewriter rewriter(&getContext());
    for (linalg::LinalgOp op : ops)
      if (failed(convert(rewriter, op)))
        return signalPassFailure();
  }

  static LogicalResult convert(IRRewriter &rewriter, linalg::LinalgOp op) {
    linalg::GenericOp generic = orderLoops(rewriter, op);
    if (generic && isInnermostReduction(generic)) {
      relaxSums(generic);
      ReductionBuilder(rewriter, generic).build();
      rewriter.eraseOp(generic);
      return success();
    }
    linalg::LinalgOp rest = generic ? cast<linalg::LinalgOp>(generic.getOperation()) : op;
    rewriter.setInsertionPoint(rest);
    if (failed(linalg::linalgOpToLoops(rewriter, rest)))
      return rest->emitError("cannot be lowered to loops");
    rewriter.eraseOp(rest);
    return success();
  }
};
} // namespace
