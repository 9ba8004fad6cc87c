// The bounds of solveKeyBounds against the truth: every pair of small grids, every range of
// queries.
#include "IndexEvaluator.h"
#include "RandomMask.h"

#include "attnc/Analysis/KeyBounds.h"
#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

using namespace mlir;
using namespace attnc;
using namespace attnc::test;

namespace {

/// Positions [first, last], both included.
struct Span {
  int64_t first, last;
};

/// An interval of keys as numbers; half-open, with ends far away for none.
struct Keys {
  int64_t begin, end;
  bool has(int64_t key) const { return begin <= key && key < end; }
};

constexpr int64_t kNone = int64_t(1) << 60;

/// One mask and the bounds that the solver emits for it, for any range of queries.
class Mask {
public:
  Mask() {
    context.loadDialect<attn::AttnDialect, arith::ArithDialect, func::FuncDialect,
                        tensor::TensorDialect>();
  }

  /// A mask from text: the inside of a region on (%b, %h, %i, %j). %w and %u are index values from
  /// outside, %table a tensor<?xi32>.
  void parse(StringRef text) {
    std::string source =
        "func.func @f(%batch: index, %head: index, %first: index, %last: index, "
        "%w: index, %u: index, %table: tensor<?xi32>, %x4: tensor<1x1x1x1xf32>) {\n"
        "%o = attn.attention %x4, %x4, %x4 mask (%b, %h, %i, %j) {\n" +
        text.str() +
        "\n} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) "
        "-> tensor<1x1x1x1xf32>\nreturn\n}\n";
    module = parseSourceString<ModuleOp>(source, &context);
    if (!module)
      llvm::report_fatal_error("the test cannot parse its mask");
    solve();
  }

  void makeRandom(uint64_t seed) {
    if (!module)
      parse("%true = arith.constant true\nattn.yield %true : i1");
    Block &block = region().front();
    block.clear();
    RandomMask(seed, block, {argument(4), argument(5)}, argument(6)).build();
    if (failed(verify(*module)))
      llvm::report_fatal_error("the random mask is not valid");
    solve();
  }

  void setOutside(int64_t batch, int64_t head, int64_t w, int64_t u) {
    outside = {batch, head, w, u};
  }

  bool sees(int64_t query, int64_t key) {
    IndexEvaluator evaluator(Division::IsTotal);
    Block &block = region().front();
    evaluator.set(block.getArgument(0), outside.batch);
    evaluator.set(block.getArgument(1), outside.head);
    evaluator.set(block.getArgument(2), query);
    evaluator.set(block.getArgument(3), key);
    setArguments(evaluator);
    for (Operation &op : block.without_terminator())
      evaluator.run(op);
    return evaluator.get(block.back().getOperand(0));
  }

  /// The intervals for queries [first, last]. Division by zero in them fails the test.
  void getBounds(Span queries, Keys &visible, Keys &full) {
    IndexEvaluator evaluator(Division::Traps);
    evaluator.set(argument(2), queries.first);
    evaluator.set(argument(3), queries.last);
    setArguments(evaluator);
    for (Operation &op : emitted)
      evaluator.run(op);
    auto toKeys = [&](KeyInterval interval) {
      return Keys{interval.begin ? evaluator.get(interval.begin) : -kNone,
                  interval.end ? evaluator.get(interval.end) : kNone};
    };
    visible = toKeys(bounds.visible);
    full = bounds.neverFull ? Keys{0, 0} : toKeys(bounds.full);
  }

  std::string print() {
    std::string text;
    llvm::raw_string_ostream os(text);
    region().front().print(os);
    return text;
  }

private:
  func::FuncOp function() { return *module->getOps<func::FuncOp>().begin(); }
  Value argument(unsigned number) { return function().getArgument(number); }
  Region &region() { return (*function().getBody().getOps<attn::AttentionOp>().begin()).getMask(); }

  void setArguments(IndexEvaluator &evaluator) {
    evaluator.set(argument(0), outside.batch);
    evaluator.set(argument(1), outside.head);
    evaluator.set(argument(4), outside.w);
    evaluator.set(argument(5), outside.u);
  }

  void solve() {
    emitted.clear();
    OpBuilder builder(&context);
    builder.setInsertionPointToEnd(&emitted);
    bounds = solveKeyBounds(builder, builder.getUnknownLoc(), region(),
                            {argument(0), argument(1), argument(2), argument(3)});
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
  Block emitted;
  KeyBounds bounds;
  struct {
    int64_t batch, head, w, u;
  } outside = {0, 0, 3, 5};
};

/// Positions that a mask is tried on. Key positions reach beyond those of the queries.
struct Grid {
  Span queries, keys;
};
constexpr Grid kSmall = {{-3, 12}, {-6, 16}};

/// Who sees what: one flag for each query and key of a grid.
class Truth {
public:
  Truth(Mask &mask, Grid grid) : grid(grid) {
    for (int64_t i = grid.queries.first; i <= grid.queries.last; ++i)
      for (int64_t j = grid.keys.first; j <= grid.keys.last; ++j)
        flags.push_back(mask.sees(i, j));
  }
  bool sees(int64_t i, int64_t j) const {
    int64_t width = grid.keys.last - grid.keys.first + 1;
    return flags[size_t((i - grid.queries.first) * width + j - grid.keys.first)];
  }
  int64_t countSeeing(Span queries, int64_t j) const {
    int64_t seeing = 0;
    for (int64_t i = queries.first; i <= queries.last; ++i)
      seeing += sees(i, j);
    return seeing;
  }

private:
  Grid grid;
  std::vector<char> flags;
};

/// visible misses no key that a query of the range sees; full holds only keys that all see.
bool isSound(Mask &mask, Grid grid, ArrayRef<Span> ranges) {
  Truth truth(mask, grid);
  for (Span range : ranges) {
    Keys visible, full;
    mask.getBounds(range, visible, full);
    for (int64_t j = grid.keys.first; j <= grid.keys.last; ++j) {
      int64_t seeing = truth.countSeeing(range, j), all = range.last - range.first + 1;
      if ((seeing > 0 && !visible.has(j)) || (seeing < all && full.has(j))) {
        ADD_FAILURE() << "queries " << range.first << " to " << range.last << ": key " << j
                      << " is seen by " << seeing << ", visible [" << visible.begin << ", "
                      << visible.end << "), full [" << full.begin << ", " << full.end << ")\n"
                      << mask.print();
        return false;
      }
    }
  }
  return true;
}

std::vector<Span> allSpans(Span queries) {
  std::vector<Span> ranges;
  for (int64_t first = queries.first; first <= queries.last; ++first)
    for (int64_t last = first; last <= queries.last; ++last)
      ranges.push_back({first, last});
  return ranges;
}

/// Sound, and as tight as intervals can be: visible is the hull of what is seen, full is all that
/// everyone sees.
void expectExact(StringRef text) {
  Mask mask;
  mask.parse(text);
  Truth truth(mask, kSmall);
  for (Span range : allSpans(kSmall.queries)) {
    Keys visible, full, hull = {kNone, -kNone};
    mask.getBounds(range, visible, full);
    for (int64_t j = kSmall.keys.first; j <= kSmall.keys.last; ++j)
      if (truth.countSeeing(range, j) > 0)
        hull = {std::min(hull.begin, j), j + 1};
    for (int64_t j = kSmall.keys.first; j <= kSmall.keys.last; ++j) {
      bool isFull = truth.countSeeing(range, j) == range.last - range.first + 1;
      ASSERT_TRUE(visible.has(j) == hull.has(j) && full.has(j) == isFull)
          << text.str() << "\nqueries " << range.first << " to " << range.last << ", key " << j
          << ": visible [" << visible.begin << ", " << visible.end << "), full [" << full.begin
          << ", " << full.end << ")";
    }
  }
}

/// The mask `left predicate right` on values that `body` defines.
std::string compare(StringRef predicate, StringRef left, StringRef right, StringRef body = "") {
  return (body + "\n%c = arith.cmpi " + predicate + ", " + left + ", " + right +
          " : index\nattn.yield %c : i1")
      .str();
}

} // namespace

TEST(KeyBounds, OrderedComparisonsAreExact) {
  const char *sums[] = {
      "%l = arith.addi %j, %n : index",
      "%l = arith.subi %j, %n : index",
      "%l = arith.subi %n, %j : index",
      "%k = arith.muli %j, %n : index\n%l = arith.addi %k, %n : index",
      "%k = arith.floordivsi %j, %n : index\n%l = arith.subi %k, %n : index",
      "%k = arith.floordivsi %j, %n : index\n%l = arith.muli %k, %n : index",
      "%l = arith.addi %j, %h : index",
  };
  const char *queries[] = {"%r = arith.addi %i, %w : index", "%r = arith.floordivsi %i, %m : index",
                           "%r = arith.muli %i, %m : index", "%r = arith.subi %u, %i : index"};
  std::string constants = "%n = arith.constant 3 : index\n%m = arith.constant 4 : index\n";
  for (const char *predicate : {"slt", "sle", "sgt", "sge"})
    for (const char *sum : sums)
      for (const char *query : queries) {
        std::string body = constants + sum + "\n" + query;
        expectExact(compare(predicate, "%l", "%r", body));
        expectExact(compare(predicate, "%r", "%l", body));
      }
}

TEST(KeyBounds, EqualityIsExactWhereItIsAnInterval) {
  std::string constants = "%n = arith.constant 4 : index\n";
  expectExact(compare("eq", "%j", "%i"));
  expectExact(compare("eq", "%x", "%y",
                      constants + "%x = arith.floordivsi %i, %n : index\n"
                                  "%y = arith.floordivsi %j, %n : index"));
}

TEST(KeyBounds, ConjunctionsAreExact) {
  expectExact("%w0 = arith.subi %i, %w : index\n%a = arith.cmpi sle, %j, %i : index\n"
              "%b0 = arith.cmpi sgt, %j, %w0 : index\n%c = arith.andi %a, %b0 : i1\n"
              "attn.yield %c : i1");
}

TEST(KeyBounds, DisjunctionsAreExactWhereTheyAreIntervals) {
  // A prefix that all see, and causal.
  expectExact("%n = arith.constant 5 : index\n%a = arith.cmpi sle, %j, %i : index\n"
              "%b0 = arith.cmpi slt, %j, %n : index\n%c = arith.ori %a, %b0 : i1\n"
              "attn.yield %c : i1");
}

TEST(KeyBounds, NegatedHalfLinesAreExact) {
  expectExact("%t = arith.constant true\n%a = arith.cmpi sle, %j, %i : index\n"
              "%c = arith.xori %a, %t : i1\nattn.yield %c : i1");
  expectExact("%t = arith.constant true\n%a = arith.cmpi sge, %j, %i : index\n"
              "%c = arith.xori %t, %a : i1\nattn.yield %c : i1");
}

TEST(KeyBounds, ConstantsAreExact) {
  expectExact("%t = arith.constant true\nattn.yield %t : i1");
  expectExact("%f = arith.constant false\nattn.yield %f : i1");
}

TEST(KeyBounds, WithoutTheKeyAllOrNothing) {
  Mask mask;
  mask.parse(compare("slt", "%i", "%w"));
  ASSERT_TRUE(isSound(mask, kSmall, allSpans(kSmall.queries)));
  Keys visible, full;
  mask.getBounds({0, 2}, visible, full); // i < 3 for all
  EXPECT_TRUE(visible.has(9) && full.has(9));
  mask.getBounds({2, 3}, visible, full); // for one
  EXPECT_TRUE(visible.has(9) && !full.has(9));
  mask.getBounds({3, 5}, visible, full); // for none
  EXPECT_TRUE(!visible.has(9) && !full.has(9));
}

TEST(KeyBounds, NoMaskBoundsNothing) {
  MLIRContext context;
  OpBuilder builder(&context);
  Region empty;
  KeyBounds bounds = solveKeyBounds(builder, builder.getUnknownLoc(), empty, {});
  EXPECT_FALSE(bounds.visible.begin || bounds.visible.end || bounds.full.begin || bounds.full.end);
  EXPECT_FALSE(bounds.neverFull);
}

TEST(KeyBounds, UnknownPredicatesBoundNothing) {
  const char *texts[] = {
      "%x = tensor.extract %table[%j] : tensor<?xi32>\n%y = tensor.extract %table[%i] : "
      "tensor<?xi32>\n%c = arith.cmpi eq, %x, %y : i32\nattn.yield %c : i1",
      "%c = arith.cmpi ne, %j, %i : index\nattn.yield %c : i1",
      "%c = arith.cmpi ult, %j, %i : index\nattn.yield %c : i1",
      "%x = arith.remsi %j, %w : index\n%c = arith.cmpi eq, %x, %b : index\nattn.yield %c : i1",
  };
  for (const char *text : texts) {
    Mask mask;
    mask.parse(text);
    ASSERT_TRUE(isSound(mask, kSmall, allSpans(kSmall.queries)));
    Keys visible, full;
    mask.getBounds({0, 5}, visible, full);
    EXPECT_TRUE(visible.has(-1000) && visible.has(1000)) << text;
    EXPECT_FALSE(full.has(3)) << text;
  }
}

// Values that the keys share are computed once, outside of the region, where a division would trap.
TEST(KeyBounds, DivisionsAreNotMovedWhereTheyTrap) {
  for (const char *op : {"remsi", "remui", "floordivsi", "divsi", "divui", "ceildivsi"}) {
    Mask mask;
    mask.parse(compare("sle", "%j", "%x", std::string("%x = arith.") + op + " %w, %h : index"));
    mask.setOutside(0, 0, 3, 5);
    isSound(mask, kSmall, allSpans(kSmall.queries));
    mask.setOutside(0, -1, std::numeric_limits<int64_t>::min(), 5);
    isSound(mask, kSmall, allSpans(kSmall.queries));
  }
}

TEST(KeyBounds, FarPositions) {
  for (const char *text : {"%c = arith.cmpi sle, %j, %i : index\nattn.yield %c : i1",
                           "%n = arith.constant 5 : index\n%x = arith.floordivsi %i, %n : index\n"
                           "%y = arith.floordivsi %j, %n : index\n"
                           "%c = arith.cmpi eq, %x, %y : index\nattn.yield %c : i1"}) {
    Mask mask;
    mask.parse(text);
    int64_t far = int64_t(1) << 40;
    Grid grid = {{far - 6, far + 6}, {far - 12, far + 12}};
    isSound(mask, grid, allSpans(grid.queries));
  }
}

// A huge value means "no limit" to many; nothing may overflow that does not overflow in the mask.
TEST(KeyBounds, HugeValues) {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  constexpr int64_t least = std::numeric_limits<int64_t>::min();
  const char *bodies[] = {"%d = arith.subi %i, %j : index", "%d = arith.subi %j, %i : index",
                          "%d = arith.addi %i, %j : index", "%d = arith.addi %i, %w : index",
                          "%d = arith.muli %j, %w : index", "%d = arith.subi %w, %j : index"};
  for (const char *body : bodies)
    for (const char *predicate : {"slt", "sle", "sgt", "sge", "eq"})
      for (bool isConstant : {false, true})
        for (int64_t huge : {most, most - 1, least, least + 1, most / 2 + 1, int64_t(1) << 61}) {
          Mask mask;
          std::string limit = isConstant ? "%n" : "%w";
          mask.parse(compare(predicate, "%d", limit,
                             "%n = arith.constant " + std::to_string(huge) + " : index\n" + body));
          mask.setOutside(0, 0, huge, 5);
          isSound(mask, kSmall, allSpans({0, 6}));
          // What users of the bounds do with them: subtract a position.
          Keys visible, full;
          mask.getBounds({0, 6}, visible, full);
          for (int64_t end : {visible.begin, visible.end})
            EXPECT_TRUE(std::abs(end / 2) <= most / 4) << end;
        }
}

// Each value is looked at once: with 2^200 paths, anything else would not end.
TEST(KeyBounds, SharedValuesAreSolvedOnce) {
  std::string text = "%w0 = arith.addi %w, %u : index\n%j0 = arith.addi %j, %w : index\n"
                     "%c0 = arith.cmpi sle, %j, %i : index\n";
  for (int n = 1; n <= 200; ++n) {
    std::string before = std::to_string(n - 1), now = std::to_string(n);
    text += "%w" + now + " = arith.addi %w" + before + ", %w" + before + " : index\n";
    text += "%j" + now + " = arith.addi %j" + before + ", %j" + before + " : index\n";
    text += "%d" + now + " = arith.cmpi sle, %j" + now + ", %w" + now + " : index\n";
    text += "%e" + now + " = arith.andi %c" + before + ", %d" + now + " : i1\n";
    text += "%c" + now + " = arith.ori %c" + before + ", %e" + now + " : i1\n";
  }
  Mask mask;
  mask.parse(text + "attn.yield %c200 : i1");
  isSound(mask, kSmall, {{0, 3}});
}

TEST(KeyBounds, RandomMasks) {
  constexpr uint64_t kMasks = 3000;
  constexpr Grid grid = {{-2, 8}, {-5, 12}};
  int64_t informative = 0;
  Mask mask;
  for (uint64_t seed = 1; seed <= kMasks; ++seed) {
    mask.makeRandom(seed);
    mask.setOutside(int64_t(seed % 2), int64_t(seed % 3), int64_t(seed % 11) - 3,
                    int64_t(seed % 7));
    ASSERT_TRUE(isSound(mask, grid, {{-2, 8}, {-2, -2}, {0, 0}, {0, 3}, {2, 7}, {4, 4}, {5, 8}}))
        << "seed " << seed;
    Keys visible, full;
    mask.getBounds({0, 3}, visible, full);
    informative += !visible.has(grid.keys.first) || !visible.has(grid.keys.last) || full.has(0);
  }
  // The masks are not all beyond the solver.
  EXPECT_GT(informative, int64_t(kMasks / 6));
}
