// The tensor dialect, dense constants, elementwise ops on tensors, and storage.
#include "Model.h"

#include <cmath>

using namespace attnc::reference;

/// The one result of @main(%a: tensor<2x3xf32> = 1..6) with the given result type and body.
static Tensor onSixElements(const std::string &resultType, const std::string &body) {
  Model model("func.func @main(%a: tensor<2x3xf32>) -> " + resultType + " {\n" + body +
              "\nreturn %r : " + resultType + "\n}");
  auto outputs = model.run({model.reals({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(outputs.size(), 1u) << model.errors;
  return outputs.empty() ? Tensor() : outputs[0].value;
}

TEST(TensorOps, ExtractSliceWithStridesAndDroppedDims) {
  Tensor r = onSixElements("tensor<2xf32>",
                           "%r = tensor.extract_slice %a[1, 0] [1, 2] [1, 2] : tensor<2x3xf32> to "
                           "tensor<2xf32>");
  EXPECT_EQ(getReals(r), (std::vector<double>{4, 6}));
}

TEST(TensorOps, InsertSlice) {
  Tensor r = onSixElements("tensor<2x3xf32>", R"(
    %c = arith.constant dense<[8.0, 9.0]> : tensor<2xf32>
    %r = tensor.insert_slice %c into %a[0, 1] [2, 1] [1, 1] : tensor<2xf32> into tensor<2x3xf32>)");
  EXPECT_EQ(getReals(r), (std::vector<double>{1, 8, 3, 4, 9, 6}));
}

TEST(TensorOps, SlicesMustBeInside) {
  Model model(R"(func.func @main(%a: tensor<?xf32>, %o: index) -> tensor<2xf32> {
    %r = tensor.extract_slice %a[%o] [2] [1] : tensor<?xf32> to tensor<2xf32>
    return %r : tensor<2xf32> })");
  EXPECT_TRUE(model.run({model.reals({3}, {1, 2, 3}), model.index(2)}).empty());
  EXPECT_EQ(model.errors,
            "slice of dim 0 (offset 2, size 2, stride 1) is not inside its 3 elements");
}

TEST(TensorOps, ExtractAndInsertElements) {
  Tensor r = onSixElements("tensor<2x3xf32>", R"(
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %x = tensor.extract %a[%c0, %c2] : tensor<2x3xf32>
    %y = arith.addf %x, %x : f32
    %r = tensor.insert %y into %a[%c0, %c0] : tensor<2x3xf32>)");
  EXPECT_EQ(getReals(r), (std::vector<double>{6, 2, 3, 4, 5, 6}));
}

TEST(TensorOps, ExpandAndCollapse) {
  Tensor r = onSixElements("tensor<6x1xf32>", R"(
    %c = tensor.collapse_shape %a [[0, 1]] : tensor<2x3xf32> into tensor<6xf32>
    %r = tensor.expand_shape %c [[0, 1]] output_shape [6, 1] : tensor<6xf32> into tensor<6x1xf32>)");
  EXPECT_EQ(getReals(r), (std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(r.getShape(), llvm::ArrayRef<int64_t>({6, 1}));
}

TEST(TensorOps, ReshapeChecksTheCount) {
  Model model(R"(func.func @main(%a: tensor<4xf32>, %s: tensor<2xi32>) -> tensor<?x?xf32> {
    %r = tensor.reshape %a(%s) : (tensor<4xf32>, tensor<2xi32>) -> tensor<?x?xf32>
    return %r : tensor<?x?xf32> })");
  Tensor a = model.reals({4}, {1, 2, 3, 4});
  EXPECT_EQ(model.run({a, model.integers("i32", {2}, {2, 2})})[0].value.getRank(), 2);
  EXPECT_TRUE(model.run({a, model.integers("i32", {2}, {3, 2})}).empty());
  EXPECT_EQ(model.errors, "elements of the new shape: wanted 4, got 6");
}

TEST(TensorOps, GenerateSplatFromElements) {
  Model model(R"(func.func @main(%n: index, %x: f32)
      -> (tensor<?x2xindex>, tensor<3xf32>, tensor<2x1xf32>) {
    %g = tensor.generate %n {
    ^bb0(%i: index, %j: index):
      %c10 = arith.constant 10 : index
      %t = arith.muli %i, %c10 : index
      %s = arith.addi %t, %j : index
      tensor.yield %s : index
    } : tensor<?x2xindex>
    %s = tensor.splat %x : tensor<3xf32>
    %y = arith.negf %x : f32
    %e = tensor.from_elements %x, %y : tensor<2x1xf32>
    return %g, %s, %e : tensor<?x2xindex>, tensor<3xf32>, tensor<2x1xf32> })");
  auto outputs = model.run({model.index(3), model.real(4)});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(getIntegers(outputs[0].value), (std::vector<int64_t>{0, 1, 10, 11, 20, 21}));
  EXPECT_EQ(getReals(outputs[1].value), (std::vector<double>{4, 4, 4}));
  EXPECT_EQ(getReals(outputs[2].value), (std::vector<double>{4, -4}));
}

TEST(TensorOps, PadAndConcat) {
  Tensor r = onSixElements("tensor<3x8xf32>", R"(
    %z = arith.constant 0.5 : f32
    %p = tensor.pad %a low[0, 1] high[1, 1] {
    ^bb0(%i: index, %j: index):
      tensor.yield %z : f32
    } : tensor<2x3xf32> to tensor<3x5xf32>
    %s = tensor.extract_slice %p[0, 1] [3, 3] [1, 1] : tensor<3x5xf32> to tensor<3x3xf32>
    %r = tensor.concat dim(1) %p, %s : (tensor<3x5xf32>, tensor<3x3xf32>) -> tensor<3x8xf32>)");
  EXPECT_EQ(getReals(r), (std::vector<double>{.5, 1, 2, 3, .5, 1,  2,  3,  .5, 4,  5,  6,
                                              .5, 4, 5, 6, .5, .5, .5, .5, .5, .5, .5, .5}));
}

TEST(TensorOps, EmptyIsGarbage) {
  Tensor r = onSixElements("tensor<1xf32>", "%r = tensor.empty() : tensor<1xf32>");
  EXPECT_TRUE(std::isnan(r.getScalar().real));
}

TEST(TensorOps, HugeTensorsAreRefused) {
  Model model(R"(func.func @main(%n: index) -> tensor<?x?xf32> {
    %r = tensor.empty(%n, %n) : tensor<?x?xf32>
    return %r : tensor<?x?xf32> })");
  EXPECT_TRUE(model.run({model.index(int64_t(1) << 40)}).empty());
  EXPECT_NE(model.errors.find("cannot make a tensor of shape 1099511627776x1099511627776"),
            std::string::npos)
      << model.errors;
  model.errors.clear();
  EXPECT_TRUE(model.run({model.index(-1)}).empty());
  EXPECT_NE(model.errors.find("shape -1x-1"), std::string::npos) << model.errors;
}

TEST(TensorOps, ElementwiseOnTensorsAndDim) {
  Model model(R"(func.func @main(%a: tensor<?xf32>, %b: tensor<?xf32>, %c: i1)
      -> (tensor<?xf32>, tensor<?xf32>, index) {
    %s = arith.subf %a, %b : tensor<?xf32>
    %t = arith.select %c, %a, %b : tensor<?xf32>
    %c0 = arith.constant 0 : index
    %d = tensor.dim %a, %c0 : tensor<?xf32>
    return %s, %t, %d : tensor<?xf32>, tensor<?xf32>, index })");
  Tensor a = model.reals({2}, {5, 7}), b = model.reals({2}, {1, 2});
  mlir::Type boolean = mlir::IntegerType::get(a.getElementType().getContext(), 1);
  auto outputs = model.run({a, b, Tensor::scalar(boolean, makeInteger(-1))});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(getReals(outputs[0].value), (std::vector<double>{4, 5}));
  EXPECT_EQ(getReals(outputs[1].value), (std::vector<double>{5, 7}));
  EXPECT_EQ(outputs[2].value.getScalar().integer, 2);
  EXPECT_TRUE(
      model.run({a, model.reals({1}, {1}), Tensor::scalar(boolean, makeInteger(0))}).empty());
  EXPECT_EQ(model.errors, "dim 0 of operand 1: wanted 2, got 1");
}

TEST(TensorOps, DenseConstants) {
  Model model(R"(func.func @main() -> (tensor<2x2xi32>, tensor<3xi1>, tensor<2xbf16>) {
    %a = arith.constant dense<[[1, -2], [3, 4]]> : tensor<2x2xi32>
    %b = arith.constant dense<[true, false, true]> : tensor<3xi1>
    %c = arith.constant dense<1.5> : tensor<2xbf16>
    return %a, %b, %c : tensor<2x2xi32>, tensor<3xi1>, tensor<2xbf16> })");
  auto outputs = model.run({});
  ASSERT_EQ(outputs.size(), 3u);
  EXPECT_EQ(getIntegers(outputs[0].value), (std::vector<int64_t>{1, -2, 3, 4}));
  EXPECT_EQ(getIntegers(outputs[1].value), (std::vector<int64_t>{-1, 0, -1}));
  EXPECT_EQ(getReals(outputs[2].value), (std::vector<double>{1.5, 1.5}));
}

TEST(TensorStorage, RoundsOnlyWhenStored) {
  Model model("func.func @main() { return }");
  mlir::Type f32 = model.type("f32");
  Tensor tensor(mlir::BFloat16Type::get(f32.getContext()), {2});
  const uint16_t bits[] = {0x3f80, 0xc049};
  tensor.load(bits);
  EXPECT_EQ(getReals(tensor), (std::vector<double>{1, -3.140625}));
  tensor.mutableData()[0].real = 1 + 0x1p-9;
  uint16_t back[2];
  tensor.store(attnc::ElementType::BF16, back);
  EXPECT_EQ(back[0], bits[0]);
  EXPECT_EQ(back[1], bits[1]);
  double exact[2];
  tensor.store(attnc::ElementType::F64, exact);
  EXPECT_EQ(exact[0], 1 + 0x1p-9);
}

TEST(TensorStorage, IntegersAreExact) {
  Model model("func.func @main() { return }");
  Tensor tensor(model.type("index"), {2});
  const int64_t values[] = {std::numeric_limits<int64_t>::min(), 9007199254740993};
  tensor.load(values);
  int64_t back[2];
  tensor.store(attnc::ElementType::I64, back);
  EXPECT_EQ(back[0], values[0]);
  EXPECT_EQ(back[1], values[1]);
}

TEST(TensorStorage, CopiesShareUntilWritten) {
  Model model("func.func @main() { return }");
  Tensor a = model.reals({2}, {1, 2}), b = a;
  EXPECT_EQ(a.data(), b.data());
  b.mutableData()[0].real = 9;
  EXPECT_EQ(getReals(a), (std::vector<double>{1, 2}));
  EXPECT_EQ(getReals(b), (std::vector<double>{9, 2}));
}
