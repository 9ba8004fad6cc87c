// Interval engine of the mask analysis: solves each comparison for the key, then combines.
//
// Every comparison becomes E(i) + b * j >= 0 or E(i) + b * floor(j / c) >= 0 with E a sum of terms
// that are monotone in the query position i, so the extremes of E over a range of queries are found
// at its ends. "Visible" takes the end that allows most, "full" the one that allows least.
#include "attnc/Analysis/KeyBounds.h"

#include "dialects/Attn/Attn.h"

#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"

#include <optional>

using namespace mlir;
using namespace attnc;

namespace {

/// coefficient * floor(position / divisor).
struct PositionTerm {
  int64_t coefficient;
  int64_t divisor;
};

/// A sum of query terms, key terms, a constant and values that neither position takes part in.
struct LinearForm {
  SmallVector<PositionTerm, 2> query, key;
  SmallVector<std::pair<Value, int64_t>, 2> uniform;
  int64_t constant = 0;
  bool overflowed = false;

  void add(const LinearForm &other, int64_t factor) {
    auto append = [&](auto &terms, const auto &others) {
      for (PositionTerm term : others)
        addTerm(terms, {term.coefficient * factor, term.divisor});
    };
    append(query, other.query);
    append(key, other.key);
    for (auto [value, coefficient] : other.uniform)
      uniform.push_back({value, coefficient * factor});
    int64_t product;
    overflowed |= other.overflowed || llvm::MulOverflow(other.constant, factor, product) ||
                  llvm::AddOverflow(constant, product, constant);
  }

private:
  static void addTerm(SmallVectorImpl<PositionTerm> &terms, PositionTerm term) {
    auto same = llvm::find_if(terms, [&](PositionTerm t) { return t.divisor == term.divisor; });
    if (same == terms.end())
      terms.push_back(term);
    else if ((same->coefficient += term.coefficient) == 0)
      terms.erase(same);
  }
};

class KeyBoundsSolver {
public:
  KeyBoundsSolver(OpBuilder &builder, Location loc, Block &mask, const QueryRange &queries)
      : builder(builder), loc(loc), mask(mask), queries(queries) {
    uniforms.map(mask.getArgument(0), queries.batch);
    uniforms.map(mask.getArgument(1), queries.head);
  }

  KeyBounds solve(Value predicate);

private:
  KeyBounds solveConjunction(const KeyBounds &a, const KeyBounds &b);
  KeyBounds solveDisjunction(const KeyBounds &a, const KeyBounds &b);
  KeyBounds solveNegation(const KeyBounds &a);
  KeyBounds solveComparison(arith::CmpIOp compare);
  /// form >= 0.
  KeyBounds solveNonNegative(const LinearForm &form);

  std::optional<LinearForm> getLinearForm(Value value);
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
  IRMapping uniforms;
};

} // namespace

//===----------------------------------------------------------------------===//
// Boolean structure
//===----------------------------------------------------------------------===//

KeyBounds KeyBoundsSolver::solve(Value predicate) {
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

bool KeyBoundsSolver::isUniform(Value value) {
  if (value == mask.getArgument(2) || value == mask.getArgument(3))
    return false;
  Operation *op = value.getDefiningOp();
  if (!op || op->getBlock() != &mask)
    return true;
  // Code that is moved out of the region runs always: a division must be safe.
  return isa<arith::ArithDialect>(op->getDialect()) && isSpeculatable(op) &&
         llvm::all_of(op->getOperands(), [&](Value operand) { return isUniform(operand); });
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
  LinearForm form;
  if (!value.getType().isIndex())
    return std::nullopt;
  APInt constantValue;
  if (matchPattern(value, m_ConstantInt(&constantValue))) {
    form.constant = constantValue.getSExtValue();
    return form;
  }
  if (value == mask.getArgument(2)) {
    form.query.push_back({1, 1});
    return form;
  }
  if (value == mask.getArgument(3)) {
    form.key.push_back({1, 1});
    return form;
  }
  if (isUniform(value)) {
    form.uniform.push_back({value, 1});
    return form;
  }
  Operation *op = value.getDefiningOp();
  if (isa<arith::AddIOp, arith::SubIOp>(op)) {
    auto lhs = getLinearForm(op->getOperand(0)), rhs = getLinearForm(op->getOperand(1));
    if (!lhs || !rhs)
      return std::nullopt;
    lhs->add(*rhs, isa<arith::AddIOp>(op) ? 1 : -1);
    return lhs;
  }
  if (isa<arith::MulIOp, arith::FloorDivSIOp>(op)) {
    APInt factor;
    auto operand = getLinearForm(op->getOperand(0));
    if (!operand || !matchPattern(op->getOperand(1), m_ConstantInt(&factor)))
      return std::nullopt;
    int64_t amount = factor.getSExtValue();
    if (isa<arith::MulIOp>(op)) {
      form.add(*operand, amount);
      return form;
    }
    // Only floor(i / c) and floor(j / c): these are monotone with a known inverse.
    bool isPosition = operand->query.size() + operand->key.size() == 1 &&
                      operand->uniform.empty() && operand->constant == 0;
    if (!isPosition || amount <= 0)
      return std::nullopt;
    PositionTerm term = operand->query.empty() ? operand->key[0] : operand->query[0];
    if (term.coefficient != 1)
      return std::nullopt;
    term.divisor *= amount;
    (operand->query.empty() ? form.key : form.query).push_back(term);
    return form;
  }
  return std::nullopt;
}

Value KeyBoundsSolver::emitExtreme(const LinearForm &form, bool largest) {
  Value sum = constant(form.constant);
  auto accumulate = [&](Value value, int64_t coefficient) {
    Value product = coefficient == 1
                        ? value
                        : arith::MulIOp::create(builder, loc, value, constant(coefficient));
    sum = arith::AddIOp::create(builder, loc, sum, product);
  };
  for (PositionTerm term : form.query) {
    Value position = (term.coefficient > 0) == largest ? queries.last : queries.first;
    accumulate(floorDiv(position, term.divisor), term.coefficient);
  }
  for (auto [value, coefficient] : form.uniform)
    accumulate(emitUniform(value), coefficient);
  return sum;
}

KeyBounds KeyBoundsSolver::solveNonNegative(const LinearForm &form) {
  if (form.key.size() > 1)
    return unknown();
  // A limit far beyond every position, such as a window of INT64_MAX, would overflow later sums.
  constexpr int64_t kFarthest = int64_t(1) << 60;
  if (form.overflowed || std::abs(form.constant) > kFarthest)
    return unknown();
  Value most = emitExtreme(form, /*largest=*/true), least = emitExtreme(form, /*largest=*/false);
  KeyBounds result;
  if (form.key.empty()) {
    // The key takes no part: all keys or none, which an empty interval far away expresses.
    auto allOrNothing = [&](Value extreme) {
      constexpr int64_t kFar = int64_t(1) << 61;
      Value holds =
          arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sge, extreme, constant(0));
      return arith::SelectOp::create(builder, loc, holds, constant(-kFar), constant(kFar));
    };
    result.visible.begin = allOrNothing(most);
    result.full.begin = allOrNothing(least);
    return result;
  }
  auto [coefficient, divisor] = form.key.front();
  int64_t magnitude = std::abs(coefficient);
  if (coefficient > 0) {
    // E + b * floor(j / c) >= 0  <=>  j >= c * ceil(-E / b) = -c * floor(E / b).
    auto firstKey = [&](Value extreme) {
      Value quotient = floorDiv(extreme, magnitude);
      return arith::MulIOp::create(builder, loc, quotient, constant(-divisor)).getResult();
    };
    result.visible.begin = firstKey(most);
    result.full.begin = firstKey(least);
  } else {
    // E - b * floor(j / c) >= 0  <=>  j < c * (floor(E / b) + 1).
    auto endKey = [&](Value extreme) {
      Value next = arith::AddIOp::create(builder, loc, floorDiv(extreme, magnitude), constant(1));
      return arith::MulIOp::create(builder, loc, next, constant(divisor)).getResult();
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
  auto atLeast = [&](const LinearForm &a, const LinearForm &b, int64_t slack) {
    LinearForm form = a;
    form.add(b, -1);
    LinearForm margin;
    margin.constant = slack;
    form.add(margin, -1);
    return solveNonNegative(form);
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
