// Sign analysis of floats: a table for each operation, folded along the definitions of a value.
#include "attnc/Analysis/FloatSigns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace attnc;

using Kind = FloatSigns::Kind;

//===----------------------------------------------------------------------===//
// Arithmetic on single kinds; results are rounded, so that products may vanish
//===----------------------------------------------------------------------===//

static constexpr Kind kKinds[] = {Kind::Negative, Kind::Zero, Kind::Positive, Kind::NaN};

static Kind negate(Kind x) {
  return x == Kind::Negative ? Kind::Positive : x == Kind::Positive ? Kind::Negative : x;
}

static uint8_t add(Kind x, Kind y) {
  if (x == Kind::NaN || y == Kind::NaN)
    return Kind::NaN;
  if (x == y || y == Kind::Zero)
    return x;
  return x == Kind::Zero ? uint8_t(y) : FloatSigns::kAny;
}

static uint8_t subtract(Kind x, Kind y) { return add(x, negate(y)); }

static uint8_t multiply(Kind x, Kind y) {
  if (x == Kind::NaN || y == Kind::NaN)
    return Kind::NaN;
  if (x == Kind::Zero || y == Kind::Zero)
    return Kind::Zero | Kind::NaN;
  return (x == y ? Kind::Positive : Kind::Negative) | Kind::Zero;
}

static uint8_t divide(Kind x, Kind y) {
  if (x == Kind::NaN || y == Kind::NaN)
    return Kind::NaN;
  if (y == Kind::Zero) // a zero has a sign too
    return x == Kind::Zero ? Kind::NaN : Kind::Negative | Kind::Positive;
  return x == Kind::Zero ? uint8_t(Kind::Zero) : multiply(x, y) | Kind::NaN;
}

/// Kinds are declared in their order.
static uint8_t maximum(Kind x, Kind y) { return std::max(x, y); }
static uint8_t minimum(Kind x, Kind y) {
  return x == Kind::NaN || y == Kind::NaN ? Kind::NaN : std::min(x, y);
}
static uint8_t maximumNumber(Kind x, Kind y) {
  return x == Kind::NaN ? y : y == Kind::NaN ? x : std::max(x, y);
}
static uint8_t minimumNumber(Kind x, Kind y) { return std::min(x, y); }

static uint8_t exponential(Kind x) {
  return x == Kind::NaN        ? Kind::NaN
         : x == Kind::Negative ? Kind::Zero | Kind::Positive
                               : Kind::Positive;
}

static uint8_t logarithmOfOneMore(Kind x) {
  if (x == Kind::Negative)
    return Kind::Negative | Kind::Zero | Kind::NaN;
  return x == Kind::Positive ? Kind::Zero | Kind::Positive : x;
}

static uint8_t absolute(Kind x) { return x == Kind::Negative ? Kind::Positive : x; }
static uint8_t truncate(Kind x) { return x == Kind::NaN ? x : x | Kind::Zero; }
static uint8_t opposite(Kind x) { return negate(x); }

static FloatSigns apply(uint8_t (*function)(Kind), FloatSigns x) {
  FloatSigns result = FloatSigns::none();
  for (Kind kind : kKinds)
    if (x.has(kind))
      result |= FloatSigns(function(kind));
  return result;
}

static FloatSigns apply(uint8_t (*function)(Kind, Kind), FloatSigns x, FloatSigns y) {
  FloatSigns result = FloatSigns::none();
  for (Kind kind : kKinds)
    for (Kind other : kKinds)
      if (x.has(kind) && y.has(other))
        result |= FloatSigns(function(kind, other));
  return result;
}

FloatSigns FloatSigns::operator+(FloatSigns other) const { return apply(add, *this, other); }

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

static FloatSigns getSigns(const APFloat &number) {
  return FloatSigns(number.isNaN()        ? Kind::NaN
                    : number.isZero()     ? Kind::Zero
                    : number.isNegative() ? Kind::Negative
                                          : Kind::Positive);
}

static FloatSigns getSigns(Attribute constant) {
  if (auto number = dyn_cast<FloatAttr>(constant))
    return getSigns(number.getValue());
  FloatSigns signs = FloatSigns::none();
  if (auto splat = dyn_cast<SplatElementsAttr>(constant))
    return getSigns(splat.getSplatValue<APFloat>());
  if (auto dense = dyn_cast<DenseFPElementsAttr>(constant)) {
    for (const APFloat &number : dense.getValues<APFloat>())
      signs |= getSigns(number);
    return signs;
  }
  if (auto resource = dyn_cast<DenseF32ResourceElementsAttr>(constant))
    if (std::optional<ArrayRef<float>> numbers = resource.tryGetAsArrayRef()) {
      for (float number : *numbers)
        signs |= getSigns(APFloat(number));
      return signs;
    }
  return FloatSigns::any();
}

/// The largest value of an integer that is known not to be negative: a sum of at most `depth`
/// levels of loop indices and constants that does not overflow.
static std::optional<int64_t> getLargestIndex(Value value, int depth = 4) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)))
    return constant.isNegative() ? std::nullopt : constant.trySExtValue();
  if (depth == 0)
    return std::nullopt;
  std::optional<int64_t> largest;
  if (auto index = value.getDefiningOp<linalg::IndexOp>()) {
    auto op = cast<linalg::LinalgOp>(index->getParentOp());
    int64_t range = op.getStaticLoopRanges()[index.getDim()];
    if (ShapedType::isStatic(range))
      largest = std::max<int64_t>(range - 1, 0);
  } else if (auto cast = value.getDefiningOp<arith::IndexCastOp>()) {
    largest = getLargestIndex(cast.getIn(), depth - 1);
  } else if (auto sum = value.getDefiningOp<arith::AddIOp>()) {
    std::optional<int64_t> left = getLargestIndex(sum.getLhs(), depth - 1);
    std::optional<int64_t> right = getLargestIndex(sum.getRhs(), depth - 1);
    if (left && right && *left <= INT64_MAX - *right)
      largest = *left + *right;
  }
  Type type = getElementTypeOrSelf(value);
  bool fits = largest && (type.isIndex() || llvm::isIntN(type.getIntOrFloatBitWidth(), *largest));
  return fits ? largest : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

namespace {
class SignAnalysis {
public:
  FloatSigns get(Value value);

private:
  FloatSigns getUncached(Value value);
  FloatSigns getOfArgument(BlockArgument argument);
  FloatSigns getOfResult(linalg::LinalgOp op, OpResult result);

  /// Longer chains of operations are not looked through.
  static constexpr int kLargestDepth = 64;
  int depth = 0;
  DenseMap<Value, FloatSigns> known;
};
} // namespace

FloatSigns SignAnalysis::get(Value value) {
  if (!isa<FloatType>(getElementTypeOrSelf(value)) || depth == kLargestDepth)
    return FloatSigns::any();
  auto found = known.find(value);
  if (found != known.end())
    return found->second;
  ++depth;
  FloatSigns signs = getUncached(value);
  --depth;
  known.try_emplace(value, signs);
  return signs;
}

/// Whether each element of the result is written once, by the loop body alone.
static bool isElementwise(linalg::LinalgOp op, OpOperand *init) {
  return op.getNumParallelLoops() == op.getNumLoops() &&
         op.getMatchingIndexingMap(init).isPermutation();
}

FloatSigns SignAnalysis::getOfArgument(BlockArgument argument) {
  auto op = dyn_cast<linalg::LinalgOp>(argument.getOwner()->getParentOp());
  if (!op)
    return FloatSigns::any();
  OpOperand *operand = op.getOpOperandsMatchingBBargs()[argument.getArgNumber()];
  bool isInit = op.isDpsInit(operand);
  return isInit && !isElementwise(op, operand) ? FloatSigns::any() : get(operand->get());
}

FloatSigns SignAnalysis::getOfResult(linalg::LinalgOp op, OpResult result) {
  OpOperand *init = op.getDpsInitOperand(result.getResultNumber());
  if (!isElementwise(op, init))
    return FloatSigns::any();
  return get(op.getBlock()->getTerminator()->getOperand(result.getResultNumber()));
}

FloatSigns SignAnalysis::getUncached(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value))
    return getOfArgument(argument);
  Operation *op = value.getDefiningOp();
  Attribute constant;
  if (matchPattern(op, m_Constant(&constant)))
    return getSigns(constant);
  auto unary = [&](uint8_t (*function)(Kind)) { return apply(function, get(op->getOperand(0))); };
  auto binary = [&](uint8_t (*function)(Kind, Kind)) {
    return apply(function, get(op->getOperand(0)), get(op->getOperand(1)));
  };
  return llvm::TypeSwitch<Operation *, FloatSigns>(op)
      .Case([&](arith::NegFOp) { return unary(opposite); })
      .Case([&](arith::TruncFOp) { return unary(truncate); })
      .Case([&](math::AbsFOp) { return unary(absolute); })
      .Case([&](math::Log1pOp) { return unary(logarithmOfOneMore); })
      .Case<math::ExpOp, math::Exp2Op>([&](auto) { return unary(exponential); })
      .Case([&](arith::AddFOp) { return binary(add); })
      .Case([&](arith::SubFOp) { return binary(subtract); })
      .Case([&](arith::MulFOp) { return binary(multiply); })
      .Case([&](arith::DivFOp) { return binary(divide); })
      .Case([&](arith::MaximumFOp) { return binary(maximum); })
      .Case([&](arith::MinimumFOp) { return binary(minimum); })
      .Case([&](arith::MaxNumFOp) { return binary(maximumNumber); })
      .Case([&](arith::MinNumFOp) { return binary(minimumNumber); })
      .Case([&](arith::SelectOp select) {
        return get(select.getTrueValue()) | get(select.getFalseValue());
      })
      .Case([&](arith::UIToFPOp) { return FloatSigns(Kind::Zero | Kind::Positive); })
      .Case([&](arith::SIToFPOp convert) {
        return getLargestIndex(convert.getIn()) ? FloatSigns(Kind::Zero | Kind::Positive)
                                                : FloatSigns::any();
      })
      .Case<arith::ExtFOp, tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp,
            tensor::ExtractSliceOp, tensor::ExtractOp, tensor::SplatOp>(
          [&](auto) { return get(op->getOperand(0)); })
      .Case([&](linalg::LinalgOp loops) { return getOfResult(loops, cast<OpResult>(value)); })
      .Default([](Operation *) { return FloatSigns::any(); });
}

FloatSigns attnc::getFloatSigns(Value value) { return SignAnalysis().get(value); }
