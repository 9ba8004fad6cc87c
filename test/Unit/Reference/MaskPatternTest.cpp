// Every mask pattern against a grid written by hand: 7 queries (rows) by 9 keys (columns).
#include "Model.h"

using namespace attnc::reference;

namespace {
/// The pairs that attention lets through: with Q = 0 and V the identity, output (i, j) is positive
/// exactly when query i sees key j.
std::vector<std::string> findAllowed(const std::string &mask, int64_t queryOffset = 0,
                                     int64_t keyOffset = 0, llvm::ArrayRef<int64_t> ids = {}) {
  Model model(R"(
    func.func @main(%q: tensor<1x1x7x2xf32>, %k: tensor<1x1x9x2xf32>, %v: tensor<1x1x9x9xf32>,
                    %qo: index, %ko: index, %ids: tensor<1x?xi32>) -> tensor<1x1x7x9xf32> {
      %o = attn.attention %q, %k, %v q_offset(%qo) kv_offset(%ko) document_ids(%ids) mask = )" +
              mask + R"(
        : (tensor<1x1x7x2xf32>, tensor<1x1x9x2xf32>, tensor<1x1x9x9xf32>, index, index,
           tensor<1x?xi32>) -> tensor<1x1x7x9xf32>
      return %o : tensor<1x1x7x9xf32>
    })");
  std::vector<double> identity(81, 0.0);
  for (int j = 0; j < 9; ++j)
    identity[j * 10] = 1;
  auto outputs =
      model.run({model.reals({1, 1, 7, 2}, std::vector<double>(14, 0.0)),
                 model.reals({1, 1, 9, 2}, std::vector<double>(18, 1.0)),
                 model.reals({1, 1, 9, 9}, identity), model.index(queryOffset),
                 model.index(keyOffset), model.integers("i32", {1, int64_t(ids.size())}, ids)});
  std::vector<std::string> grid(7);
  if (outputs.size() != 1)
    return grid;
  std::vector<double> values = getReals(outputs[0].value);
  for (int i = 0; i < 7; ++i)
    for (int j = 0; j < 9; ++j)
      grid[i] += values[i * 9 + j] > 0 ? 'x' : '.';
  return grid;
}

using Grid = std::vector<std::string>;
} // namespace

TEST(MaskPattern, Causal) {
  EXPECT_EQ(findAllowed("[#attn.causal]"), (Grid{"x........", //
                                                 "xx.......", //
                                                 "xxx......", //
                                                 "xxxx.....", //
                                                 "xxxxx....", //
                                                 "xxxxxx...", //
                                                 "xxxxxxx.."}));
}

TEST(MaskPattern, CausalBottomRightAlignsTheEnds) {
  EXPECT_EQ(findAllowed("[#attn.causal<bottom_right>]"), (Grid{"xxx......", //
                                                               "xxxx.....", //
                                                               "xxxxx....", //
                                                               "xxxxxx...", //
                                                               "xxxxxxx..", //
                                                               "xxxxxxxx.", //
                                                               "xxxxxxxxx"}));
}

TEST(MaskPattern, CausalOnPositions) {
  // Query rows are positions 4 to 10, keys are positions 2 to 10.
  EXPECT_EQ(findAllowed("[#attn.causal]", 4, 2), (Grid{"xxx......", //
                                                       "xxxx.....", //
                                                       "xxxxx....", //
                                                       "xxxxxx...", //
                                                       "xxxxxxx..", //
                                                       "xxxxxxxx.", //
                                                       "xxxxxxxxx"}));
  // The ends are already aligned at 11.
  EXPECT_EQ(findAllowed("[#attn.causal<bottom_right>]", 4, 2), findAllowed("[#attn.causal]", 4, 2));
}

TEST(MaskPattern, Window) {
  EXPECT_EQ(findAllowed("[#attn.window<3>]"), (Grid{"xxxxxxxxx", //
                                                    "xxxxxxxxx", //
                                                    "xxxxxxxxx", //
                                                    ".xxxxxxxx", //
                                                    "..xxxxxxx", //
                                                    "...xxxxxx", //
                                                    "....xxxxx"}));
}

TEST(MaskPattern, WindowOfTwoSides) {
  EXPECT_EQ(findAllowed("[#attn.window<left = 2, right = 1>]"), (Grid{"xx.......", //
                                                                      "xxx......", //
                                                                      "xxxx.....", //
                                                                      ".xxxx....", //
                                                                      "..xxxx...", //
                                                                      "...xxxx..", //
                                                                      "....xxxx."}));
  EXPECT_EQ(findAllowed("[#attn.window<left = 0, right = 0>]"), (Grid{"x........", //
                                                                      ".x.......", //
                                                                      "..x......", //
                                                                      "...x.....", //
                                                                      "....x....", //
                                                                      ".....x...", //
                                                                      "......x.."}));
}

TEST(MaskPattern, WindowsBeyondEveryDistance) {
  const Grid everything(7, "xxxxxxxxx");
  EXPECT_EQ(findAllowed("[#attn.window<9223372036854775807>]"), everything);
  EXPECT_EQ(findAllowed("[#attn.window<left = 9223372036854775807, right = 9223372036854775807>]"),
            everything);
}

TEST(MaskPattern, SinksAndPrefixAndGlobal) {
  EXPECT_EQ(findAllowed("[#attn.sinks<2>]"), Grid(7, "xx......."));
  EXPECT_EQ(findAllowed("[#attn.sinks<0>]"), Grid(7, "........."));
  EXPECT_EQ(findAllowed("[#attn.prefix<4>]"), (Grid{"xxxx.....", //
                                                    "xxxx.....", //
                                                    "xxxx.....", //
                                                    "xxxx.....", //
                                                    "xxxxx....", //
                                                    "xxxxxx...", //
                                                    "xxxxxxx.."}));
  EXPECT_EQ(findAllowed("[#attn.global<2>]"), (Grid{"xxxxxxxxx", //
                                                    "xxxxxxxxx", //
                                                    "xx.......", //
                                                    "xx.......", //
                                                    "xx.......", //
                                                    "xx.......", //
                                                    "xx......."}));
}

TEST(MaskPattern, Chunked) {
  EXPECT_EQ(findAllowed("[#attn.chunked<3>]"), (Grid{"xxx......", //
                                                     "xxx......", //
                                                     "xxx......", //
                                                     "...xxx...", //
                                                     "...xxx...", //
                                                     "...xxx...", //
                                                     "......xxx"}));
}

TEST(MaskPattern, ChunksGoOnBelowZero) {
  // Queries -4 to 2, keys -2 to 6: chunks of 3 begin at -6, -3, 0, 3, 6.
  EXPECT_EQ(findAllowed("[#attn.chunked<3>]", -4, -2), (Grid{".........", // -4
                                                             "xx.......", // -3
                                                             "xx.......", // -2
                                                             "xx.......", // -1
                                                             "..xxx....", // 0
                                                             "..xxx....", // 1
                                                             "..xxx...."}));
}

TEST(MaskPattern, Dilated) {
  EXPECT_EQ(findAllowed("[#attn.dilated<3>]"), (Grid{"x..x..x..", //
                                                     ".x..x..x.", //
                                                     "..x..x..x", //
                                                     "x..x..x..", //
                                                     ".x..x..x.", //
                                                     "..x..x..x", //
                                                     "x..x..x.."}));
}

TEST(MaskPattern, Strided) {
  EXPECT_EQ(findAllowed("[#attn.strided<2>]"), findAllowed("[#attn.dilated<2>]"));
  EXPECT_EQ(findAllowed("[#attn.strided<2, block = 2>]"), (Grid{"xx..xx..x", //
                                                                "xx..xx..x", //
                                                                "..xx..xx.", //
                                                                "..xx..xx.", //
                                                                "xx..xx..x", //
                                                                "xx..xx..x", //
                                                                "..xx..xx."}));
}

TEST(MaskPattern, BlockLocal) {
  EXPECT_EQ(findAllowed("[#attn.block_local<2>]"), (Grid{"xx.......", //
                                                         "xx.......", //
                                                         "..xx.....", //
                                                         "..xx.....", //
                                                         "....xx...", //
                                                         "....xx...", //
                                                         "......xx."}));
  EXPECT_EQ(findAllowed("[#attn.block_local<2, neighbours = 1>]"), (Grid{"xxxx.....", //
                                                                         "xxxx.....", //
                                                                         "xxxxxx...", //
                                                                         "xxxxxx...", //
                                                                         "..xxxxxx.", //
                                                                         "..xxxxxx.", //
                                                                         "....xxxxx"}));
}

TEST(MaskPattern, Document) {
  // The ids of positions beyond the fifth are that of the last one.
  EXPECT_EQ(findAllowed("[#attn.document]", 0, 0, {7, 7, 5, 5, 7}), (Grid{"xx..xxxxx", //
                                                                          "xx..xxxxx", //
                                                                          "..xx.....", //
                                                                          "..xx.....", //
                                                                          "xx..xxxxx", //
                                                                          "xx..xxxxx", //
                                                                          "xx..xxxxx"}));
  EXPECT_EQ(findAllowed("[#attn.document]", 0, 0, {}), Grid(7, "xxxxxxxxx"));
}

TEST(MaskPattern, Combinations) {
  EXPECT_EQ(findAllowed("[#attn.causal, #attn.window<2>]"), (Grid{"x........", //
                                                                  "xx.......", //
                                                                  ".xx......", //
                                                                  "..xx.....", //
                                                                  "...xx....", //
                                                                  "....xx...", //
                                                                  ".....xx.."}));
  EXPECT_EQ(
      findAllowed("[#attn.any<[#attn.sinks<1>, #attn.all<[#attn.causal, #attn.window<2>]>]>]"),
      (Grid{"x........", //
            "xx.......", //
            "xxx......", //
            "x.xx.....", //
            "x..xx....", //
            "x...xx...", //
            "x....xx.."}));
  EXPECT_EQ(findAllowed("[#attn.not<#attn.causal>]"), (Grid{".xxxxxxxx", //
                                                            "..xxxxxxx", //
                                                            "...xxxxxx", //
                                                            "....xxxxx", //
                                                            ".....xxxx", //
                                                            "......xxx", //
                                                            ".......xx"}));
}

TEST(MaskPattern, EmptyCombinations) {
  EXPECT_EQ(findAllowed("[]"), Grid(7, "xxxxxxxxx"));
  EXPECT_EQ(findAllowed("[#attn.any<[]>]"), Grid(7, "........."));
  EXPECT_EQ(findAllowed("[#attn.all<[]>]"), Grid(7, "xxxxxxxxx"));
}
