// How far a correct attention may be from the real-arithmetic result, element by element.
//
// Output. Let p be the normalised weights, v the values, o the exact output, m the row's maximum, l
// the sum of exp(s - m), n the number of keys that the row sees, u and t the relative and absolute
// roundoff of the storage type (getRounding). The bound is the sum of
//
//     u |o|                           rounding the output
//     6 / sqrt(3) || r . v ||_2       rounding the weights: r_j = max(u p_j, t / l)
//     sum_j p_j eps_j |v_j - o|       scores off by eps_j; the sink is a key of value 0
//     2^-24 (8 + 2 (r_v + r_w)) |o|   f32 arithmetic: division, rescaling, sums of equal terms,
//     2^-24 2 sqrt(n) sum_j p_j |v_j| sums of any terms
//     t                               underflow of the output
//
//     eps_j = e_j + (|m| + 20) 2^-24 + 2^-22
//     e_j   = (D + 4) 2^-24 |scale| max_j sum_d |q_d k_jd|, carried through the score region
//
// where eps_j is the error of the score itself, of s - m (for scores up to 20 below the maximum;
// lower ones do not matter) and of the exponential. The terms with 6 / sqrt(3) and sqrt(n) assume
// that roundings are independent. They are not where terms of a sum are equal: then each addition
// rounds the same way, by up to half an ulp. r_v counts the keys whose p_j v_j is that of the key
// before, r_w those whose weight is (unless exp(s - m) is 1: a sum of ones is exact). The bound is
// 0 where o is not finite: the result must be the same NaN or infinity.
//
// Log-sum-exp. The bound is
//
//     3e-6 (1 + |lse|) + 2^-24 r_w + sum_j p_j e'_j
//     e'_j = 6 / sqrt(3) 2^-24 |scale| || s ||_2, carried through the score region
//
// where s_d = sum_{c <= d} q_c k_jc are the partial sums of the dot product, each of which is
// rounded once: six sigma of independent roundings. It matters only for rows that see few keys,
// where the score may be small and its terms are not.
#pragma once

#include "attnc/Target/Reference/Tensor.h"

namespace attnc::reference {

/// Rounding of a storage type: relative for normal numbers, absolute for those near zero.
struct Rounding {
  double relative;
  double absolute;
};
Rounding getRounding(ElementType storage);

/// The softmax of one query row over the keys that it sees.
struct AttentionRow {
  /// Indices of the keys, rows of the value matrix.
  std::vector<int64_t> keys;
  /// Scores, and exp(score - max).
  std::vector<double> scores, weights;
  /// Errors e_j and e'_j of the scores; only filled when bounds are wanted.
  std::vector<double> scoreErrors, likelyScoreErrors;
  double max = 0, sum = 0;
  /// exp(sink - max), part of `sum`; 0 without a sink.
  double sinkWeight = 0;
};

/// What the roundings of a dot product depend on.
struct DotProductTerms {
  /// sum_d |q_d k_d|.
  double magnitude;
  /// The 2-norm of the partial sums.
  double pathNorm;
};
DotProductTerms computeDotProductTerms(const Cell *query, const Cell *key, int64_t headDim);

/// e_j before the score region: the error of a scaled dot product of `headDim` terms in f32, where
/// `magnitude` is the largest of the row.
double getDotProductError(int64_t headDim, double scale, double magnitude);

/// e'_j before the score region.
double getLikelyDotProductError(double scale, const DotProductTerms &terms);

/// Writes the bound of `valueDim` output elements. `values` is the row-major value matrix of the
/// row's head and `output` the exact result.
void computeRowBound(const AttentionRow &row, const Cell *values, int64_t valueDim,
                     const Cell *output, ElementType storage, Cell *bound);

/// The bound of the row's log-sum-exp, 0 where that is not finite.
double computeLseBound(const AttentionRow &row, double lse);

} // namespace attnc::reference
