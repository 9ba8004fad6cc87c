// Cuts attention into query tiles that run in parallel and key tiles that are folded.
#include "Tiling.h"

#include "attnc/Analysis/KeyBounds.h"

#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::attn;

namespace {

/// Rewrites one attention op.
class AttentionTiler : TileBuilder {
public:
  AttentionTiler(AttentionOp op, AttentionTiles sizes) : TileBuilder(op), op(op), sizes(sizes) {}

  void run();

private:
  /// The body of the parallel loop for one (batch, head, query tile).
  void buildQueryTile(scf::ForallOp forall);
  SmallVector<Value> buildKeyLoop(Value queryTile, ValueRange state);
  SmallVector<Value> buildInitialState();
  /// Tells what the mask analysis found.
  void remarkBounds(const KeyBounds &bounds);
  /// Rows [row, row + rows) of one head of a (batch, head, sequence, dim) tensor.
  Value sliceRows(Value tensor, Value headIndex, Value row, Value rows);

  /// A row of a sequence as a position in the whole sequence.
  Value toPosition(Value row, Value offset) { return offset ? add(row, offset) : row; }

  AttentionOp op;
  AttentionTiles sizes;
  // Of the query tile being built.
  Value batch, head, keyHead, firstRow, numRows;
};

} // namespace

void AttentionTiler::remarkBounds(const KeyBounds &bounds) {
  if (op.getMask().empty())
    return;
  bool begin = bounds.visible.begin != nullptr, end = bounds.visible.end != nullptr;
  if (begin || end)
    remark::passed(loc, remarkNamed("mask-bounds"))
        << llvm::formatv(
               "the mask bounds the {0} key of a query tile: keys outside are not visited",
               begin && end ? "first and last"
               : begin      ? "first"
                            : "last")
               .str();
  else
    remark::missed(loc, remarkNamed("mask-bounds"))
        << "the mask bounds no keys in closed form: every key tile is visited";
  if (bounds.neverFull)
    remark::missed(loc, remarkNamed("mask-full"))
        << "no keys are known to be seen by a whole query tile: the mask is evaluated everywhere";
}

Value AttentionTiler::sliceRows(Value tensor, Value headIndex, Value row, Value rows) {
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Axis> axes{at(batch), at(headIndex), range(row, rows)};
  if (type.getRank() == 4)
    axes.push_back(all(type.getDimSize(3)));
  return slice(tensor, axes);
}

SmallVector<Value> AttentionTiler::buildInitialState() {
  int64_t panels = sizes.panels, width = sizes.panelWidth;
  SmallVector<int64_t> accShape{panels, op.getValueDim(), width}, rowShape{panels, width};
  auto empty = [&](ArrayRef<int64_t> shape) -> Value {
    return tensor::EmptyOp::create(builder, loc, shape, builder.getF32Type());
  };
  auto filled = [&](ArrayRef<int64_t> shape, Value scalar) {
    return linalg::FillOp::create(builder, loc, scalar, empty(shape)).getResult(0);
  };
  auto f32 = [&](float value) -> Value {
    return arith::ConstantOp::create(builder, loc, builder.getF32FloatAttr(value));
  };
  // A sink is a key that was seen before all others and has no value: (m, l, acc) = (sink, 1, 0).
  if (Value sink = op.getSink()) {
    Value max = tensor::ExtractOp::create(builder, loc, sink, head);
    return {filled(accShape, f32(0.0f)), filled(rowShape, max), filled(rowShape, f32(1.0f))};
  }
  float minusInfinity = -std::numeric_limits<float>::infinity();
  return {empty(accShape), filled(rowShape, f32(minusInfinity)), filled(rowShape, f32(0.0f))};
}

SmallVector<Value> AttentionTiler::buildKeyLoop(Value queryTile, ValueRange state) {
  Value numKeys = dim(op.getKey(), 2);
  QueryRange queries;
  queries.batch = batch;
  queries.head = head;
  queries.first = toPosition(firstRow, op.getQOffset());
  queries.last = add(queries.first, sub(numRows, constant(1)));
  KeyBounds bounds = solveKeyBounds(builder, loc, op.getMask(), queries);
  remarkBounds(bounds);
  KeyInterval visible = bounds.visible;

  auto toRow = [&](Value position) {
    return op.getKvOffset() ? sub(position, op.getKvOffset()) : position;
  };
  Value begin = constant(0), end = numKeys;
  if (visible.begin)
    begin = max(begin, toRow(visible.begin));
  if (visible.end)
    end = min(end, toRow(visible.end));

  auto loop = scf::ForOp::create(builder, loc, begin, end, constant(sizes.keyTile), state);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value firstKey = loop.getInductionVar();
  Value keys = min(sub(end, firstKey), constant(sizes.keyTile));
  Value keyTile = sliceRows(op.getKey(), keyHead, firstKey, keys);
  Value valueTile = sliceRows(op.getValue(), keyHead, firstKey, keys);
  auto args = loop.getRegionIterArgs();
  auto step = OnlineStepOp::create(
      builder, loc, TypeRange(ValueRange(args)), queryTile, keyTile, valueTile, batch, head,
      queries.first, toPosition(firstKey, op.getKvOffset()), args[0], args[1], args[2],
      builder.getF64FloatAttr(op.getEffectiveScale()), builder.getI64IntegerAttr(sizes.keyTile));
  IRMapping mapping;
  op.getMask().cloneInto(&step.getMask(), mapping);
  op.getScore().cloneInto(&step.getScore(), mapping);
  scf::YieldOp::create(builder, loc, step.getResults());
  return SmallVector<Value>(loop.getResults());
}

void AttentionTiler::buildQueryTile(scf::ForallOp forall) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(forall.getTerminator());
  SmallVector<Value> ids = forall.getInductionVars();
  batch = ids[0];
  head = ids[1];
  int64_t group = op.getNumQueryHeads() / op.getNumKeyHeads();
  keyHead = divide(head, group);
  // The last query tile of a causal mask has the most work: it starts first.
  Value lastTile = sub(forall.getUpperBound(builder).back(), constant(1));
  Value tile = sub(lastTile, ids[2]);
  Value queryTileSize = constant(sizes.getQueryTile());
  firstRow = arith::MulIOp::create(builder, loc, tile, queryTileSize);
  numRows = min(sub(dim(op.getQuery(), 2), firstRow), queryTileSize);

  Value queryTile = sliceRows(op.getQuery(), head, firstRow, numRows);
  SmallVector<Value> state = buildKeyLoop(queryTile, buildInitialState());

  auto outputs = forall.getRegionIterArgs();
  SmallVector<Value> rows;
  for (BlockArgument output : outputs)
    rows.push_back(sliceRows(output, head, firstRow, numRows));
  auto finish =
      OnlineFinishOp::create(builder, loc, TypeRange(ValueRange(rows)), state[0], state[1],
                             state[2], rows[0], rows.size() > 1 ? rows[1] : Value());
  yieldParts(forall, finish.getResults(), rows);
}

void AttentionTiler::run() {
  remark::passed(loc, remarkNamed("tiles"))
      << llvm::formatv("query tiles of {0} ({1} panels of {2}), key tiles of {3}",
                       sizes.getQueryTile(), sizes.panels, sizes.panelWidth, sizes.keyTile)
             .str();
  SmallVector<Value> outputs = emptyResults(op);
  Value tiles = arith::CeilDivUIOp::create(builder, loc, dim(op.getQuery(), 2),
                                           constant(sizes.getQueryTile()));
  SmallVector<OpFoldResult> bounds{dim(op.getQuery(), 0),
                                   builder.getIndexAttr(op.getNumQueryHeads()), tiles};
  auto forall = scf::ForallOp::create(builder, loc, bounds, outputs, /*mapping=*/std::nullopt);
  buildQueryTile(forall);
  replace(op, forall.getResults());
}

void attnc::tileAttention(AttentionOp op, AttentionTiles sizes) { AttentionTiler(op, sizes).run(); }
