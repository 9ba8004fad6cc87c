// The mask and score regions of an attn op, compiled to be run for (query, key) pairs.
#include "PairRegions.h"

using namespace mlir;
using namespace attnc;
using namespace attnc::reference;

static LogicalResult compileInto(std::optional<ScalarProgram> &program, Region &region,
                                 const Frame &frame) {
  if (region.empty())
    return success();
  FailureOr<ScalarProgram> compiled =
      ScalarProgram::compile(region.front(), frame, OutOfRange::Clamp);
  if (failed(compiled))
    return failure();
  program = std::move(*compiled);
  return success();
}

FailureOr<PairRegions> PairRegions::compile(Region &mask, Region &score, const Frame &frame) {
  PairRegions regions;
  if (failed(compileInto(regions.mask, mask, frame)) ||
      failed(compileInto(regions.score, score, frame)))
    return failure();
  return regions;
}

/// Sets the index arguments from number `first` on and runs. With clamped reads a run cannot fail.
static void run(ScalarProgram &program, unsigned first, const Pair &pair) {
  program.argument(first).integer = pair.batch;
  program.argument(first + 1).integer = pair.head;
  program.argument(first + 2).integer = pair.query;
  program.argument(first + 3).integer = pair.key;
  (void)program.run();
}

bool PairRegions::isVisible(const Pair &pair) {
  if (!mask)
    return true;
  run(*mask, 0, pair);
  return mask->result(0).integer != 0;
}

double PairRegions::changeScore(const Pair &pair, double value) {
  if (!score)
    return value;
  score->argument(0).real = value;
  run(*score, 1, pair);
  return score->result(0).real;
}

/// Four partial sums: in double their order is of no account, and the processor adds them in
/// parallel.
double reference::computeDotProduct(const Cell *a, const Cell *b, int64_t size) {
  double sums[4] = {0, 0, 0, 0};
  int64_t d = 0;
  for (; d + 4 <= size; d += 4)
    for (int lane = 0; lane < 4; ++lane)
      sums[lane] += a[d + lane].real * b[d + lane].real;
  for (; d < size; ++d)
    sums[0] += a[d].real * b[d].real;
  return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}
