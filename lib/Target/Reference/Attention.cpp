// attn.attention by its definition: one query row at a time, all scores, then the softmax.
#include "Attention.h"

#include "ErrorBound.h"
#include "MaskPattern.h"
#include "PairRegions.h"

#include <cmath>
#include <limits>

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

static constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

static int64_t addPositions(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

namespace {
class AttentionEvaluator {
public:
  AttentionEvaluator(attn::AttentionOp op, const Frame &frame, bool computeBounds)
      : op(op), query(frame.at(op.getQuery())), key(frame.at(op.getKey())),
        value(frame.at(op.getValue())), wantsBounds(computeBounds) {}

  /// Checks sizes that are only known now, and prepares mask, score, sink and offsets.
  LogicalResult prepare(const Frame &frame);
  FailureOr<BoundedResults> run();

private:
  LogicalResult checkSizes();
  LogicalResult preparePatterns(const Frame &frame);
  void runRow(int64_t batch, int64_t head, int64_t queryRow);
  bool isVisible(const Pair &pair);
  void collectScores(int64_t batch, int64_t head, int64_t queryRow);
  void applyScoreRegion(Pair pair);
  void computeSoftmax(std::optional<double> sinkLogit);
  void accumulate(int64_t batch, int64_t head, int64_t queryRow);

  /// Row `row` of the (batch, head) matrix of a rank-4 tensor.
  static const Cell *getRow(const Tensor &tensor, int64_t batch, int64_t head, int64_t row) {
    return tensor.data() +
           ((batch * tensor.getDim(1) + head) * tensor.getDim(2) + row) * tensor.getDim(3);
  }
  int64_t getKeyHead(int64_t head) const { return head / (query.getDim(1) / key.getDim(1)); }
  int64_t getOutputRow(int64_t batch, int64_t head, int64_t queryRow) const {
    return (batch * query.getDim(1) + head) * query.getDim(2) + queryRow;
  }

  attn::AttentionOp op;
  const Tensor query, key, value;
  const bool wantsBounds;
  double scale = 1;
  int64_t queryOffset = 0, keyOffset = 0;
  std::optional<Tensor> sink;
  std::vector<MaskPredicate> patterns;
  PairRegions regions;

  BoundedResults result;
  Cell *output = nullptr, *lse = nullptr, *outputBound = nullptr, *lseBound = nullptr;
  /// The row in progress.
  AttentionRow row;
};
} // namespace

//===----------------------------------------------------------------------===//
// Preparation
//===----------------------------------------------------------------------===//

LogicalResult AttentionEvaluator::checkSizes() {
  if (failed(checkSize(op, "batch of key (of query)", query.getDim(0), key.getDim(0))) ||
      failed(checkSize(op, "batch of value (of query)", query.getDim(0), value.getDim(0))) ||
      failed(checkSize(op, "sequence of value (of key)", key.getDim(2), value.getDim(2))))
    return failure();
  return success();
}

LogicalResult AttentionEvaluator::preparePatterns(const Frame &frame) {
  MaskContext context;
  context.queryEnd = addPositions(queryOffset, query.getDim(2));
  context.keyEnd = addPositions(keyOffset, key.getDim(2));
  if (Value ids = op.getDocumentIds()) {
    context.documentIds = frame.at(ids);
    if (failed(checkSize(op, "batch of document_ids (of query)", query.getDim(0),
                         context.documentIds->getDim(0))))
      return failure();
  }
  if (ArrayAttr attributes = op.getMaskPatternsAttr())
    for (Attribute attribute : attributes) {
      patterns.push_back(makeMaskPredicate(attribute, context));
      if (!patterns.back())
        return op.emitError() << "the reference interpreter does not know the mask pattern "
                              << attribute;
    }
  return success();
}

LogicalResult AttentionEvaluator::prepare(const Frame &frame) {
  if (failed(checkSizes()))
    return failure();
  scale = op.getScale() ? op.getScale()->convertToDouble()
                        : 1 / std::sqrt(static_cast<double>(query.getDim(3)));
  if (Value offset = op.getQOffset())
    queryOffset = getInteger(frame, offset);
  if (Value offset = op.getKvOffset())
    keyOffset = getInteger(frame, offset);
  if (Value logits = op.getSink()) {
    sink = frame.at(logits);
    if (failed(checkSize(op, "heads of sink (of query)", query.getDim(1), sink->getDim(0))))
      return failure();
  }
  if (failed(preparePatterns(frame)))
    return failure();
  FailureOr<PairRegions> compiled = PairRegions::compile(op.getMask(), op.getScore(), frame);
  if (failed(compiled))
    return failure();
  regions = std::move(*compiled);
  return success();
}

//===----------------------------------------------------------------------===//
// One row
//===----------------------------------------------------------------------===//

bool AttentionEvaluator::isVisible(const Pair &pair) {
  for (const MaskPredicate &pattern : patterns)
    if (!pattern({pair.batch, pair.query, pair.key}))
      return false;
  return regions.isVisible(pair);
}

/// Fills keys, scores and, where bounds are wanted, the errors of the scores.
void AttentionEvaluator::collectScores(int64_t batch, int64_t head, int64_t queryRow) {
  row.keys.clear();
  row.scores.clear();
  row.likelyScoreErrors.clear();
  const int64_t headDim = query.getDim(3);
  const Cell *q = getRow(query, batch, head, queryRow);
  Pair pair{batch, head, addPositions(queryOffset, queryRow), 0};
  double largest = 0;
  for (int64_t j = 0; j < key.getDim(2); ++j) {
    pair.key = addPositions(keyOffset, j);
    if (!isVisible(pair))
      continue;
    const Cell *k = getRow(key, batch, getKeyHead(head), j);
    row.keys.push_back(j);
    row.scores.push_back(scale * computeDotProduct(q, k, headDim));
    if (!wantsBounds)
      continue;
    const DotProductTerms terms = computeDotProductTerms(q, k, headDim);
    largest = std::fmax(largest, terms.magnitude);
    row.likelyScoreErrors.push_back(getLikelyDotProductError(scale, terms));
  }
  if (wantsBounds)
    row.scoreErrors.assign(row.keys.size(), getDotProductError(headDim, scale, largest));
  if (regions.hasScore())
    applyScoreRegion(pair);
}

/// Changes the scores of the row; `pair` is any of its pairs. A score of -inf takes its key out, as
/// a mask does.
void AttentionEvaluator::applyScoreRegion(Pair pair) {
  size_t kept = 0;
  for (size_t n = 0; n < row.keys.size(); ++n) {
    pair.key = addPositions(keyOffset, row.keys[n]);
    const double value = regions.changeScore(pair, row.scores[n]);
    if (value == kMinusInfinity)
      continue;
    row.keys[kept] = row.keys[n];
    row.scores[kept] = value;
    if (wantsBounds) {
      row.scoreErrors[kept] = regions.computeScoreError(row.scoreErrors[n]);
      row.likelyScoreErrors[kept] = regions.computeScoreError(row.likelyScoreErrors[n]);
    }
    ++kept;
  }
  row.keys.resize(kept);
  row.scores.resize(kept);
}

/// NaN and +inf scores make every weight NaN, as the formula says.
void AttentionEvaluator::computeSoftmax(std::optional<double> sinkLogit) {
  row.max = sinkLogit.value_or(kMinusInfinity);
  for (double value : row.scores)
    if (!(value <= row.max)) // a NaN stays
      row.max = std::isnan(row.max) ? row.max : value;
  row.sinkWeight = 0;
  if (sinkLogit && *sinkLogit != kMinusInfinity)
    row.sinkWeight = std::exp(*sinkLogit - row.max);
  row.sum = row.sinkWeight;
  row.weights.clear();
  for (double value : row.scores) {
    row.weights.push_back(std::exp(value - row.max));
    row.sum += row.weights.back();
  }
}

void AttentionEvaluator::accumulate(int64_t batch, int64_t head, int64_t queryRow) {
  const int64_t valueDim = value.getDim(3), outputRow = getOutputRow(batch, head, queryRow);
  if (lse)
    lse[outputRow].real = row.max + std::log(row.sum); // -inf for a row without keys
  Cell *out = output + outputRow * valueDim;           // zeros until now
  const Cell *values = getRow(value, batch, getKeyHead(head), 0);
  for (size_t n = 0; n < row.keys.size(); ++n) {
    const double weight = row.weights[n] / row.sum;
    const Cell *v = values + row.keys[n] * valueDim;
    for (int64_t d = 0; d < valueDim; ++d)
      out[d].real += weight * v[d].real;
  }
  if (outputBound && !row.keys.empty())
    computeRowBound(row, values, valueDim, out, *getStorageType(value.getElementType()),
                    outputBound + outputRow * valueDim);
  if (lseBound)
    lseBound[outputRow].real = computeLseBound(row, lse[outputRow].real);
}

void AttentionEvaluator::runRow(int64_t batch, int64_t head, int64_t queryRow) {
  collectScores(batch, head, queryRow);
  computeSoftmax(sink ? std::optional<double>(sink->data()[head].real) : std::nullopt);
  accumulate(batch, head, queryRow);
}

FailureOr<BoundedResults> AttentionEvaluator::run() {
  const int64_t batches = query.getDim(0), heads = query.getDim(1), rows = query.getDim(2);
  const int64_t outputShape[] = {batches, heads, rows, value.getDim(3)};
  FailureOr<Tensor> outputTensor = makeTensor(op, value.getElementType(), outputShape);
  if (failed(outputTensor))
    return failure();
  result.values.push_back(std::move(*outputTensor));
  if (op.getLse())
    result.values.push_back(Tensor(Float32Type::get(op.getContext()), {batches, heads, rows}));
  if (wantsBounds)
    for (const Tensor &value : result.values)
      result.bounds.push_back(Tensor(Float64Type::get(op.getContext()), value.getShape()));
  output = result.values[0].mutableData();
  lse = op.getLse() ? result.values[1].mutableData() : nullptr;
  outputBound = wantsBounds ? result.bounds[0].mutableData() : nullptr;
  lseBound = wantsBounds && op.getLse() ? result.bounds[1].mutableData() : nullptr;

  for (int64_t batch = 0; batch < batches; ++batch)
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t queryRow = 0; queryRow < rows; ++queryRow)
        runRow(batch, head, queryRow);
  return std::move(result);
}

FailureOr<BoundedResults> reference::evaluateAttention(attn::AttentionOp op, const Frame &frame,
                                                       bool computeBounds) {
  AttentionEvaluator evaluator(op, frame, computeBounds);
  if (failed(evaluator.prepare(frame)))
    return failure();
  return evaluator.run();
}
