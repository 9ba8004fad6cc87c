// Contractions take a fast way that gives the same bits as the interpreter's.
#include "Model.h"

#include <chrono>
#include <random>

using namespace attnc::reference;

using Numbers = std::vector<double>;

namespace {
/// A generic op of two inputs over loops (b, m, n, k) that ends with `body`, which yields %r.
std::string getModelText(const std::string &left, const std::string &right,
                         const std::string &output, const std::string &body) {
  const auto getType = [](const std::string &map, const char *element) {
    std::string type = "tensor<";
    for (char dim : map)
      type += dim >= 'a' && dim <= 'z' ? "?x" : "";
    return type + element + ">";
  };
  const std::string a = getType(left, "f16"), b = getType(right, "f32"), c = getType(output, "f32");
  return "func.func @main(%a: " + a + ", %b: " + b + ", %c: " + c + ") -> " + c +
         " {\n%r = linalg.generic {indexing_maps = [affine_map<(b, m, n, k) -> (" + left +
         ")>, affine_map<(b, m, n, k) -> (" + right + ")>, affine_map<(b, m, n, k) -> (" + output +
         ")>], iterator_types = [\"parallel\", \"parallel\", \"parallel\", \"reduction\"]} ins(%a, "
         "%b : " +
         a + ", " + b + ") outs(%c : " + c + ") {\n^bb0(%x: f16, %y: f32, %z: f32):\n" + body +
         "\nlinalg.yield %r : f32\n} -> " + c + "\nreturn %r : " + c + "\n}";
}

constexpr const char *kPlain = "%w = arith.extf %x : f16 to f32\n%p = arith.mulf %w, %y : f32\n"
                               "%r = arith.addf %z, %p : f32";
/// The same, in a form that is not known as a contraction.
constexpr const char *kInterpreted =
    "%w = arith.extf %x : f16 to f32\n%p = arith.mulf %y, %w : f32\n%n = arith.negf %p : f32\n"
    "%m = arith.negf %n : f32\n%r = arith.addf %m, %z : f32";

Tensor makeRandom(Model &model, llvm::ArrayRef<int64_t> shape, unsigned seed,
                  llvm::StringRef type) {
  Tensor tensor(model.type(type), shape);
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  for (Cell &cell : Model::getCells(tensor))
    cell.real = normal(random);
  return tensor;
}

/// The size of a loop, by its name.
std::vector<int64_t> getShape(const std::string &map) {
  std::vector<int64_t> shape;
  for (char dim : map)
    if (const size_t position = std::string("bmnk").find(dim); position != std::string::npos)
      shape.push_back(std::vector<int64_t>{2, 3, 17, 50}[position]);
  return shape;
}
} // namespace

TEST(Contraction, HasTheBitsOfTheDefinition) {
  const std::vector<std::string> maps[] = {
      {"b, m, k", "b, k, n", "b, m, n"}, {"b, m, k", "b, n, k", "b, m, n"},
      {"b, k, m", "k, n", "m, b, n"},    {"k", "b, m, n, k", "n, b, m"},
      {"b, m, n", "b, m, k", "b, n, m"}, {"b, m, n, k", "n", "k, b, m"}};
  for (const auto &map : maps) {
    Numbers results[2];
    for (bool isPlain : {false, true}) {
      Model model(getModelText(map[0], map[1], map[2], isPlain ? kPlain : kInterpreted));
      auto outputs = model.run({makeRandom(model, getShape(map[0]), 1, "f16"),
                                makeRandom(model, getShape(map[1]), 2, "f32"),
                                makeRandom(model, getShape(map[2]), 3, "f32")});
      ASSERT_EQ(outputs.size(), 1u) << model.errors;
      results[isPlain] = getReals(outputs[0].value);
    }
    EXPECT_EQ(results[0], results[1]) << map[0] << " by " << map[1] << " to " << map[2];
  }
}

TEST(Contraction, OtherBodiesAreNotTakenForOne) {
  const auto run = [](const std::string &body) {
    Model model(getModelText("b, m, k", "b, k, n", "b, m, n", body));
    auto outputs = model.run({model.reals({1, 1, 2}, {2, 3}, "f16"), model.reals({1, 2, 1}, {5, 7}),
                              model.reals({1, 1, 1}, {100})});
    return outputs.empty() ? Numbers() : getReals(outputs[0].value);
  };
  const std::string widen = "%w = arith.extf %x : f16 to f32\n";
  EXPECT_EQ(run(kPlain), (Numbers{131}));
  EXPECT_EQ(run(widen + "%p = arith.mulf %w, %w : f32\n%r = arith.addf %z, %p : f32"),
            (Numbers{113}));
  EXPECT_EQ(run(widen + "%p = arith.mulf %w, %y : f32\n%r = arith.addf %p, %p : f32"),
            (Numbers{42}));
  EXPECT_EQ(run(widen + "%p = arith.mulf %w, %y : f32\n%r = arith.subf %z, %p : f32"),
            (Numbers{69}));
  EXPECT_EQ(run(widen + "%p = arith.mulf %w, %z : f32\n%r = arith.addf %y, %p : f32"),
            (Numbers{622}));
  EXPECT_EQ(run(widen + "%p = arith.mulf %w, %y : f32\n%q = arith.addf %z, %p : f32\n"
                        "%r = arith.negf %q : f32"),
            (Numbers{89}));
}

TEST(Contraction, OfNoLoops) {
  Model model(R"(func.func @main(%a: tensor<f32>, %b: tensor<f32>, %c: tensor<f32>)
      -> tensor<f32> {
    %r = linalg.generic {indexing_maps = [affine_map<() -> ()>, affine_map<() -> ()>,
                                          affine_map<() -> ()>], iterator_types = []}
        ins(%a, %b : tensor<f32>, tensor<f32>) outs(%c : tensor<f32>) {
    ^bb0(%x: f32, %y: f32, %z: f32):
      %p = arith.mulf %x, %y : f32
      %s = arith.addf %p, %z : f32
      linalg.yield %s : f32
    } -> tensor<f32>
    return %r : tensor<f32> })");
  auto outputs = model.run({model.real(2), model.real(3), model.real(5)});
  ASSERT_EQ(outputs.size(), 1u) << model.errors;
  EXPECT_EQ(getReals(outputs[0].value), (Numbers{11}));
}

TEST(Contraction, IsManyTimesFasterThanInterpreting) {
  const auto measure = [](const char *right, const char *body) {
    Model model(getModelText("m, k, b", right, "b, m, n", body));
    const Tensor a = makeRandom(model, {4, 256, 1}, 1, "f16");
    const bool isTransposed = right[0] == 'n';
    const Tensor b =
        makeRandom(model, {isTransposed ? 512 : 256, isTransposed ? 256 : 512}, 2, "f32");
    const Tensor c = makeRandom(model, {1, 4, 512}, 3, "f32");
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(model.run({a, b, c}).size(), 1u) << model.errors;
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  // About 1 ns for each product; the margin is for busy and sanitized test machines.
  for (const char *right : {"k, n", "n, k"})
    EXPECT_LT(5 * measure(right, kPlain), measure(right, kInterpreted)) << right;
}
