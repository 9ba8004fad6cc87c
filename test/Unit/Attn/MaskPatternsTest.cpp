// Tests that the simplification of mask patterns keeps their meaning, pair by pair.
#include "dialects/Attn/Attn.h"

#include "mlir/IR/Matchers.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <random>

using namespace mlir;
using namespace attnc::attn;

namespace {
struct Lengths {
  int64_t query, key;
};

class MaskPatternsTest : public ::testing::Test {
protected:
  MaskPatternsTest() { context.loadDialect<AttnDialect>(); }

  /// Whether the predicate that the pattern builds folds to true for positions `i` and `j`.
  bool allows(Attribute pattern, int64_t i, int64_t j, Lengths lengths) {
    Block block;
    OpBuilder builder(&context);
    builder.setInsertionPointToEnd(&block);
    Location loc = builder.getUnknownLoc();
    auto index = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    MaskCoordinates coords;
    coords.batch = coords.head = index(0);
    coords.query = index(i);
    coords.key = index(j);
    coords.queryEnd = index(lengths.query);
    coords.keyEnd = index(lengths.key);
    auto ids = DenseElementsAttr::get(RankedTensorType::get({1, 8}, builder.getI32Type()),
                                      ArrayRef<int32_t>{0, 0, 1, 1, 1, 2, 0, 3});
    coords.documentIds = arith::ConstantOp::create(builder, loc, ids);
    Value predicate = cast<MaskPatternAttrInterface>(pattern).buildPredicate(builder, loc, coords);
    auto folded = dyn_cast_or_null<BoolAttr>(foldAll(block, predicate));
    EXPECT_TRUE(folded) << print(pattern) << " does not fold";
    return folded && folded.getValue();
  }

  std::string print(Attribute pattern) {
    std::string text;
    llvm::raw_string_ostream(text) << pattern;
    return text;
  }

  MLIRContext context;

private:
  static Attribute foldAll(Block &block, Value wanted) {
    DenseMap<Value, Attribute> known;
    for (Operation &op : block) {
      Attribute constant;
      if (matchPattern(&op, m_Constant(&constant))) {
        known[op.getResult(0)] = constant;
        continue;
      }
      SmallVector<Attribute> operands;
      for (Value operand : op.getOperands())
        operands.push_back(known.lookup(operand));
      SmallVector<OpFoldResult> results;
      if (failed(op.fold(operands, results)) || results.empty())
        return {};
      auto attribute = dyn_cast<Attribute>(results[0]);
      known[op.getResult(0)] = attribute ? attribute : known.lookup(cast<Value>(results[0]));
    }
    return known.lookup(wanted);
  }
};

/// Random patterns with parameters around the lengths in use.
class PatternGenerator {
public:
  PatternGenerator(MLIRContext *context, unsigned seed) : context(context), random(seed) {}

  int64_t below(int64_t bound) {
    return std::uniform_int_distribution<int64_t>(0, bound - 1)(random);
  }

  Attribute leaf() {
    switch (below(10)) {
    case 0:
      return CausalAttr::get(context, below(2) == 1);
    case 1:
      return WindowAttr::get(context, below(8), below(9) - 1);
    case 2:
      return SinksAttr::get(context, below(9));
    case 3:
      return PrefixAttr::get(context, below(9));
    case 4:
      return ChunkedAttr::get(context, 1 + below(8));
    case 5:
      return DilatedAttr::get(context, 1 + below(3));
    case 6:
      return StridedAttr::get(context, 1 + below(3), 1 + below(4));
    case 7:
      return BlockLocalAttr::get(context, 1 + below(4), below(4));
    case 8:
      return GlobalAttr::get(context, below(9));
    default:
      return DocumentAttr::get(context);
    }
  }

  Attribute tree(unsigned depth) {
    if (depth == 0 || below(3) == 0)
      return leaf();
    if (below(3) == 0)
      return NoneOfAttr::get(context, tree(depth - 1));
    SmallVector<Attribute> parts;
    for (int64_t i = 0, count = below(4); i < count; ++i)
      parts.push_back(tree(depth - 1));
    return below(2) ? Attribute(AnyOfAttr::get(context, parts)) : AllOfAttr::get(context, parts);
  }

private:
  MLIRContext *context;
  std::mt19937 random;
};

TEST_F(MaskPatternsTest, SimplificationKeepsTheMeaning) {
  constexpr unsigned kSeed = 20261124;
  PatternGenerator generator(&context, kSeed);
  for (int round = 0; round < 1500; ++round) {
    Attribute pattern = generator.tree(/*depth=*/3);
    Lengths lengths{generator.below(8), generator.below(8)};
    bool areKnown = generator.below(2) == 1;
    Attribute simple = cast<MaskPatternAttrInterface>(pattern).simplify(
        areKnown ? lengths.query : -1, areKnown ? lengths.key : -1);
    if (simple == pattern)
      continue;
    for (int64_t i = 0; i < lengths.query; ++i)
      for (int64_t j = 0; j < lengths.key; ++j)
        ASSERT_EQ(allows(simple, i, j, lengths), allows(pattern, i, j, lengths))
            << print(pattern) << " became " << print(simple) << ", seed " << kSeed << ", lengths "
            << lengths.query << " and " << lengths.key << ", pair " << i << ", " << j;
  }
}

TEST_F(MaskPatternsTest, SimplifyingTwiceChangesNothing) {
  PatternGenerator generator(&context, /*seed=*/7);
  for (int round = 0; round < 2000; ++round) {
    Lengths lengths{generator.below(8), generator.below(8)};
    Attribute once = cast<MaskPatternAttrInterface>(generator.tree(/*depth=*/4))
                         .simplify(lengths.query, lengths.key);
    Attribute twice = cast<MaskPatternAttrInterface>(once).simplify(lengths.query, lengths.key);
    EXPECT_EQ(once, twice) << print(once) << " became " << print(twice);
  }
}

TEST_F(MaskPatternsTest, KeepsEverythingIsSound) {
  PatternGenerator generator(&context, /*seed=*/11);
  int numKept = 0;
  for (int round = 0; round < 3000; ++round) {
    Attribute pattern = generator.leaf();
    Lengths lengths{generator.below(7), generator.below(7)};
    if (!cast<MaskPatternAttrInterface>(pattern).keepsEverything(lengths.query, lengths.key))
      continue;
    ++numKept;
    for (int64_t i = 0; i < lengths.query; ++i)
      for (int64_t j = 0; j < lengths.key; ++j)
        ASSERT_TRUE(allows(pattern, i, j, lengths))
            << print(pattern) << ", pair " << i << ", " << j;
  }
  EXPECT_GT(numKept, 500);
}
} // namespace
