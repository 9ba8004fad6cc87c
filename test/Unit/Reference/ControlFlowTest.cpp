// Calls, scf loops and conditions, and what a call checks of its arguments.
#include "Model.h"

using namespace attnc::reference;

TEST(ControlFlow, ForCarriesValues) {
  Model model(R"(func.func @main(%n: index) -> index {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %r = scf.for %i = %c0 to %n step %c2 iter_args(%sum = %c0) -> index {
      %next = arith.addi %sum, %i : index
      scf.yield %next : index
    }
    return %r : index })");
  EXPECT_EQ(model.run({model.index(7)})[0].value.getScalar().integer, 12);
  EXPECT_EQ(model.run({model.index(6)})[0].value.getScalar().integer, 6);
  EXPECT_EQ(model.run({model.index(0)})[0].value.getScalar().integer, 0);
  EXPECT_EQ(model.run({model.index(-3)})[0].value.getScalar().integer, 0);
}

TEST(ControlFlow, ForNeedsAPositiveStep) {
  Model model(R"(func.func @main(%step: index) {
    %c0 = arith.constant 0 : index
    %c9 = arith.constant 9 : index
    scf.for %i = %c0 to %c9 step %step {
    }
    return })");
  EXPECT_TRUE(model.run({model.index(0)}).empty());
  EXPECT_EQ(model.errors, "the step of a loop must be positive, got 0");
}

TEST(ControlFlow, ForNearTheLargestIndexEnds) {
  Model model(R"(func.func @main(%begin: index, %end: index) -> index {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %c4 = arith.constant 4 : index
    %r = scf.for %i = %begin to %end step %c4 iter_args(%n = %c0) -> index {
      %next = arith.addi %n, %c1 : index
      scf.yield %next : index
    }
    return %r : index })");
  int64_t largest = std::numeric_limits<int64_t>::max();
  EXPECT_EQ(
      model.run({model.index(largest - 6), model.index(largest)})[0].value.getScalar().integer, 2);
}

TEST(ControlFlow, IfTakesOneSide) {
  Model model(R"(func.func @main(%a: index, %b: index) -> index {
    %less = arith.cmpi slt, %a, %b : index
    %r = scf.if %less -> index {
      scf.yield %b : index
    } else {
      scf.yield %a : index
    }
    return %r : index })");
  EXPECT_EQ(model.run({model.index(3), model.index(5)})[0].value.getScalar().integer, 5);
  EXPECT_EQ(model.run({model.index(8), model.index(5)})[0].value.getScalar().integer, 8);
}

TEST(ControlFlow, WhileRunsUntilFalse) {
  // Halves until odd; the condition hands the value on.
  Model model(R"(func.func @main(%n: index) -> index {
    %c0 = arith.constant 0 : index
    %c2 = arith.constant 2 : index
    %r = scf.while (%x = %n) : (index) -> index {
      %rest = arith.remsi %x, %c2 : index
      %even = arith.cmpi eq, %rest, %c0 : index
      scf.condition(%even) %x : index
    } do {
    ^bb0(%x: index):
      %half = arith.divsi %x, %c2 : index
      scf.yield %half : index
    }
    return %r : index })");
  EXPECT_EQ(model.run({model.index(40)})[0].value.getScalar().integer, 5);
  EXPECT_EQ(model.run({model.index(7)})[0].value.getScalar().integer, 7);
}

TEST(ControlFlow, ForallInsertsSlices) {
  // Each iteration doubles a pair; the last element stays.
  Model model(R"(func.func @main(%a: tensor<5xf32>) -> tensor<5xf32> {
    %r = scf.forall (%i) = (0) to (4) step (2) shared_outs(%out = %a) -> tensor<5xf32> {
      %s = tensor.extract_slice %out[%i] [2] [1] : tensor<5xf32> to tensor<2xf32>
      %d = arith.addf %s, %s : tensor<2xf32>
      scf.forall.in_parallel {
        tensor.parallel_insert_slice %d into %out[%i] [2] [1] : tensor<2xf32> into tensor<5xf32>
      }
    }
    return %r : tensor<5xf32> })");
  EXPECT_EQ(getReals(model.run({model.reals({5}, {1, 2, 3, 4, 5})})[0].value),
            (std::vector<double>{2, 4, 6, 8, 5}));
}

TEST(ControlFlow, CallsReturnValues) {
  Model model(R"(
    func.func private @swap(%a: index, %b: index) -> (index, index) {
      return %b, %a : index, index
    }
    func.func @main(%a: index, %b: index) -> index {
      %r:2 = call @swap(%a, %b) : (index, index) -> (index, index)
      %d = arith.subi %r#0, %r#1 : index
      return %d : index
    })");
  EXPECT_EQ(model.run({model.index(3), model.index(10)})[0].value.getScalar().integer, 7);
}

TEST(ControlFlow, EndlessRecursionIsReported) {
  Model model(R"(func.func @main() { call @main() : () -> ()
                                     return })");
  EXPECT_TRUE(model.run({}).empty());
  EXPECT_EQ(model.errors, "calls are nested deeper than 128");
}

TEST(ControlFlow, ArgumentsMustFitTheType) {
  Model model(R"(func.func @main(%n: index, %t: tensor<?x4xf32>) { return })");
  auto message = [&](std::vector<Tensor> arguments) {
    model.errors.clear();
    EXPECT_TRUE(model.run(arguments).empty());
    return model.errors;
  };
  Tensor good = model.reals({1, 4}, {1, 2, 3, 4});
  EXPECT_EQ(message({model.index(1)}), "@main takes 2 arguments, got 1");
  EXPECT_EQ(message({model.index(1), model.reals({2, 3}, {1, 2, 3, 4, 5, 6})}),
            "argument 1, dim 1: wanted 4, got 3");
  EXPECT_EQ(message({model.index(1), model.reals({4}, {1, 2, 3, 4})}),
            "argument 1: wanted rank 2, got 1");
  EXPECT_EQ(message({model.real(1), good}), "argument 0: wanted elements of 'index', got 'f32'");
}

TEST(ControlFlow, ResultsMustFitTheirTypes) {
  Model model(R"(func.func @main(%t: tensor<?xf32>) -> tensor<4xf32> {
    %r = tensor.cast %t : tensor<?xf32> to tensor<4xf32>
    return %r : tensor<4xf32> })");
  EXPECT_EQ(model.run({model.reals({4}, {1, 2, 3, 4})}).size(), 1u);
  EXPECT_TRUE(model.run({model.reals({3}, {1, 2, 3})}).empty());
  EXPECT_EQ(model.errors, "result 0, dim 0: wanted 4, got 3");
}
