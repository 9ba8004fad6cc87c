// What the tests of the reference share: a model from text, tensors from values, runs.
#pragma once

#include "attnc/Target/Reference/Interpreter.h"
#include "dialects/Attn/Attn.h"

#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Parser/Parser.h"

#include <gtest/gtest.h>

namespace attnc::reference {

/// A parsed module. Errors, of the parser and of runs, gather in `errors`.
class Model {
public:
  explicit Model(llvm::StringRef text) {
    context.loadDialect<attn::AttnDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::linalg::LinalgDialect, mlir::math::MathDialect, mlir::scf::SCFDialect,
                        mlir::tensor::TensorDialect, mlir::vector::VectorDialect>();
    context.getDiagEngine().registerHandler([this](mlir::Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error)
        errors += diagnostic.str();
    });
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    EXPECT_TRUE(module) << errors;
  }

  mlir::Type type(llvm::StringRef name) { return mlir::parseType(name, &context); }

  Tensor reals(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<double> values,
               llvm::StringRef typeName = "f32") {
    Tensor tensor(type(typeName), shape);
    EXPECT_EQ(tensor.getNumElements(), int64_t(values.size()));
    for (auto [cell, value] : llvm::zip(getCells(tensor), values))
      cell.real = value;
    return tensor;
  }
  Tensor integers(llvm::StringRef typeName, llvm::ArrayRef<int64_t> shape,
                  llvm::ArrayRef<int64_t> values) {
    Tensor tensor(type(typeName), shape);
    EXPECT_EQ(tensor.getNumElements(), int64_t(values.size()));
    for (auto [cell, value] : llvm::zip(getCells(tensor), values))
      cell.integer = value;
    return tensor;
  }
  Tensor real(double value) { return reals({}, {value}); }
  Tensor index(int64_t value) { return integers("index", {}, {value}); }
  Tensor i32(int64_t value) { return integers("i32", {}, {value}); }

  /// Runs @main; an empty vector after an error.
  std::vector<Output> run(llvm::ArrayRef<Tensor> arguments, bool computeBounds = false) {
    InterpreterOptions options;
    options.computeBounds = computeBounds;
    auto outputs = interpret(module->lookupSymbol<mlir::func::FuncOp>("main"), arguments, options);
    if (failed(outputs))
      return {};
    EXPECT_EQ(errors, "");
    return std::vector<Output>(outputs->begin(), outputs->end());
  }

  static llvm::MutableArrayRef<Cell> getCells(Tensor &tensor) {
    return {tensor.mutableData(), size_t(tensor.getNumElements())};
  }

  std::string errors;

private:
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

inline std::vector<double> getReals(const Tensor &tensor) {
  std::vector<double> values;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    values.push_back(tensor.data()[i].real);
  return values;
}

inline std::vector<int64_t> getIntegers(const Tensor &tensor) {
  std::vector<int64_t> values;
  for (int64_t i = 0; i < tensor.getNumElements(); ++i)
    values.push_back(tensor.data()[i].integer);
  return values;
}

} // namespace attnc::reference
