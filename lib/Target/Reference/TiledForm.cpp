// The tiled form of attention, by the definitions of its ops.
#include "TiledForm.h"

#include "PairRegions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

static constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

namespace {
/// The softmax state of a tile of queries: panels of lanes, queries innermost.
class State {
public:
  State(Tensor accTensor, Tensor maxTensor, Tensor sumTensor)
      : tensors{std::move(accTensor), std::move(maxTensor), std::move(sumTensor)},
        valueDim(tensors[0].getDim(1)), lanes(tensors[0].getDim(2)),
        accCells(tensors[0].mutableData()), maxCells(tensors[1].mutableData()),
        sumCells(tensors[2].mutableData()) {}

  int64_t getCapacity() const { return tensors[1].getNumElements(); }
  int64_t getValueDim() const { return valueDim; }
  double &acc(int64_t row, int64_t d) {
    return accCells[(row / lanes * valueDim + d) * lanes + row % lanes].real;
  }
  double &max(int64_t row) { return maxCells[row].real; }
  double &sum(int64_t row) { return sumCells[row].real; }

  Results take() { return std::move(tensors); }

private:
  Results tensors;
  int64_t valueDim, lanes;
  Cell *accCells, *maxCells, *sumCells;
};
} // namespace

/// Folds one visible key with its score and value row into a row of the state.
static void addKey(State &state, int64_t row, double score, const Cell *value) {
  const double before = state.max(row);
  // A NaN stays, as in a softmax over all keys at once.
  const double after = std::isnan(before) || score <= before ? before : score;
  const double rescale = before == kMinusInfinity ? 0 : std::exp(before - after);
  const double weight = std::exp(score - after);
  state.max(row) = after;
  state.sum(row) = (rescale == 0 ? 0 : state.sum(row) * rescale) + weight;
  for (int64_t d = 0; d < state.getValueDim(); ++d)
    state.acc(row, d) = (rescale == 0 ? 0 : state.acc(row, d) * rescale) + weight * value[d].real;
}

FailureOr<Results> reference::evaluateOnlineStep(attn::OnlineStepOp op, const Frame &frame) {
  FailureOr<PairRegions> regions = PairRegions::compile(op.getMask(), op.getScore(), frame);
  if (failed(regions))
    return failure();
  const Tensor &query = frame.at(op.getQuery()), &key = frame.at(op.getKey());
  const Tensor &value = frame.at(op.getValue());
  State state(frame.at(op.getAcc()), frame.at(op.getMax()), frame.at(op.getSum()));
  if (failed(checkSize(op, "rows of value (of key)", key.getDim(0), value.getDim(0))))
    return failure();
  if (query.getDim(0) > state.getCapacity())
    return op.emitError() << "the state holds " << state.getCapacity() << " queries, got a tile of "
                          << query.getDim(0);

  const double scale = op.getScale().convertToDouble();
  const int64_t headDim = query.getDim(1);
  const int64_t firstQuery = getInteger(frame, op.getQueryPosition());
  const int64_t firstKey = getInteger(frame, op.getKeyPosition());
  Pair pair{getInteger(frame, op.getBatch()), getInteger(frame, op.getHead()), 0, 0};
  for (int64_t row = 0; row < query.getDim(0); ++row) {
    pair.query = firstQuery + row;
    for (int64_t column = 0; column < key.getDim(0); ++column) {
      pair.key = firstKey + column;
      if (!regions->isVisible(pair))
        continue;
      const double score = regions->changeScore(
          pair, scale * computeDotProduct(query.data() + row * headDim,
                                          key.data() + column * headDim, headDim));
      if (score != kMinusInfinity)
        addKey(state, row, score, value.data() + column * value.getDim(1));
    }
  }
  return state.take();
}

FailureOr<Results> reference::evaluateOnlineFinish(attn::OnlineFinishOp op, const Frame &frame) {
  State state(frame.at(op.getAcc()), frame.at(op.getMax()), frame.at(op.getSum()));
  Results results = {frame.at(op.getOutput())};
  const int64_t rows = results[0].getDim(0);
  if (rows > state.getCapacity())
    return op.emitError() << "the state holds " << state.getCapacity() << " queries, got " << rows
                          << " rows of output";
  Cell *output = results[0].mutableData();
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t d = 0; d < state.getValueDim(); ++d, ++output)
      output->real = state.sum(row) == 0 ? 0 : state.acc(row, d) / state.sum(row);
  if (!op.getLse())
    return results;
  results.push_back(frame.at(op.getLse()));
  if (failed(checkSize(op, "rows of lse (of output)", rows, results[1].getDim(0))))
    return failure();
  Cell *lse = results[1].mutableData();
  for (int64_t row = 0; row < rows; ++row)
    lse[row].real = state.max(row) + std::log(state.sum(row)); // -inf where nothing was seen
  return results;
}
