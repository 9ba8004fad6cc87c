// attn-fuse-producers: computes what scans and convolutions read tile by tile, in their time loops.
#include "attnc/Transforms/Passes.h"
#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SCF/Transforms/TileUsingInterface.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNFUSEPRODUCERSPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;
using namespace attnc::attn;

static remark::RemarkOpts fusionRemark() {
  return remark::RemarkOpts::name("fuse").category("attn-fuse-producers");
}

static void remarkRefusal(Operation *producer, const Twine &reason) {
  remark::missed(producer->getLoc(), fusionRemark())
      << ("computed before the loop: " + reason).str();
}

//===----------------------------------------------------------------------===//
// Slices
//===----------------------------------------------------------------------===//

/// The largest value of a tile size: a constant, or a minimum with one.
static std::optional<int64_t> getLargestSize(OpFoldResult size) {
  if (std::optional<int64_t> constant = getConstantIntValue(size))
    return constant;
  auto minimum = cast<Value>(size).getDefiningOp<arith::MinSIOp>();
  if (!minimum)
    return std::nullopt;
  std::optional<int64_t> left = getConstantIntValue(minimum.getLhs());
  return left ? left : getConstantIntValue(minimum.getRhs());
}

/// Whether a buffer for the largest of these slices may be part of a task's scratch.
static bool fitsScratch(tensor::ExtractSliceOp slice) {
  constexpr int64_t kMostElements = 64 * 1024;
  int64_t elements = 1;
  for (OpFoldResult size : slice.getMixedSizes()) {
    std::optional<int64_t> largest = getLargestSize(size);
    if (!largest || *largest > kMostElements)
      return false;
    elements *= std::max<int64_t>(*largest, 1);
    if (elements > kMostElements)
      return false;
  }
  return true;
}

static bool isView(Operation *op) {
  return isa_and_nonnull<tensor::CastOp, tensor::ExpandShapeOp>(op);
}

/// The linalg op whose result `slice` is taken from, perhaps through views.
static linalg::LinalgOp getProducer(tensor::ExtractSliceOp slice) {
  Operation *source = slice.getSource().getDefiningOp();
  while (isView(source))
    source = source->getOperand(0).getDefiningOp();
  return dyn_cast_or_null<linalg::LinalgOp>(source);
}

/// Offset and size in the axis that the expanded axes `group` come from: at most one of them has
/// more than one element in the slice, and only axes of size 1 follow it.
static std::optional<std::pair<OpFoldResult, OpFoldResult>>
collapseSlice(OpBuilder &builder, tensor::ExtractSliceOp slice, ArrayRef<int64_t> group) {
  SmallVector<OpFoldResult> offsets = slice.getMixedOffsets(), sizes = slice.getMixedSizes();
  ArrayRef<int64_t> extents = slice.getSourceType().getShape();
  OpFoldResult offset = builder.getIndexAttr(0), size = builder.getIndexAttr(1);
  bool isLong = false;
  for (int64_t axis : group) {
    if (extents[axis] == 1)
      continue;
    if (isLong || (ShapedType::isDynamic(extents[axis]) && axis != group.front()))
      return std::nullopt;
    isLong = !isOneInteger(sizes[axis]);
    size = sizes[axis];
    AffineExpr outer, inner;
    bindDims(builder.getContext(), outer, inner);
    int64_t stride = axis == group.front() ? 0 : extents[axis];
    offset = affine::makeComposedFoldedAffineApply(builder, slice.getLoc(), outer * stride + inner,
                                                   {offset, offsets[axis]});
  }
  return std::make_pair(offset, size);
}

/// The slice, with the same type, of what is expanded; null where it is not one rectangle there.
static tensor::ExtractSliceOp sliceBelow(OpBuilder &builder, tensor::ExtractSliceOp slice,
                                         tensor::ExpandShapeOp view) {
  llvm::SmallBitVector dropped = slice.getDroppedDims();
  SmallVector<OpFoldResult> offsets, sizes;
  for (const ReassociationIndices &group : view.getReassociationIndices()) {
    if (llvm::count_if(group, [&](int64_t axis) { return !dropped.test(axis); }) > 1)
      return {};
    auto place = collapseSlice(builder, slice, group);
    if (!place)
      return {};
    offsets.push_back(place->first);
    sizes.push_back(place->second);
  }
  SmallVector<OpFoldResult> strides(offsets.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, slice.getLoc(), slice.getType(), view.getSrc(),
                                        offsets, sizes, strides);
}

static bool isSamePlace(tensor::ExtractSliceOp a, tensor::ExtractSliceOp b) {
  return a->getBlock() == b->getBlock() &&
         isEqualConstantIntOrValueArray(a.getMixedOffsets(), b.getMixedOffsets()) &&
         isEqualConstantIntOrValueArray(a.getMixedSizes(), b.getMixedSizes());
}

//===----------------------------------------------------------------------===//
// Producers
//===----------------------------------------------------------------------===//

/// The loop that axis `axis` of the operand with this map runs along.
static unsigned getLoop(AffineMap map, unsigned axis) { return map.getDimPosition(axis); }

static bool isReduction(linalg::LinalgOp op, unsigned loop) {
  return op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
}

/// Costs nothing wherever it stands.
static bool isFill(linalg::LinalgOp op) { return isa<linalg::FillOp>(op); }

/// Why an op of this kind is not computed in tiles of its result; empty where it is.
static StringRef explainKind(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 || !op.hasPureTensorSemantics())
    return "it has more than one result";
  if (!llvm::all_of(op.getIndexingMapsArray(),
                    [](AffineMap map) { return map.isProjectedPermutation(); }))
    return "an operand is not read along the axes of the loops";
  int64_t numSummed = llvm::count_if(op.getDpsInputOperands(), [&](OpOperand *input) {
    AffineMap map = op.getMatchingIndexingMap(input);
    return llvm::any_of(llvm::seq(map.getNumResults()),
                        [&](unsigned axis) { return isReduction(op, getLoop(map, axis)); });
  });
  return numSummed > 1 ? "it is a contraction" : "";
}

namespace {
/// Fuses the producers of what one step op reads into the tasks of `forall`.
class ProducerFuser {
public:
  ProducerFuser(RewriterBase &rewriter, scf::ForallOp forall)
      : rewriter(rewriter), forall(forall) {}

  /// Every block of channels reads the same of `shared`, and its own part of `own`.
  void run(ArrayRef<Value> own, ArrayRef<Value> shared, int64_t channels, int64_t fewestChannels);

private:
  using Slice = tensor::ExtractSliceOp;

  /// Takes note of the producer of a slice within the loop; every block of channels reads the same
  /// of what is `shared`.
  void addCandidate(Slice slice, bool shared);
  /// The candidate that comes last: all that reads it has been decided on.
  std::pair<linalg::LinalgOp, bool> takeLastCandidate();
  std::string explainRefusal(linalg::LinalgOp op, bool shared);
  /// Slices of one place become one, so that its tile is computed once.
  SmallVector<Slice> mergeSlices(linalg::LinalgOp op);
  void fuse(linalg::LinalgOp op, bool shared);
  /// Gives a tiled op, whose body does not read the init, memory of its own.
  void placeInScratch(linalg::LinalgOp op);
  /// Replaces sizes of the result by sizes of operands, and erases `op` if nothing uses it then.
  void retire(Operation *op);

  RewriterBase &rewriter;
  scf::ForallOp forall;
  /// Producers, and whether all blocks read the same of them.
  llvm::MapVector<Operation *, bool> candidates;
  /// The axes of values outside that tiles do not read in full.
  DenseMap<Value, llvm::SmallBitVector> cutAxes;
};
} // namespace

void ProducerFuser::retire(Operation *op) {
  for (Operation *user : llvm::make_early_inc_range(op->getUsers())) {
    auto dim = dyn_cast<tensor::DimOp>(user);
    std::optional<int64_t> axis = dim ? dim.getConstantIndex() : std::nullopt;
    if (!axis)
      continue;
    rewriter.setInsertionPoint(dim);
    FailureOr<OpFoldResult> size = reifyDimOfResult(rewriter, op, 0, *axis);
    if (succeeded(size))
      rewriter.replaceOp(dim, getValueOrCreateConstantIndexOp(rewriter, dim.getLoc(), *size));
  }
  if (op->use_empty())
    rewriter.eraseOp(op);
}

void ProducerFuser::addCandidate(Slice slice, bool shared) {
  linalg::LinalgOp producer = getProducer(slice);
  bool isOutside = producer && producer->getBlock() == forall->getBlock();
  while (isOutside && slice.getSource().getDefiningOp() != producer) {
    Operation *view = slice.getSource().getDefiningOp();
    rewriter.setInsertionPoint(slice);
    Slice below;
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(view))
      below = sliceBelow(rewriter, slice, expand);
    else
      below =
          Slice::create(rewriter, slice.getLoc(), slice.getType(), view->getOperand(0),
                        slice.getMixedOffsets(), slice.getMixedSizes(), slice.getMixedStrides());
    if (!below) {
      remarkRefusal(producer, "a tile of what it is reshaped to is no tile of its result");
      return;
    }
    rewriter.replaceOp(slice, below);
    retire(view);
    slice = below;
  }
  auto [cut, isNew] = cutAxes.try_emplace(slice.getSource(), slice.getSourceType().getRank());
  for (auto [axis, size] : llvm::enumerate(slice.getMixedSizes()))
    if (getConstantIntValue(size) != slice.getSourceType().getDimSize(axis))
      cut->second.set(axis);
  if (isOutside)
    candidates[producer] |= shared;
}

std::pair<linalg::LinalgOp, bool> ProducerFuser::takeLastCandidate() {
  auto last = llvm::max_element(
      candidates, [](const auto &a, const auto &b) { return a.first->isBeforeInBlock(b.first); });
  std::pair<linalg::LinalgOp, bool> result(cast<linalg::LinalgOp>(last->first), last->second);
  candidates.erase(last);
  return result;
}

std::string ProducerFuser::explainRefusal(linalg::LinalgOp op, bool shared) {
  StringRef kind = explainKind(op);
  if (!kind.empty())
    return kind.str();
  // A scaling costs little per element, an addition waits for the one before it.
  if (shared && op.getNumReductionLoops() > 0)
    return "every block of channels would repeat its sums";
  for (OpOperand *input : op.getDpsInputOperands()) {
    AffineMap map = op.getMatchingIndexingMap(input);
    auto cut = cutAxes.find(input->get());
    for (unsigned axis : llvm::seq(map.getNumResults()))
      if (isReduction(op, getLoop(map, axis)) && cut != cutAxes.end() && cut->second.test(axis))
        return llvm::formatv("it sums along axis {0} of operand {1}, which tiles cut", axis,
                             input->getOperandNumber());
  }
  for (Operation *user : op->getUsers()) {
    auto slice = dyn_cast<Slice>(user);
    if (slice && forall->isProperAncestor(slice)) {
      if (!fitsScratch(slice))
        return "a tile of it is too large or has no largest size";
    } else if (!isa<tensor::DimOp>(user) && !isFill(op)) {
      return user->getParentOfType<scf::ForallOp>()
                 ? "another loop reads it as well"
                 : ("its result is also used by '" + user->getName().getStringRef() + "'").str();
    }
  }
  return {};
}

void ProducerFuser::placeInScratch(linalg::LinalgOp op) {
  OpOperand &init = op.getDpsInitsMutable()[0];
  auto place = init.get().getDefiningOp<Slice>();
  if (op.payloadUsesValueFromOperand(&init) || !place)
    return;
  auto largest = llvm::map_to_vector(place.getMixedSizes(),
                                     [](OpFoldResult size) { return *getLargestSize(size); });
  // Buffers of static size at the start of a task live in the worker's scratch. Unlike
  // tensor.empty, each of them stays a buffer of its own.
  rewriter.setInsertionPointToStart(forall.getBody());
  auto type = RankedTensorType::get(largest, place.getType().getElementType());
  Value scratch = bufferization::AllocTensorOp::create(rewriter, op.getLoc(), type,
                                                       /*dynamicSizes=*/ValueRange());
  rewriter.setInsertionPoint(op);
  SmallVector<OpFoldResult> offsets(largest.size(), rewriter.getIndexAttr(0));
  Value tile = Slice::create(rewriter, op.getLoc(), place.getType(), scratch, offsets,
                             place.getMixedSizes(), place.getMixedStrides());
  rewriter.modifyOpInPlace(op, [&] { init.set(tile); });
}

SmallVector<tensor::ExtractSliceOp> ProducerFuser::mergeSlices(linalg::LinalgOp op) {
  SmallVector<SmallVector<Slice>> places;
  for (Operation *user : op->getUsers()) {
    auto slice = dyn_cast<Slice>(user);
    if (!slice || !forall->isProperAncestor(slice))
      continue;
    auto place = llvm::find_if(
        places, [&](ArrayRef<Slice> slices) { return isSamePlace(slices.front(), slice); });
    if (place == places.end())
      place = places.insert(place, SmallVector<Slice>());
    place->push_back(slice);
  }
  SmallVector<Slice> merged;
  for (ArrayRef<Slice> slices : places) {
    Slice first =
        *llvm::min_element(slices, [](Slice a, Slice b) { return a->isBeforeInBlock(b); });
    rewriter.setInsertionPoint(first);
    SmallVector<OpFoldResult> sizes = first.getMixedSizes(), strides = first.getMixedStrides();
    SmallVector<OpFoldResult> zeros(sizes.size(), rewriter.getIndexAttr(0));
    Slice whole = Slice::create(rewriter, first.getLoc(), op->getResult(0), first.getMixedOffsets(),
                                sizes, strides);
    for (Slice slice : slices) {
      Value replacement = whole;
      rewriter.setInsertionPoint(slice);
      if (slice.getType() != whole.getType())
        replacement =
            Slice::create(rewriter, slice.getLoc(), slice.getType(), whole, zeros, sizes, strides);
      rewriter.replaceOp(slice, replacement);
    }
    merged.push_back(whole);
  }
  return merged;
}

void ProducerFuser::fuse(linalg::LinalgOp op, bool shared) {
  for (Slice slice : mergeSlices(op)) {
    LoopLikeOpInterface loops[] = {forall};
    auto fused = scf::tileAndFuseProducerOfSlice(rewriter, slice, loops);
    assert(fused && "explainKind admits only what can be tiled");
    rewriter.eraseOp(slice);
    for (Operation *tiled : fused->tiledOps)
      placeInScratch(cast<linalg::LinalgOp>(tiled));
    for (Operation *generated : fused->generatedSlices) {
      if (generated->use_empty())
        rewriter.eraseOp(generated);
      else
        addCandidate(cast<Slice>(generated), shared);
    }
  }
  retire(op);
}

void ProducerFuser::run(ArrayRef<Value> own, ArrayRef<Value> shared, int64_t channels,
                        int64_t fewestChannels) {
  for (Value operand : own)
    if (auto slice = operand ? operand.getDefiningOp<Slice>() : Slice())
      addCandidate(slice, /*shared=*/false);
  for (Value operand : shared) {
    auto slice = operand.getDefiningOp<Slice>();
    if (slice && channels >= fewestChannels)
      addCandidate(slice, /*shared=*/true);
    else if (linalg::LinalgOp producer = slice ? getProducer(slice) : linalg::LinalgOp())
      remarkRefusal(producer, "blocks of " + Twine(channels) +
                                  " channels are too few to compute it for each of them, " +
                                  Twine(fewestChannels) + " are wanted");
  }
  while (!candidates.empty()) {
    auto [op, isShared] = takeLastCandidate();
    std::string refusal = explainRefusal(op, isShared);
    if (!refusal.empty()) {
      remarkRefusal(op, refusal);
      continue;
    }
    if (!isFill(op))
      remark::passed(op.getLoc(), fusionRemark()) << "computed in tiles where it is read";
    fuse(op, isShared);
  }
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct AttnFuseProducersPass : attnc::impl::AttnFuseProducersPassBase<AttnFuseProducersPass> {
  using AttnFuseProducersPassBase::AttnFuseProducersPassBase;

  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    SmallVector<Operation *> steps;
    getOperation()->walk([&](Operation *op) {
      if (isa<ScanStepOp, ConvStepOp>(op))
        steps.push_back(op);
    });
    for (Operation *op : steps) {
      auto forall = op->getParentOfType<scf::ForallOp>();
      if (!forall)
        continue;
      ProducerFuser fuser(rewriter, forall);
      if (auto conv = dyn_cast<ConvStepOp>(op)) {
        fuser.run({conv.getX()}, {}, conv.getChannelTile(), fewestChannels);
      } else {
        auto scan = cast<ScanStepOp>(op);
        fuser.run({scan.getU(), scan.getDelta(), scan.getGate()}, {scan.getB(), scan.getC()},
                  scan.getChannelTile(), fewestChannels);
      }
    }
  }
};
} // namespace
