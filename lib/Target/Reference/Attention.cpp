// attn.attention by its definition: one query row at a time, all scores, then the softmax.
#include "Attention.h"

#include "ErrorBound.h"
#include "MaskPattern.h"
#include "ScalarProgram.h"

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
  FailureOr<AttentionResult> run();

private:
  LogicalResult checkSizes();
  LogicalResult prepareMask(const Frame &frame);
  LogicalResult runRow(int64_t batch, int64_t head, int64_t queryRow);
  FailureOr<bool> isAllowed(const MaskPosition &at, int64_t head);
  LogicalResult collectScores(int64_t batch, int64_t head, int64_t queryRow);
  LogicalResult applyScoreRegion(const MaskPosition &at, int64_t head, double &score);
  LogicalResult applyScoreRegionToRow(int64_t head, MaskPosition at);
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
  std::optional<ScalarProgram> mask, score;

  AttentionResult result;
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

LogicalResult AttentionEvaluator::prepareMask(const Frame &frame) {
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
  if (op.getMask().empty())
    return success();
  FailureOr<ScalarProgram> program =
      ScalarProgram::compile(op.getMask().front(), frame, OutOfRange::Clamp);
  if (failed(program))
    return failure();
  mask = std::move(*program);
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
  if (failed(prepareMask(frame)))
    return failure();
  if (op.getScore().empty())
    return success();
  FailureOr<ScalarProgram> program =
      ScalarProgram::compile(op.getScore().front(), frame, OutOfRange::Clamp);
  if (failed(program))
    return failure();
  score = std::move(*program);
  return success();
}

//===----------------------------------------------------------------------===//
// One row
//===----------------------------------------------------------------------===//

FailureOr<bool> AttentionEvaluator::isAllowed(const MaskPosition &at, int64_t head) {
  for (const MaskPredicate &pattern : patterns)
    if (!pattern(at))
      return false;
  if (!mask)
    return true;
  mask->argument(0).integer = at.batch;
  mask->argument(1).integer = head;
  mask->argument(2).integer = at.query;
  mask->argument(3).integer = at.key;
  if (failed(mask->run()))
    return failure();
  return mask->result(0).integer != 0;
}

/// Four partial sums: a sum in double does not depend on the order for our purposes, and the
/// processor adds them in parallel.
static double computeDotProduct(const Cell *a, const Cell *b, int64_t size) {
  double sums[4] = {0, 0, 0, 0};
  int64_t d = 0;
  for (; d + 4 <= size; d += 4)
    for (int lane = 0; lane < 4; ++lane)
      sums[lane] += a[d + lane].real * b[d + lane].real;
  for (; d < size; ++d)
    sums[0] += a[d].real * b[d].real;
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

static double computeDotMagnitude(const Cell *a, const Cell *b, int64_t size) {
  double sum = 0;
  for (int64_t d = 0; d < size; ++d)
    sum += std::fabs(a[d].real * b[d].real);
  return sum;
}

LogicalResult AttentionEvaluator::applyScoreRegion(const MaskPosition &at, int64_t head,
                                                   double &value) {
  score->argument(0).real = value;
  score->argument(1).integer = at.batch;
  score->argument(2).integer = head;
  score->argument(3).integer = at.query;
  score->argument(4).integer = at.key;
  if (failed(score->run()))
    return failure();
  value = score->result(0).real;
  return success();
}

/// Fills keys, scaled scores and, where bounds are wanted, their errors.
LogicalResult AttentionEvaluator::collectScores(int64_t batch, int64_t head, int64_t queryRow) {
  row.keys.clear();
  row.scores.clear();
  row.likelyScoreErrors.clear();
  const int64_t headDim = query.getDim(3);
  const Cell *q = getRow(query, batch, head, queryRow);
  MaskPosition at{batch, addPositions(queryOffset, queryRow), 0};
  double largest = 0;
  for (int64_t j = 0; j < key.getDim(2); ++j) {
    at.key = addPositions(keyOffset, j);
    FailureOr<bool> allowed = isAllowed(at, head);
    if (failed(allowed))
      return failure();
    if (!*allowed)
      continue;
    const Cell *k = getRow(key, batch, getKeyHead(head), j);
    row.keys.push_back(j);
    row.scores.push_back(scale * computeDotProduct(q, k, headDim));
    if (!wantsBounds)
      continue;
    const double magnitude = computeDotMagnitude(q, k, headDim);
    largest = std::fmax(largest, magnitude);
    row.likelyScoreErrors.push_back(getLikelyDotProductError(scale, magnitude));
  }
  if (wantsBounds)
    row.scoreErrors.assign(row.keys.size(), getDotProductError(headDim, scale, largest));
  return score ? applyScoreRegionToRow(head, at) : success();
}

/// A score of -inf takes its key out, as a mask does.
LogicalResult AttentionEvaluator::applyScoreRegionToRow(int64_t head, MaskPosition at) {
  size_t kept = 0;
  for (size_t n = 0; n < row.keys.size(); ++n) {
    at.key = addPositions(keyOffset, row.keys[n]);
    double value = row.scores[n];
    if (failed(applyScoreRegion(at, head, value)))
      return failure();
    if (value == kMinusInfinity)
      continue;
    row.keys[kept] = row.keys[n];
    row.scores[kept] = value;
    if (wantsBounds) {
      row.scoreErrors[kept] = score->computeResultError(row.scoreErrors[n]);
      row.likelyScoreErrors[kept] = score->computeResultError(row.likelyScoreErrors[n]);
    }
    ++kept;
  }
  row.keys.resize(kept);
  row.scores.resize(kept);
  return success();
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

LogicalResult AttentionEvaluator::runRow(int64_t batch, int64_t head, int64_t queryRow) {
  if (failed(collectScores(batch, head, queryRow)))
    return failure();
  computeSoftmax(sink ? std::optional<double>(sink->data()[head].real) : std::nullopt);
  accumulate(batch, head, queryRow);
  return success();
}

FailureOr<AttentionResult> AttentionEvaluator::run() {
  const int64_t batches = query.getDim(0), heads = query.getDim(1), rows = query.getDim(2);
  const int64_t outputShape[] = {batches, heads, rows, value.getDim(3)};
  FailureOr<Tensor> outputTensor = makeTensor(op, value.getElementType(), outputShape);
  if (failed(outputTensor))
    return failure();
  result.output = std::move(*outputTensor);
  Type f64 = Float64Type::get(op.getContext());
  if (wantsBounds)
    result.outputBound = Tensor(f64, outputShape);
  if (op.getLse())
    result.lse = Tensor(Float32Type::get(op.getContext()), {batches, heads, rows});
  if (op.getLse() && wantsBounds)
    result.lseBound = Tensor(f64, {batches, heads, rows});
  output = result.output.mutableData();
  const auto getCells = [](std::optional<Tensor> &tensor) {
    return tensor ? tensor->mutableData() : nullptr;
  };
  outputBound = getCells(result.outputBound);
  lse = getCells(result.lse);
  lseBound = getCells(result.lseBound);

  for (int64_t batch = 0; batch < batches; ++batch)
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t queryRow = 0; queryRow < rows; ++queryRow)
        if (failed(runRow(batch, head, queryRow)))
          return failure();
  return std::move(result);
}

FailureOr<AttentionResult> reference::evaluateAttention(attn::AttentionOp op, const Frame &frame,
                                                        bool computeBounds) {
  AttentionEvaluator evaluator(op, frame, computeBounds);
  if (failed(evaluator.prepare(frame)))
    return failure();
  return evaluator.run();
}
