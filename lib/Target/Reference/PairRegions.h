// The mask and score regions of an attn op, compiled to be run for (query, key) pairs.
#pragma once

#include "ScalarProgram.h"

namespace attnc::reference {

/// A (query, key) pair as regions see it; positions are in the whole sequence.
struct Pair {
  int64_t batch = 0, head = 0, query = 0, key = 0;
};

class PairRegions {
public:
  /// An empty region keeps every pair, or every score.
  static llvm::FailureOr<PairRegions> compile(mlir::Region &mask, mlir::Region &score,
                                              const Frame &frame);

  bool isVisible(const Pair &pair);

  bool hasScore() const { return score.has_value(); }
  /// What the score region makes of a scaled score.
  double changeScore(const Pair &pair, double value);
  /// Of the last changeScore: the error of the result, see ScalarProgram::computeResultError.
  double computeScoreError(double error) { return score->computeResultError(error); }

private:
  std::optional<ScalarProgram> mask, score;
};

/// sum_d a_d b_d of two rows.
double computeDotProduct(const Cell *a, const Cell *b, int64_t size);

} // namespace attnc::reference
