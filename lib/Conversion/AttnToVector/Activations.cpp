// Builds softplus and SiLU from one exponential of a value that is not positive and one reciprocal.
#include "Activations.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace attnc;

static Value negativeAbs(VectorBuilder &vb, Value x) {
  Value magnitude = math::AbsFOp::create(vb.builder, vb.loc, x);
  return arith::NegFOp::create(vb.builder, vb.loc, magnitude);
}

static Value select(VectorBuilder &vb, arith::CmpFPredicate predicate, Value a, Value b, Value yes,
                    Value no) {
  Value holds = arith::CmpFOp::create(vb.builder, vb.loc, predicate, a, b);
  return arith::SelectOp::create(vb.builder, vb.loc, holds, yes, no);
}

/// e^x for x <= 0 without the error that the rounding of x * log2(e) brings for large |x|: what was
/// rounded away is multiplied in, 2^d = 1 + d * ln(2) for tiny d.
static Value preciseExpOfNonPositive(VectorBuilder &vb, Value x) {
  constexpr float kLog2e = 1.44269502f, kLog2eRest = 1.92596299e-8f, kLn2 = 0.693147182f;
  Value log2e = vb.splat(kLog2e);
  Value exponent = vb.mulF(x, log2e);
  Value negated = arith::NegFOp::create(vb.builder, vb.loc, exponent);
  Value rest = vb.fma(x, vb.splat(kLog2eRest), vb.fma(x, log2e, negated));
  Value power = vb.exp2(exponent, /*isNonPositive=*/true);
  Value corrected = vb.fma(vb.mulF(power, rest), vb.splat(kLn2), power);
  // At -inf the rest is no number; the power is 0 then, and so from where it underflows.
  Value zero = vb.splat(0.0f);
  return select(vb, arith::CmpFPredicate::OEQ, power, zero, zero, corrected);
}

Value attnc::buildSoftplus(VectorBuilder &vb, Value x, double threshold) {
  // log(1 + e^x) = max(x, 0) + log1p(e^-|x|), and log1p(e) = 2 atanh(s) with s = e / (2 + e) in
  // [0, 1/3]: no digit is lost where e is tiny. atanh(s) / s is a polynomial in s^2, minimax of the
  // relative error, which is below 2^-25.
  Value e = preciseExpOfNonPositive(vb, negativeAbs(vb, x));
  Value s = vb.mulF(e, vb.reciprocal(vb.addF(e, vb.splat(2.0f))));
  Value square = vb.mulF(s, s);
  Value sum = vb.splat(0.13434041f);
  for (float coefficient : {0.14116941f, 0.20003837f, 0.3333332f, 1.0f})
    sum = vb.fma(sum, square, vb.splat(coefficient));
  Value twice = vb.addF(s, s);
  Value result = vb.fma(twice, sum, vb.maxF(x, vb.splat(0.0f)));
  // From here on the logarithm is below half a unit in the last place of x.
  constexpr double kIndistinguishable = 16.0;
  if (threshold >= kIndistinguishable)
    return result;
  return select(vb, arith::CmpFPredicate::OGT, x, vb.splat(static_cast<float>(threshold)), x,
                result);
}

Value attnc::buildSilu(VectorBuilder &vb, Value z) {
  // The sigmoid is 1 / (1 + e) or e / (1 + e) with e = e^-|z|, which cannot overflow.
  Value e = vb.expOfNonPositive(negativeAbs(vb, z)), one = vb.splat(1.0f);
  Value numerator = select(vb, arith::CmpFPredicate::OLT, z, vb.splat(0.0f), e, one);
  return vb.mulF(z, vb.mulF(numerator, vb.reciprocal(vb.addF(e, one))));
}
