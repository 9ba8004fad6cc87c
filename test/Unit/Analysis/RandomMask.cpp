// The grammar of random mask regions.
#include "RandomMask.h"

#include "dialects/Attn/Attn.h"

using namespace mlir;
using namespace attnc::test;

RandomMask::RandomMask(uint64_t seed, Block &block, ArrayRef<Value> uniforms, Value table)
    : engine(seed), builder(OpBuilder::atBlockEnd(&block)), loc(builder.getUnknownLoc()),
      block(block), uniforms(uniforms), table(table) {}

void RandomMask::build() {
  Value condition = buildCondition(int(range(0, 3)));
  attnc::attn::YieldOp::create(builder, loc, condition);
}

Value RandomMask::constant(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value RandomMask::buildCondition(int depth) {
  if (depth == 0) {
    if (oneIn(24))
      return arith::ConstantIntOp::create(builder, loc, range(0, 1), 1);
    return buildComparison();
  }
  Value left = buildCondition(depth - 1);
  switch (range(0, 6)) {
  case 0:
  case 1:
    return arith::AndIOp::create(builder, loc, left, buildCondition(depth - 1));
  case 2:
  case 3:
    return arith::OrIOp::create(builder, loc, left, buildCondition(depth - 1));
  case 4: {
    // Negation, written both ways round.
    Value isTrue = arith::ConstantIntOp::create(builder, loc, 1, 1);
    return oneIn(2) ? arith::XOrIOp::create(builder, loc, left, isTrue)
                    : arith::XOrIOp::create(builder, loc, isTrue, left);
  }
  case 5:
    return arith::XOrIOp::create(builder, loc, left, buildCondition(depth - 1));
  default:
    return arith::SelectOp::create(builder, loc, left, buildCondition(depth - 1),
                                   buildCondition(depth - 1));
  }
}

Value RandomMask::buildComparison() {
  auto predicate = static_cast<arith::CmpIPredicate>(range(0, 9));
  bool isUnsigned = predicate >= arith::CmpIPredicate::ult;
  // Mostly what masks are made of.
  bool isLinear = !oneIn(4) && !isUnsigned;
  Value left = isLinear ? buildLinear() : buildIndex(2);
  Value right = oneIn(12) ? constant(0) : isLinear ? buildLinear() : buildIndex(2);
  return arith::CmpIOp::create(builder, loc, predicate, left, right);
}

Value RandomMask::buildLinear() {
  Value sum;
  for (int64_t terms = range(1, 3); terms > 0; --terms) {
    Value term = block.getArgument(oneIn(2) ? 2 : 3);
    if (oneIn(5))
      term = uniforms[size_t(range(0, int64_t(uniforms.size()) - 1))];
    else if (oneIn(6))
      term = block.getArgument(unsigned(range(0, 1)));
    else if (oneIn(5))
      term = constant(nonZero(9));
    if (oneIn(4))
      term = arith::FloorDivSIOp::create(builder, loc, term, constant(range(1, 5)));
    if (oneIn(5))
      term = arith::MulIOp::create(builder, loc, term, constant(range(-3, 3)));
    if (!sum)
      sum = term;
    else if (oneIn(2))
      sum = arith::AddIOp::create(builder, loc, sum, term);
    else
      sum = arith::SubIOp::create(builder, loc, sum, term);
  }
  return sum;
}

Value RandomMask::buildIndex(int depth) {
  if (depth == 0 || oneIn(4))
    return buildLinear();
  Value left = buildIndex(depth - 1);
  switch (range(0, 11)) {
  case 0: {
    // Never a constant index: the verifier refuses one that is out of range.
    Value place = arith::AddIOp::create(builder, loc, left, block.getArgument(3));
    Value read = tensor::ExtractOp::create(builder, loc, table, place);
    return arith::IndexCastOp::create(builder, loc, builder.getIndexType(), read);
  }
  case 1:
    return arith::SelectOp::create(builder, loc, buildComparison(), left, buildIndex(depth - 1));
  default:
    break;
  }
  static constexpr const char *kOps[] = {"arith.addi",  "arith.subi",       "arith.muli",
                                         "arith.maxsi", "arith.minsi",      "arith.divsi",
                                         "arith.divui", "arith.floordivsi", "arith.ceildivsi",
                                         "arith.remsi", "arith.remui"};
  const char *name = kOps[range(0, 10)];
  Value right = oneIn(2) ? constant(nonZero(4)) : buildIndex(depth - 1);
  OperationState state(loc, name, {left, right}, {builder.getIndexType()});
  return builder.create(state)->getResult(0);
}
