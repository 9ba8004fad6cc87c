// Interval engine of the mask analysis: solves each comparison for the key, then combines.
//
// Every comparison becomes E(i) + b * j >= 0 or E(i) + b * floor(j / c) >= 0 with E a sum of terms
// that are monotone in the query position i, so the extremes of E over a range of queries are found
// at its ends. "Visible" takes the end that allows most, "full" the one that allows least.
//
// Nothing here overflows where the mask itself does not: positions are taken to be below 2^48, and
// masks with larger constants or factors bound nothing. Values from outside are looked at when the
// code runs: a comparison with a huge one ("no limit") bounds nothing either.
#include "attnc/Analysis/KeyBounds.h"

#include "dialects/Attn/Attn.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"

#include <optional>

using namespace mlir;
using namespace attnc;

namespace {

/// The most that positions, constants and divisors may be, and factors.
constexpr int64_t kLargestValue = int64_t(1) << 48, kLargestFactor = int64_t(1) << 8;
/// Beyond every sum of a few products of these.
constexpr int64_t kFar = int64_t(1) << 61;

bool isWithin(int64_t value, int64_t limit) { return -limit <= value && value <= limit; }

/// A sum of query terms, key terms, a constant and values that neither position takes part in.
struct LinearForm {
  /// (divisor, coefficient): coefficient * floor(position / divisor).
  SmallVector<std::pair<int64_t, int64_t>, 2> query, key;
  SmallVector<std::pair<Value, int64_t>, 2> uniform;
  int64_t constant = 0;

  /// Adds `other * factor`, with a factor of at most kLargestFactor. False where the sum would
  /// become too long or too large.
  bool add(const LinearForm &other, int64_t factor) {
    auto append = [&](auto &terms, const auto &others) {
      for (auto [what, coefficient] : others)
        addTerm(terms, what, coefficient * factor);
      return terms.size() <= kMostTerms && llvm::all_of(terms, [](const auto &term) {
               return isWithin(term.second, kLargestFactor);
             });
    };
    constant += other.constant * factor;
    return append(query, other.query) && append(key, other.key) && append(uniform, other.uniform) &&
           isWithin(constant, kLargestValue);
  }

private:
  static constexpr size_t kMostTerms = 8;

  template <typename Terms, typename What>
  static void addTerm(Terms &terms, What what, int64_t coefficient) {
    auto same = llvm::find_if(terms, [&](const auto &term) { return term.first == what; });
    if (same == terms.end())
      same = terms.insert(terms.end(), {what, 0});
    same->second += coefficient;
    // A value from outside stays: what it cancels in is no bound where its sums overflowed.
    if (same->second == 0 && !std::is_same_v<What, Value>)
      terms.erase(same);
  }
};

class KeyBoundsSolver {
public:
  KeyBoundsSolver(OpBuilder &builder, Location loc, Block &mask, const QueryRange &queries)
      : builder(builder), loc(loc), mask(mask), queries(queries) {
    uniforms.map(mask.getArgument(0), queries.batch);
    uniforms.map(mask.getArgument(1), queries.head);
    for (Operation &op : mask.without_terminator())
      classify(op);
  }

  KeyBounds solve(Value predicate);

private:
  KeyBounds solveUncached(Value predicate);
  KeyBounds solveConjunction(const KeyBounds &a, const KeyBounds &b);
  KeyBounds solveDisjunction(const KeyBounds &a, const KeyBounds &b);
  KeyBounds solveNegation(const KeyBounds &a);
  KeyBounds solveComparison(arith::CmpIOp compare);
  /// form >= 0.
  KeyBounds solveNonNegative(const LinearForm &form);

  /// Finds out what `op` computes, for isUniform and getLinearForm.
  void classify(Operation &op);
  std::optional<LinearForm> getLinearForm(Value value);
  std::optional<LinearForm> getLinearFormOf(Operation &op);
  bool isUniform(Value value);
  Value emitUniform(Value value);
  /// The largest or smallest value of the form's query, uniform and constant parts.
  Value emitExtreme(const LinearForm &form, bool largest);

  Value constant(int64_t value) { return arith::ConstantIndexOp::create(builder, loc, value); }
  Value floorDiv(Value value, int64_t divisor) {
    return divisor == 1 ? value
                        : arith::FloorDivSIOp::create(builder, loc, value, constant(divisor));
  }
  Value max(Value a, Value b) {
    return !a ? b : !b ? a : arith::MaxSIOp::create(builder, loc, a, b).getResult();
  }
  Value min(Value a, Value b) {
    return !a ? b : !b ? a : arith::MinSIOp::create(builder, loc, a, b).getResult();
  }
  static KeyBounds unknown() { return {{}, {}, /*neverFull=*/true}; }
  static KeyBounds everything() { return {}; }
  KeyBounds nothing() { return {{constant(0), constant(0)}, {}, /*neverFull=*/true}; }

  OpBuilder &builder;
  Location loc;
  Block &mask;
  const QueryRange &queries;
  /// Copies of uniform values that stand outside of the region.
  IRMapping uniforms;
  /// Ops of the region whose results no position takes part in, and that may run outside.
  DenseSet<Operation *> uniformOps;
  DenseMap<Value, LinearForm> forms;
  DenseMap<Value, KeyBounds> solved;
};

} // namespace

//===----------------------------------------------------------------------===//
// Boolean structure
//===----------------------------------------------------------------------===//

KeyBounds KeyBoundsSolver::solve(Value predicate) {
  auto known = solved.find(predicate);
  if (known != solved.end())
    return known->second;
  KeyBounds bounds = solveUncached(predicate);
  solved[predicate] = bounds;
  return bounds;
}

KeyBounds KeyBoundsSolver::solveUncached(Value predicate) {
  if (matchPattern(predicate, m_One()))
    return everything();
  if (matchPattern(predicate, m_Zero()))
    return nothing();
  Operation *op = predicate.getDefiningOp();
  if (!op || op->getBlock() != &mask)
    return unknown();
  if (auto both = dyn_cast<arith::AndIOp>(op))
    return solveConjunction(solve(both.getLhs()), solve(both.getRhs()));
  if (auto either = dyn_cast<arith::OrIOp>(op))
    return solveDisjunction(solve(either.getLhs()), solve(either.getRhs()));
  if (auto negation = dyn_cast<arith::XOrIOp>(op)) {
    if (matchPattern(negation.getRhs(), m_One()))
      return solveNegation(solve(negation.getLhs()));
    if (matchPattern(negation.getLhs(), m_One()))
      return solveNegation(solve(negation.getRhs()));
  }
  if (auto compare = dyn_cast<arith::CmpIOp>(op))
    return solveComparison(compare);
  return unknown();
}

KeyBounds KeyBoundsSolver::solveConjunction(const KeyBounds &a, const KeyBounds &b) {
  auto intersect = [&](KeyInterval x, KeyInterval y) {
    return KeyInterval{max(x.begin, y.begin), min(x.end, y.end)};
  };
  KeyBounds result;
  result.visible = intersect(a.visible, b.visible);
  result.neverFull = a.neverFull || b.neverFull;
  if (!result.neverFull)
    result.full = intersect(a.full, b.full);
  return result;
}

KeyBounds KeyBoundsSolver::solveDisjunction(const KeyBounds &a, const KeyBounds &b) {
  auto hullBegin = [&](Value x, Value y) { return x && y ? min(x, y) : Value(); };
  auto hullEnd = [&](Value x, Value y) { return x && y ? max(x, y) : Value(); };
  KeyBounds result;
  result.visible.begin = hullBegin(a.visible.begin, b.visible.begin);
  result.visible.end = hullEnd(a.visible.end, b.visible.end);
  // Half-lines on one side have a half-line as union; otherwise one of the two must do.
  if (a.neverFull || b.neverFull) {
    result.neverFull = a.neverFull && b.neverFull;
    result.full = a.neverFull ? b.full : a.full;
  } else if (!a.full.begin && !b.full.begin) {
    result.full.end = hullEnd(a.full.end, b.full.end);
  } else if (!a.full.end && !b.full.end) {
    result.full.begin = hullBegin(a.full.begin, b.full.begin);
  } else {
    result.full = a.full;
  }
  return result;
}

KeyBounds KeyBoundsSolver::solveNegation(const KeyBounds &a) {
  KeyBounds result;
  // Some query does not satisfy a: outside of a.full. All do not: outside of a.visible. Only the
  // complement of a half-line is an interval.
  if (!a.neverFull) {
    if (!a.full.begin && !a.full.end)
      return nothing();
    if (!a.full.begin)
      result.visible.begin = a.full.end;
    else if (!a.full.end)
      result.visible.end = a.full.begin;
  }
  if (!a.visible.begin && a.visible.end)
    result.full.begin = a.visible.end;
  else if (a.visible.begin && !a.visible.end)
    result.full.end = a.visible.begin;
  else
    result.neverFull = true;
  return result;
}

//===----------------------------------------------------------------------===//
// Comparisons
//===----------------------------------------------------------------------===//

/// Whether `op` may run where the region does not: MLIR takes remainders and floordivsi for total,
/// but they trap.
static bool isSafeOutside(Operation &op) {
  if (!isa<arith::ArithDialect>(op.getDialect()) || !isSpeculatable(&op))
    return false;
  if (!isa<arith::FloorDivSIOp, arith::RemSIOp, arith::RemUIOp>(op))
    return true;
  APInt divisor;
  return matchPattern(op.getOperand(1), m_ConstantInt(&divisor)) && !divisor.isZero() &&
         !divisor.isAllOnes();
}

void KeyBoundsSolver::classify(Operation &op) {
  if (isSafeOutside(op) &&
      llvm::all_of(op.getOperands(), [&](Value operand) { return isUniform(operand); }))
    uniformOps.insert(&op);
  else if (auto form = getLinearFormOf(op))
    forms[op.getResult(0)] = *form;
}

bool KeyBoundsSolver::isUniform(Value value) {
  if (value == mask.getArgument(2) || value == mask.getArgument(3))
    return false;
  Operation *op = value.getDefiningOp();
  return !op || op->getBlock() != &mask || uniformOps.contains(op);
}

Value KeyBoundsSolver::emitUniform(Value value) {
  if (Value known = uniforms.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != &mask)
    return value;
  for (Value operand : op->getOperands())
    uniforms.map(operand, emitUniform(operand));
  Operation *copy = builder.clone(*op, uniforms);
  return copy->getResult(cast<OpResult>(value).getResultNumber());
}

std::optional<LinearForm> KeyBoundsSolver::getLinearForm(Value value) {
  if (!value.getType().isIndex())
    return std::nullopt;
  LinearForm form;
  APInt constantValue;
  if (matchPattern(value, m_ConstantInt(&constantValue))) {
    form.constant = constantValue.getSExtValue();
    if (!isWithin(form.constant, kLargestValue))
      return std::nullopt;
  } else if (value == mask.getArgument(2)) {
    form.query.push_back({1, 1});
  } else if (value == mask.getArgument(3)) {
    form.key.push_back({1, 1});
  } else if (isUniform(value)) {
    form.uniform.push_back({value, 1});
  } else {
    auto known = forms.find(value);
    if (known == forms.end())
      return std::nullopt;
    form = known->second;
  }
  return form;
}

std::optional<LinearForm> KeyBoundsSolver::getLinearFormOf(Operation &op) {
  if (!isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::FloorDivSIOp>(op))
    return std::nullopt;
  auto lhs = getLinearForm(op.getOperand(0)), rhs = getLinearForm(op.getOperand(1));
  if (!lhs || !rhs)
    return std::nullopt;
  if (isa<arith::AddIOp, arith::SubIOp>(op))
    return lhs->add(*rhs, isa<arith::AddIOp>(op) ? 1 : -1) ? lhs : std::nullopt;

  APInt constantValue;
  if (!matchPattern(op.getOperand(1), m_ConstantInt(&constantValue)))
    return std::nullopt;
  int64_t amount = constantValue.getSExtValue();
  LinearForm form;
  if (isa<arith::MulIOp>(op)) {
    if (!isWithin(amount, kLargestFactor) || !form.add(*lhs, amount))
      return std::nullopt;
    return form;
  }
  // Only floor(i / c) and floor(j / c): these are monotone with a known inverse.
  bool isPosition =
      lhs->query.size() + lhs->key.size() == 1 && lhs->uniform.empty() && lhs->constant == 0;
  if (!isPosition || amount <= 0)
    return std::nullopt;
  auto [divisor, coefficient] = lhs->query.empty() ? lhs->key[0] : lhs->query[0];
  if (coefficient != 1 || divisor > kLargestValue / amount)
    return std::nullopt;
  (lhs->query.empty() ? form.key : form.query).push_back({divisor * amount, 1});
  return form;
}

Value KeyBoundsSolver::emitExtreme(const LinearForm &form, bool largest) {
  Value sum = constant(form.constant);
  auto accumulate = [&](Value value, int64_t coefficient) {
    Value product = coefficient == 1
                        ? value
                        : arith::MulIOp::create(builder, loc, value, constant(coefficient));
    sum = arith::AddIOp::create(builder, loc, sum, product);
  };
  for (auto [divisor, coefficient] : form.query)
    accumulate(floorDiv((coefficient > 0) == largest ? queries.last : queries.first, divisor),
               coefficient);
  Value isModerate;
  for (auto [value, coefficient] : form.uniform) {
    Value outside = emitUniform(value);
    accumulate(outside, coefficient);
    if (value == mask.getArgument(0) || value == mask.getArgument(1))
      continue;
    Value clamped = max(min(outside, constant(kLargestValue)), constant(-kLargestValue));
    Value isSmall = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, outside, clamped);
    isModerate = isModerate ? arith::AndIOp::create(builder, loc, isModerate, isSmall) : isSmall;
  }
  if (!isModerate)
    return sum;
  return arith::SelectOp::create(builder, loc, isModerate, sum, constant(largest ? kFar : -kFar));
}

KeyBounds KeyBoundsSolver::solveNonNegative(const LinearForm &form) {
  if (form.key.size() > 1)
    return unknown();
  Value most = emitExtreme(form, /*largest=*/true), least = emitExtreme(form, /*largest=*/false);
  KeyBounds result;
  if (form.key.empty()) {
    // The key takes no part: all keys or none, which an empty interval far away expresses.
    auto allOrNothing = [&](Value extreme) {
      Value holds =
          arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sge, extreme, constant(0));
      return arith::SelectOp::create(builder, loc, holds, constant(-kFar), constant(kFar));
    };
    result.visible.begin = allOrNothing(most);
    result.full.begin = allOrNothing(least);
    return result;
  }
  int64_t divisor = form.key.front().first, coefficient = form.key.front().second;
  // floor(E / b); times c it must not overflow, and says the same of all positions when clamped.
  auto quotient = [&](Value extreme) {
    Value result = floorDiv(extreme, std::abs(coefficient));
    if (divisor == 1)
      return result;
    int64_t limit = 2 * kLargestValue / divisor + 1;
    return max(min(result, constant(limit)), constant(-limit));
  };
  auto multiply = [&](Value value, int64_t factor) -> Value {
    return factor == 1 ? value : arith::MulIOp::create(builder, loc, value, constant(factor));
  };
  if (coefficient > 0) {
    // E + b * floor(j / c) >= 0  <=>  j >= c * ceil(-E / b) = -c * floor(E / b).
    result.visible.begin = multiply(quotient(most), -divisor);
    result.full.begin = multiply(quotient(least), -divisor);
  } else {
    // E - b * floor(j / c) >= 0  <=>  j < c * (floor(E / b) + 1).
    auto endKey = [&](Value extreme) {
      Value next = arith::AddIOp::create(builder, loc, quotient(extreme), constant(1));
      return multiply(next, divisor);
    };
    result.visible.end = endKey(most);
    result.full.end = endKey(least);
  }
  return result;
}

KeyBounds KeyBoundsSolver::solveComparison(arith::CmpIOp compare) {
  auto lhs = getLinearForm(compare.getLhs()), rhs = getLinearForm(compare.getRhs());
  if (!lhs || !rhs)
    return unknown();
  // lhs >= rhs + slack as one form.
  auto atLeast = [&](LinearForm form, const LinearForm &other, int64_t slack) {
    LinearForm margin;
    margin.constant = slack;
    return form.add(other, -1) && form.add(margin, -1) ? solveNonNegative(form) : unknown();
  };
  switch (compare.getPredicate()) {
  case arith::CmpIPredicate::sge:
    return atLeast(*lhs, *rhs, 0);
  case arith::CmpIPredicate::sgt:
    return atLeast(*lhs, *rhs, 1);
  case arith::CmpIPredicate::sle:
    return atLeast(*rhs, *lhs, 0);
  case arith::CmpIPredicate::slt:
    return atLeast(*rhs, *lhs, 1);
  case arith::CmpIPredicate::eq:
    return solveConjunction(atLeast(*lhs, *rhs, 0), atLeast(*rhs, *lhs, 0));
  default:
    return unknown();
  }
}

KeyBounds attnc::solveKeyBounds(OpBuilder &builder, Location loc, Region &mask,
                                const QueryRange &queries) {
  if (mask.empty())
    return {};
  Block &block = mask.front();
  return KeyBoundsSolver(builder, loc, block, queries)
      .solve(cast<attn::YieldOp>(block.back()).getValue());
}
