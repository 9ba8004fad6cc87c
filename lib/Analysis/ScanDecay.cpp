// Finds decay rates that are multiples of the first, and factors that never grow the state.
#include "attnc/Analysis/ScanDecay.h"

#include "attnc/Analysis/FloatSigns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/Format.h"

using namespace mlir;
using namespace attnc;

static constexpr StringLiteral kUnknown = "the decay rates are not known at compile time";
static constexpr StringLiteral kExponentials =
    "the decay rates are exponentials of one value for each state, which are no exact multiples of "
    "the first once they are rounded";

//===----------------------------------------------------------------------===//
// Constant rates
//===----------------------------------------------------------------------===//

/// The f32 elements of a constant in row-major order.
static std::optional<SmallVector<float>> getConstantElements(Value value) {
  Attribute constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return std::nullopt;
  if (auto dense = dyn_cast<DenseFPElementsAttr>(constant))
    return llvm::to_vector(dense.getValues<float>());
  if (auto resource = dyn_cast<DenseF32ResourceElementsAttr>(constant))
    if (std::optional<ArrayRef<float>> elements = resource.tryGetAsArrayRef())
      return llvm::to_vector(*elements);
  return std::nullopt;
}

/// Names the first element that is not a multiple; empty where all are.
static std::string explainConstant(ArrayRef<float> rates, int64_t numStates, bool negated) {
  for (auto [position, rate] : llvm::enumerate(rates)) {
    int64_t state = position % numStates;
    float first = rates[position - state];
    float wanted = float(state + 1) * first;
    if (rate == wanted)
      continue;
    float sign = negated ? -1.0f : 1.0f;
    std::string text;
    llvm::raw_string_ostream os(text);
    os << "A[" << position / numStates << ", " << state << "] is "
       << llvm::format("%.9g", sign * rate) << ", wanted " << llvm::format("%.9g", sign * wanted)
       << ": " << state + 1 << " times A[" << position / numStates << ", 0]";
    return text;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Rates that a loop body computes
//===----------------------------------------------------------------------===//

namespace {
/// The body of an elementwise op that computes rates, split into what the state takes part in and
/// what it does not.
class RateFormula {
public:
  /// The result of `op` must be two-dimensional: channels x states.
  RateFormula(linalg::LinalgOp op, OpResult result, int64_t numStates)
      : op(op), numStates(numStates) {
    AffineMap map = op.getIndexingMapMatchingResult(result);
    isElementwise = op.getNumParallelLoops() == op.getNumLoops() && map.isPermutation();
    if (!isElementwise)
      return;
    stateLoop = map.getDimPosition(1);
    markStateDependent();
    rate = op.getBlock()->getTerminator()->getOperand(result.getResultNumber());
    while (auto negation = rate.getDefiningOp<arith::NegFOp>())
      rate = negation.getOperand();
  }

  /// Empty where the rates are multiples of the first.
  StringRef explain() {
    if (!isElementwise)
      return kUnknown;
    if (rate.getDefiningOp<math::ExpOp>() && dependsOnState.contains(rate))
      return kExponentials;
    auto product = rate.getDefiningOp<arith::MulFOp>();
    if (!product || !product.getType().isF32())
      return kUnknown;
    Value left = product.getLhs(), right = product.getRhs();
    bool isMultiple =
        (isOfChannel(left) && countsStates(right)) || (isOfChannel(right) && countsStates(left));
    return isMultiple ? StringRef() : StringRef(kUnknown);
  }

private:
  void markStateDependent();
  bool isOfChannel(Value value) { return !dependsOnState.contains(value); }
  /// Whether `value` is +-(n + 1) in state n.
  bool countsStates(Value value);
  /// What `value` is in one state; null where that is not known.
  Attribute evaluate(Value value, int64_t state);

  linalg::LinalgOp op;
  int64_t numStates;
  bool isElementwise;
  unsigned stateLoop;
  Value rate;
  DenseSet<Value> dependsOnState;
};
} // namespace

void RateFormula::markStateDependent() {
  for (auto [argument, operand] :
       llvm::zip(op.getBlock()->getArguments(), op.getOpOperandsMatchingBBargs()))
    if (op.getMatchingIndexingMap(operand).isFunctionOfDim(stateLoop))
      dependsOnState.insert(argument);
  for (Operation &inner : *op.getBlock()) {
    auto index = dyn_cast<linalg::IndexOp>(inner);
    bool depends = index ? index.getDim() == stateLoop
                         : inner.getNumRegions() > 0 || !isPure(&inner) ||
                               llvm::any_of(inner.getOperands(),
                                            [&](Value v) { return dependsOnState.contains(v); });
    if (depends)
      dependsOnState.insert(inner.result_begin(), inner.result_end());
  }
}

Attribute RateFormula::evaluate(Value value, int64_t state) {
  Builder builder(op.getContext());
  DenseMap<Value, Attribute> known;
  auto lookUp = [&](Value operand) -> Attribute {
    Attribute constant;
    return matchPattern(operand, m_Constant(&constant)) ? constant : known.lookup(operand);
  };
  for (auto [argument, operand] :
       llvm::zip(op.getBlock()->getArguments(), op.getOpOperandsMatchingBBargs())) {
    AffineMap map = op.getMatchingIndexingMap(operand);
    if (map.getNumResults() != 1 || map.getResult(0) != builder.getAffineDimExpr(stateLoop))
      continue;
    if (auto elements = getConstantElements(operand->get()))
      known[argument] = builder.getF32FloatAttr((*elements)[state]);
  }
  for (Operation &inner : op.getBlock()->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      if (index.getDim() == stateLoop)
        known[index] = builder.getIndexAttr(state);
      continue;
    }
    auto operands = llvm::map_to_vector(inner.getOperands(), lookUp);
    SmallVector<OpFoldResult> results;
    if (inner.getNumResults() == 1 && !operands.empty() &&
        llvm::all_of(operands, [](Attribute a) { return bool(a); }) &&
        succeeded(inner.fold(operands, results)) && results.size() == 1)
      if (auto result = dyn_cast<Attribute>(results.front()))
        known[inner.getResult(0)] = result;
  }
  return lookUp(value);
}

bool RateFormula::countsStates(Value value) {
  auto count = [&](int64_t state) {
    auto number = dyn_cast_or_null<FloatAttr>(evaluate(value, state));
    return number ? number.getValueAsDouble() : 0.0;
  };
  double first = count(0);
  if (first != 1.0 && first != -1.0)
    return false;
  for (int64_t state = 1; state < numStates; ++state)
    if (count(state) != double(state + 1) * first)
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// Facts
//===----------------------------------------------------------------------===//

static std::string explainPowers(attn::SelectiveScanOp op) {
  Value rates = op.getA();
  int64_t numStates = op.getNumStates();
  bool negated = false;
  while (Operation *definition = rates.getDefiningOp()) {
    if (isa<arith::NegFOp>(definition))
      negated = !negated;
    else if (!isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(definition))
      break;
    rates = definition->getOperand(0);
  }
  if (auto elements = getConstantElements(rates))
    return explainConstant(*elements, numStates, negated);
  if (rates.getDefiningOp<math::ExpOp>())
    return kExponentials.str();
  auto type = cast<RankedTensorType>(rates.getType());
  auto loops = rates.getDefiningOp<linalg::LinalgOp>();
  if (!loops || type.getRank() != 2 || type.getDimSize(1) != numStates)
    return kUnknown.str();
  return RateFormula(loops, cast<OpResult>(rates), numStates).explain().str();
}

/// The signs that step sizes may have, after bias, softplus and limits.
static bool mayStepsBeNegative(attn::SelectiveScanOp op) {
  FloatSigns steps = getFloatSigns(op.getDelta());
  if (Value bias = op.getDeltaBias())
    steps = steps + getFloatSigns(bias);
  bool negative = steps.has(FloatSigns::Negative);
  // Above the threshold softplus is the identity.
  if (op.getDeltaSoftplus())
    negative &= op.getEffectiveSoftplusThreshold() < 0.0;
  if (std::optional<ArrayRef<double>> limits = op.getDeltaLimits())
    negative = (*limits)[1] < 0.0 || (negative && (*limits)[0] < 0.0);
  return negative;
}

static std::string explainContracting(attn::SelectiveScanOp op) {
  if (getFloatSigns(op.getA()).has(FloatSigns::Positive))
    return "a decay rate may be positive";
  if (mayStepsBeNegative(op))
    return "a step size may be negative: there is neither softplus nor a lower limit of 0";
  return {};
}

DecayFacts attnc::analyzeDecay(attn::SelectiveScanOp op) {
  DecayFacts facts;
  if (op.getA().getType().getRank() == 2 && op.getNumStates() > 1) {
    facts.whyNotPowers = explainPowers(op);
    facts.powers = facts.whyNotPowers.empty();
  }
  facts.whyNotContracting = explainContracting(op);
  facts.contracting = facts.whyNotContracting.empty();
  return facts;
}
