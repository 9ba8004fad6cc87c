// Structured ops of linalg through their maps and bodies.
#include "Model.h"

#include <cmath>

using namespace attnc::reference;

TEST(Linalg, Matmul) {
  Model model(R"(func.func @main(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<?x?xf32>)
      -> tensor<?x?xf32> {
    %r = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>)
                       outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
    return %r : tensor<?x?xf32> })");
  Tensor a = model.reals({2, 3}, {1, 2, 3, 4, 5, 6});
  auto outputs =
      model.run({a, model.reals({3, 2}, {1, 0, 0, 1, 1, 1}), model.reals({2, 2}, {100, 0, 0, 0})});
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{104, 5, 10, 11}));
  EXPECT_TRUE(
      model.run({a, model.reals({2, 2}, {1, 0, 0, 1}), model.reals({2, 2}, {0, 0, 0, 0})}).empty());
  EXPECT_EQ(model.errors, "dim 0 of operand 1: wanted 3, got 2");
}

TEST(Linalg, BatchMatmulAndFill) {
  Model model(R"(func.func @main(%a: tensor<2x1x2xf32>, %b: tensor<2x2x1xf32>)
      -> tensor<2x1x1xf32> {
    %zero = arith.constant 0.0 : f32
    %e = tensor.empty() : tensor<2x1x1xf32>
    %c = linalg.fill ins(%zero : f32) outs(%e : tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
    %r = linalg.batch_matmul ins(%a, %b : tensor<2x1x2xf32>, tensor<2x2x1xf32>)
                             outs(%c : tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
    return %r : tensor<2x1x1xf32> })");
  auto outputs =
      model.run({model.reals({2, 1, 2}, {1, 2, 3, 4}), model.reals({2, 2, 1}, {5, 6, 7, 8})});
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{17, 53}));
}

TEST(Linalg, GenericWithIndexAndBroadcast) {
  // r[i, j] = row[j] + 10 i
  Model model(R"(
    #row = affine_map<(i, j) -> (j)>
    #all = affine_map<(i, j) -> (i, j)>
    func.func @main(%row: tensor<?xf32>, %out: tensor<?x?xf32>) -> tensor<?x?xf32> {
      %r = linalg.generic {indexing_maps = [#row, #all], iterator_types = ["parallel", "parallel"]}
          ins(%row : tensor<?xf32>) outs(%out : tensor<?x?xf32>) {
      ^bb0(%x: f32, %o: f32):
        %i = linalg.index 0 : index
        %c10 = arith.constant 10 : index
        %n = arith.muli %i, %c10 : index
        %m = arith.index_cast %n : index to i32
        %f = arith.sitofp %m : i32 to f32
        %y = arith.addf %x, %f : f32
        linalg.yield %y : f32
      } -> tensor<?x?xf32>
      return %r : tensor<?x?xf32>
    })");
  auto outputs =
      model.run({model.reals({3}, {1, 2, 3}), model.reals({2, 3}, std::vector<double>(6, 0))});
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{1, 2, 3, 11, 12, 13}));
}

TEST(Linalg, ReduceTransposeBroadcast) {
  Model model(R"(func.func @main(%a: tensor<2x3xf32>, %zero: tensor<3xf32>)
      -> (tensor<3xf32>, tensor<3x2xf32>, tensor<3x4xf32>) {
    %sum = linalg.reduce { arith.addf } ins(%a : tensor<2x3xf32>) outs(%zero : tensor<3xf32>)
           dimensions = [0]
    %e = tensor.empty() : tensor<3x2xf32>
    %t = linalg.transpose ins(%a : tensor<2x3xf32>) outs(%e : tensor<3x2xf32>) permutation = [1, 0]
    %f = tensor.empty() : tensor<3x4xf32>
    %b = linalg.broadcast ins(%sum : tensor<3xf32>) outs(%f : tensor<3x4xf32>) dimensions = [1]
    return %sum, %t, %b : tensor<3xf32>, tensor<3x2xf32>, tensor<3x4xf32> })");
  auto outputs = model.run({model.reals({2, 3}, {1, 2, 3, 4, 5, 6}), model.reals({3}, {0, 0, 0})});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{5, 7, 9}));
  EXPECT_EQ(getReals(outputs[1].value), (std::vector<double>{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(getReals(outputs[2].value), (std::vector<double>{5, 5, 5, 5, 7, 7, 7, 7, 9, 9, 9, 9}));
}

TEST(Linalg, NamedElementwiseAndMap) {
  Model model(R"(func.func @main(%a: tensor<2xf32>, %b: tensor<2xf32>)
      -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
    %e = tensor.empty() : tensor<2xf32>
    %p = linalg.mul ins(%a, %b : tensor<2xf32>, tensor<2xf32>)
                    outs(%e : tensor<2xf32>) -> tensor<2xf32>
    %x = linalg.exp ins(%a : tensor<2xf32>) outs(%e : tensor<2xf32>) -> tensor<2xf32>
    %m = linalg.map { arith.maximumf } ins(%a, %b : tensor<2xf32>, tensor<2xf32>)
                                       outs(%e : tensor<2xf32>)
    return %p, %x, %m : tensor<2xf32>, tensor<2xf32>, tensor<2xf32> })");
  auto outputs = model.run({model.reals({2}, {2, 3}), model.reals({2}, {5, -1})});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{10, -3}));
  EXPECT_EQ(getReals(outputs[1].value), (std::vector<double>{std::exp(2.0), std::exp(3.0)}));
  EXPECT_EQ(getReals(outputs[2].value), (std::vector<double>{5, 3}));
}

TEST(Linalg, ConvolutionIndexesSums) {
  Model model(R"(func.func @main(%a: tensor<?xf32>, %k: tensor<2xf32>, %o: tensor<?xf32>)
      -> tensor<?xf32> {
    %r = linalg.conv_1d ins(%a, %k : tensor<?xf32>, tensor<2xf32>)
                        outs(%o : tensor<?xf32>) -> tensor<?xf32>
    return %r : tensor<?xf32> })");
  Tensor kernel = model.reals({2}, {1, 10});
  auto outputs = model.run({model.reals({4}, {1, 2, 3, 4}), kernel, model.reals({3}, {0, 0, 0})});
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{21, 32, 43}));
  EXPECT_TRUE(
      model.run({model.reals({3}, {1, 2, 3}), kernel, model.reals({3}, {0, 0, 0})}).empty());
  EXPECT_EQ(model.errors, "indexes dim 0 of operand 0 from 0 to 3, which has 3 elements");
}

TEST(Linalg, NoIterationsKeepTheOutput) {
  Model model(R"(func.func @main(%a: tensor<2x?xf32>, %o: tensor<2xf32>) -> tensor<2xf32> {
    %r = linalg.reduce { arith.addf } ins(%a : tensor<2x?xf32>) outs(%o : tensor<2xf32>)
         dimensions = [1]
    return %r : tensor<2xf32> })");
  auto outputs = model.run({model.reals({2, 0}, {}), model.reals({2}, {7, 8})});
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{7, 8}));
}

TEST(Linalg, ReadsOutOfRangeAreRefused) {
  Model model(R"(func.func @main(%t: tensor<?xf32>, %o: tensor<?xf32>) -> tensor<?xf32> {
    %r = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
        outs(%o : tensor<?xf32>) {
    ^bb0(%x: f32):
      %i = linalg.index 0 : index
      %y = tensor.extract %t[%i] : tensor<?xf32>
      linalg.yield %y : f32
    } -> tensor<?xf32>
    return %r : tensor<?xf32> })");
  EXPECT_TRUE(model.run({model.reals({2}, {1, 2}), model.reals({3}, {0, 0, 0})}).empty());
  EXPECT_EQ(model.errors, "reads index 2 of dim 0, which has 2 elements");
}
