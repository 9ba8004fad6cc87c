// test-attn-merge: cuts loops over keys or time in two by MergeableStateOpInterface, as a split
// would.
#include "TestPasses.h"

#include "dialects/Common/MergeableState.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;
using attnc::MergeableStateOpInterface;

/// The step whose state the loop carries: its destinations are the loop's values, in order.
static MergeableStateOpInterface findStep(scf::ForOp loop) {
  for (auto step : loop.getBody()->getOps<MergeableStateOpInterface>()) {
    auto inits = cast<DestinationStyleOpInterface>(step.getOperation()).getDpsInits();
    if (llvm::equal(inits, loop.getRegionIterArgs()))
      return step;
  }
  return {};
}

/// Folds the tiles up to the middle into the loop's start, the others into the identity, and
/// merges.
static void splitAndMerge(scf::ForOp loop, MergeableStateOpInterface step) {
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  Value two = arith::ConstantIndexOp::create(builder, loc, 2);
  Value length = arith::SubIOp::create(builder, loc, loop.getUpperBound(), loop.getLowerBound());
  Value steps = arith::CeilDivSIOp::create(builder, loc, length, loop.getStep());
  Value half = arith::DivSIOp::create(builder, loc, steps, two);
  Value distance = arith::MulIOp::create(builder, loc, half, loop.getStep());
  Value middle = arith::AddIOp::create(builder, loc, loop.getLowerBound(), distance);

  SmallVector<Value> identity = step.buildIdentity(builder, loc);
  // Sizes that are not static come from the loop's values, which have no place before it.
  for (auto [carried, start] : llvm::zip(loop.getRegionIterArgs(), loop.getInitArgs()))
    carried.replaceUsesWithIf(
        start, [&](OpOperand &use) { return !loop->isProperAncestor(use.getOwner()); });
  auto first = cast<scf::ForOp>(builder.clone(*loop));
  first.setUpperBound(middle);
  auto second = cast<scf::ForOp>(builder.clone(*loop));
  second.setLowerBound(middle);
  second.getInitArgsMutable().assign(identity);
  loop.replaceAllUsesWith(step.buildMerge(builder, loc, first.getResults(), second.getResults()));
  loop.erase();
}

namespace {
struct TestAttnMergePass : PassWrapper<TestAttnMergePass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestAttnMergePass)

  StringRef getArgument() const final { return "test-attn-merge"; }
  StringRef getDescription() const final {
    return "Cut loops over keys or time in two and merge the states of the halves";
  }
  void runOnOperation() final {
    SmallVector<scf::ForOp> loops;
    getOperation()->walk([&](scf::ForOp loop) { loops.push_back(loop); });
    for (scf::ForOp loop : loops)
      if (auto step = findStep(loop))
        splitAndMerge(loop, step);
  }
};
} // namespace

void attnc::test::registerAttnMergePass() { PassRegistration<TestAttnMergePass>(); }
