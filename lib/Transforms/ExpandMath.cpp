// attn-expand-math: polynomials and integer arithmetic instead of calls for math on vectors.
#include "attnc/Transforms/Passes.h"

#include "attnc/Analysis/CpuTarget.h"
#include "attnc/Analysis/NonPositive.h"

#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNEXPANDMATHPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc;

namespace {

/// 2^y = 2^n * 2^f with n an integer and f a polynomial's argument; e^x is 2^y at y = x * log2(e).
///
/// Exact at 0, 0 at -inf, NaN at NaN. Relative error of 2^y below 2^-22; of e^x growing with the
/// rounding of y, 1.25 * 2^-24 * |x|. Results below 2^-126 may be any value below that.
template <typename ExpOp> struct ExpandExp : OpRewritePattern<ExpOp> {
  ExpandExp(MLIRContext *context, const VectorUnit &unit)
      : OpRewritePattern<ExpOp>(context, /*benefit=*/2), unit(unit) {}

  LogicalResult matchAndRewrite(ExpOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    if (!type || !type.getElementType().isF32() || type.isScalable())
      return rewriter.notifyMatchFailure(op, "only f32 vectors are expanded");
    Builder b{rewriter, op.getLoc(), type};
    Value y = op.getOperand();
    if (std::is_same_v<ExpOp, math::ExpOp>)
      y = b.mul(y, b.splat(1.44269504088896341f));
    bool isAvx512 = unit.hasAvx512 && type.getRank() == 1 && type.getDimSize(0) == 16;
    rewriter.replaceOp(op, isAvx512 ? b.exp2ByScalef(y)
                                    : b.exp2ByBits(y, op->hasAttr(kNonPositiveAttrName)));
    return success();
  }

private:
  struct Builder {
    PatternRewriter &rewriter;
    Location loc;
    VectorType type;

    Value splat(float value) {
      return arith::ConstantOp::create(
          rewriter, loc, DenseElementsAttr::get(type, rewriter.getF32FloatAttr(value)));
    }
    Value add(Value a, Value b) { return arith::AddFOp::create(rewriter, loc, a, b); }
    Value sub(Value a, Value b) { return arith::SubFOp::create(rewriter, loc, a, b); }
    Value mul(Value a, Value b) { return arith::MulFOp::create(rewriter, loc, a, b); }
    /// `bound` where it compares so with y, else y; NaN compares with nothing and stays.
    Value clamp(Value y, arith::CmpFPredicate predicate, float bound) {
      Value limit = splat(bound);
      Value isBeyond = arith::CmpFOp::create(rewriter, loc, predicate, y, limit);
      return arith::SelectOp::create(rewriter, loc, isBeyond, limit, y);
    }
    /// 2^f with the constant coefficient 1, so that 2^0 is exact. Minimax of the relative error.
    Value polynomial(Value f, ArrayRef<float> coefficients) {
      Value sum = splat(coefficients.back());
      for (float coefficient : llvm::reverse(coefficients.drop_back()))
        sum = vector::FMAOp::create(rewriter, loc, sum, f, splat(coefficient));
      return sum;
    }

    /// f = y - floor(y) in [0, 1) by vreduceps; vscalefps multiplies by 2^floor(y), underflows and
    /// overflows by itself and takes infinities.
    Value exp2ByScalef(Value y) {
      auto constant = [&](Type integer, int64_t value) -> Value {
        return arith::ConstantOp::create(rewriter, loc, rewriter.getIntegerAttr(integer, value));
      };
      Type i16 = rewriter.getIntegerType(16), i32 = rewriter.getI32Type();
      Value allLanes = constant(i16, -1), toFloor = constant(i32, 1), asIs = constant(i32, 4);
      Value f =
          LLVM::CallIntrinsicOp::create(
              rewriter, loc, type, rewriter.getStringAttr("llvm.x86.avx512.mask.reduce.ps.512"),
              ValueRange{y, toFloor, y, allLanes, asIs})
              .getResults();
      Value p = polynomial(f, {1.0f, 6.931513118e-01f, 2.401644501e-01f, 5.579991312e-02f,
                               9.017030309e-03f, 1.867130073e-03f});
      // The op hands its operands to the intrinsic in order: value, exponent, pass-through.
      return x86vector::MaskScaleFOp::create(rewriter, loc, p, y, p, allLanes, asIs);
    }

    /// Adding 1.5 * 2^23 rounds y to an integer n, which stands in the low bits and is added to the
    /// exponent of 2^f. At y = -127 the result is exactly 0: n = -127, f = 0.
    Value exp2ByBits(Value y, bool isNonPositive) {
      y = clamp(y, arith::CmpFPredicate::OLT, -127.0f);
      Value isLarge;
      if (!isNonPositive) {
        // n = 128 is no exponent: from y = 127 on this is 2 * 2^(y - 1), which may overflow.
        y = clamp(y, arith::CmpFPredicate::OGT, 128.0f);
        isLarge = arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::OGE, y, splat(127.0f));
        y = arith::SelectOp::create(rewriter, loc, isLarge, sub(y, splat(1.0f)), y);
      }
      Value magic = splat(12582912.0f);
      Value shifted = add(y, magic);
      Value f = sub(y, sub(shifted, magic));
      Value p = polynomial(f, {1.0f, 6.931469776e-01f, 2.402224209e-01f, 5.550733744e-02f,
                               9.671512649e-03f, 1.326472705e-03f});
      VectorType bits = type.clone(rewriter.getI32Type());
      auto toBits = [&](Value value) -> Value {
        return vector::BitCastOp::create(rewriter, loc, bits, value);
      };
      Value mantissaBits = arith::ConstantOp::create(
          rewriter, loc, DenseElementsAttr::get(bits, rewriter.getI32IntegerAttr(23)));
      Value exponent = arith::ShLIOp::create(rewriter, loc, toBits(shifted), mantissaBits);
      Value sum = arith::AddIOp::create(rewriter, loc, toBits(p), exponent);
      Value result = vector::BitCastOp::create(rewriter, loc, type, sum);
      if (isNonPositive)
        return result;
      return arith::SelectOp::create(rewriter, loc, isLarge, add(result, result), result);
    }
  };

  VectorUnit unit;
};

/// There is no fma of 16-bit floats on most CPUs. The product is exact in f32.
struct WidenFma : OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FmaOp op, PatternRewriter &rewriter) const override {
    Type type = op.getType(), element = getElementTypeOrSelf(type);
    if (!element.isF16() && !element.isBF16())
      return rewriter.notifyMatchFailure(op, "only 16-bit floats are widened");
    Type wide = rewriter.getF32Type();
    if (auto vector = dyn_cast<VectorType>(type))
      wide = vector.clone(wide);
    SmallVector<Value> operands;
    for (Value operand : op.getOperands())
      operands.push_back(arith::ExtFOp::create(rewriter, op.getLoc(), wide, operand));
    Value result = math::FmaOp::create(rewriter, op.getLoc(), wide, operands);
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type, result);
    return success();
  }
};

/// f32 to bf16, ties to even, by integer arithmetic. The upstream expansion chooses NaN after the
/// vector was narrowed, which makes LLVM take it apart into scalars.
struct ExpandBf16Truncation : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op, PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    auto sourceType = dyn_cast<VectorType>(op.getIn().getType());
    if (!type || !type.getElementType().isBF16() || !sourceType.getElementType().isF32())
      return rewriter.notifyMatchFailure(op, "only f32 vectors to bf16 are expanded");
    Location loc = op.getLoc();
    VectorType wide = type.clone(rewriter.getI32Type());
    auto constant = [&](int32_t value) -> Value {
      return arith::ConstantOp::create(
          rewriter, loc, DenseElementsAttr::get(wide, rewriter.getI32IntegerAttr(value)));
    };
    Value in = op.getIn(), bits = arith::BitcastOp::create(rewriter, loc, wide, in);
    Value sixteen = constant(16);
    Value shifted = arith::ShRUIOp::create(rewriter, loc, bits, sixteen);
    Value isOdd = arith::AndIOp::create(rewriter, loc, shifted, constant(1));
    Value bias = arith::AddIOp::create(rewriter, loc, isOdd, constant(0x7fff));
    Value rounded = arith::AddIOp::create(rewriter, loc, bits, bias);
    Value isNaN = arith::CmpFOp::create(rewriter, loc, arith::CmpFPredicate::UNO, in, in);
    // A NaN keeps its upper bits, as the instruction does. A constant in its place would let LLVM
    // narrow both sides of the choice.
    Value quiet = arith::OrIOp::create(rewriter, loc, bits, constant(0x00400000));
    Value chosen = arith::SelectOp::create(rewriter, loc, isNaN, quiet, rounded);
    Value upper = arith::ShRUIOp::create(rewriter, loc, chosen, sixteen);
    Value narrow = arith::TruncIOp::create(rewriter, loc, type.clone(rewriter.getI16Type()), upper);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, narrow);
    return success();
  }
};

struct AttnExpandMathPass : attnc::impl::AttnExpandMathPassBase<AttnExpandMathPass> {
  using AttnExpandMathPassBase::AttnExpandMathPassBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    VectorUnit unit = getVectorUnit(triple, features);
    patterns.add<ExpandExp<math::ExpOp>, ExpandExp<math::Exp2Op>>(&getContext(), unit);
    patterns.add<WidenFma>(&getContext());
    if (!unit.hasBf16Convert)
      patterns.add<ExpandBf16Truncation>(&getContext());
    auto isAccurate = [](StringRef name) {
      return name == math::LogOp::getOperationName() || name == math::TanhOp::getOperationName() ||
             name == math::ErfOp::getOperationName();
    };
    auto isExpanded = [&](StringRef name) {
      return isAccurate(name) || name == math::ExpOp::getOperationName() ||
             name == math::Exp2Op::getOperationName();
    };
    populateMathF32ExpansionPatterns(patterns, isExpanded);
    populateMathPolynomialApproximationPatterns(patterns, isAccurate);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
