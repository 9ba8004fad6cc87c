// A pass that refuses a model is told from one that is broken.
#include "attnc/Driver/PassFailure.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "gtest/gtest.h"

using namespace attnc;
using namespace mlir;

namespace {

/// A pass on functions made of a lambda that says whether it failed.
class LambdaPass : public PassWrapper<LambdaPass, OperationPass<func::FuncOp>> {
public:
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(LambdaPass)
  using Body = std::function<LogicalResult(func::FuncOp)>;

  explicit LambdaPass(Body body) : body(std::move(body)) {}
  StringRef getName() const override { return "lambda"; }
  void runOnOperation() override {
    if (failed(body(getOperation())))
      signalPassFailure();
  }

private:
  Body body;
};

class PassFailureTest : public testing::Test {
protected:
  PassFailureTest() : context(MLIRContext::Threading::DISABLED) {
    context.loadDialect<arith::ArithDialect, func::FuncDialect>();
  }

  /// Runs the passes and returns the reason of their failure, "" for one that is diagnosed.
  std::string run(std::vector<LambdaPass::Body> bodies) {
    auto module = parseSourceString<ModuleOp>("func.func @f() { return }", &context);
    ScopedDiagnosticHandler quiet(&context, [](Diagnostic &) { return success(); });
    PassManager manager(&context);
    for (LambdaPass::Body &body : bodies)
      manager.addNestedPass<func::FuncOp>(std::make_unique<LambdaPass>(std::move(body)));
    PassFailure failure(&context);
    manager.addInstrumentation(failure.makeInstrumentation());
    EXPECT_TRUE(failed(manager.run(*module)));
    EXPECT_EQ(failure.isDiagnosed(), failure.getReason().empty());
    return failure.getReason().str();
  }

  MLIRContext context;
};

LogicalResult refuse(func::FuncOp function) { return function.emitError("not like this"); }
LogicalResult doNothing(func::FuncOp) { return success(); }
LogicalResult failSilently(func::FuncOp) { return failure(); }

/// Removes the terminator.
LogicalResult breakFunction(func::FuncOp function) {
  function.getBody().front().back().erase();
  return success();
}

TEST_F(PassFailureTest, AnErrorOfThePassIsDiagnosed) {
  EXPECT_EQ(run({refuse}), "");
  EXPECT_EQ(run({doNothing, refuse}), "");
}

TEST_F(PassFailureTest, InvalidIRIsABug) {
  EXPECT_EQ(run({breakFunction}), "pass 'lambda' left invalid IR: empty block: expect at least a "
                                  "terminator");
}

TEST_F(PassFailureTest, APassThatRefusesMayLeaveInvalidIR) {
  EXPECT_EQ(run({[](func::FuncOp function) {
              (void)breakFunction(function);
              return refuse(function);
            }}),
            "");
}

TEST_F(PassFailureTest, FailureWithoutAnErrorIsABug) {
  EXPECT_EQ(run({failSilently}), "pass 'lambda' failed without an error");
}

TEST_F(PassFailureTest, AnEarlierErrorDoesNotExcuseALaterPass) {
  auto complain = [](func::FuncOp function) {
    function.emitError("but going on");
    return success();
  };
  EXPECT_EQ(run({complain, failSilently}), "pass 'lambda' failed without an error");
}

} // namespace
