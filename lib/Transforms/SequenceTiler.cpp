// Implements what the tilers of scans and convolutions share.
#include "SequenceTiler.h"

using namespace mlir;
using namespace attnc;

OpFoldResult SequenceTiler::numSequences() {
  return cuSeqlens ? attn::reifyNumSequences(builder, loc, cuSeqlens)
                   : tensor::getMixedSize(builder, loc, rows, 0);
}

SmallVector<Value> SequenceTiler::buildOutputs(ReifyRankedShapedTypeOpInterface op) {
  SmallVector<Value> outputs = emptyResults(op);
  if (cuSeqlens) {
    Value zero = arith::ConstantOp::create(
        builder, loc,
        builder.getZeroAttr(cast<RankedTensorType>(outputs[0].getType()).getElementType()));
    outputs[0] = linalg::FillOp::create(builder, loc, zero, outputs[0]).getResult(0);
  }
  return outputs;
}

void SequenceTiler::enterSequence(Value index) {
  sequence = index;
  Value zero = constant(0), steps = dim(rows, 1);
  if (!cuSeqlens) {
    batch = index;
    begin = zero;
    end = steps;
    return;
  }
  batch = zero;
  auto readBoundary = [&](Value position) -> Value {
    Value boundary = tensor::ExtractOp::create(builder, loc, cuSeqlens, position);
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), boundary);
  };
  begin = min(max(readBoundary(index), zero), steps);
  end = min(max(readBoundary(add(index, constant(1))), begin), steps);
}

Value SequenceTiler::sliceSequence(Value tensor, ArrayRef<Axis> others) {
  SmallVector<Axis> axes{at(batch), range(begin, sub(end, begin))};
  axes.append(others.begin(), others.end());
  return slice(tensor, axes);
}

Value SequenceTiler::sliceTile(Value tensor, TimeTile tile, ArrayRef<Axis> others) {
  SmallVector<Axis> axes{at(batch), range(tile.first, tile.steps)};
  axes.append(others.begin(), others.end());
  return slice(tensor, axes);
}

SmallVector<Value> SequenceTiler::buildTimeLoop(int64_t timeTile, bool reverse, Value outputRows,
                                                ValueRange state, Fold fold) {
  SmallVector<Value> starts(state);
  if (outputRows)
    starts.insert(starts.begin(), outputRows);
  auto loop = scf::ForOp::create(builder, loc, begin, end, constant(timeTile), starts);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  Value position = loop.getInductionVar();
  TimeTile tile;
  tile.steps = min(sub(end, position), constant(timeTile));
  // Backwards, the tile that is [position, position + steps) from the front is so from the back.
  tile.first = reverse ? sub(add(begin, end), add(position, tile.steps)) : position;

  ValueRange carried = loop.getRegionIterArgs();
  if (!outputRows) {
    scf::YieldOp::create(builder, loc, fold(tile, Value(), carried));
    return SmallVector<Value>(loop.getResults());
  }
  Value allRows = carried.front();
  int64_t channels = cast<RankedTensorType>(allRows.getType()).getDimSize(1);
  Axis columns = ShapedType::isDynamic(channels) ? range(builder.getIndexAttr(0), dim(allRows, 1))
                                                 : all(channels);
  SmallVector<Axis> place{range(sub(tile.first, begin), tile.steps), columns};
  SmallVector<Value> folded = fold(tile, slice(allRows, place), carried.drop_front());
  folded.front() = insert(folded.front(), allRows, place);
  scf::YieldOp::create(builder, loc, folded);
  return SmallVector<Value>(loop.getResults());
}

Value SequenceTiler::emptyScratch(ArrayRef<OpFoldResult> shape, ArrayRef<int64_t> largest,
                                  Type element) {
  Value scratch = tensor::EmptyOp::create(builder, loc, largest, element);
  SmallVector<Axis> axes;
  for (OpFoldResult size : shape)
    axes.push_back(range(builder.getIndexAttr(0), size));
  return slice(scratch, axes);
}

Value SequenceTiler::startState(Value source, Value target) {
  if (source)
    return linalg::CopyOp::create(builder, loc, source, target).getResult(0);
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(cast<RankedTensorType>(target.getType()).getElementType()));
  return linalg::FillOp::create(builder, loc, zero, target).getResult(0);
}
