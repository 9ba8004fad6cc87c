// A module with one selective scan, whose operands a test writes as text.
#pragma once

#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Parser/Parser.h"

#include <string>

namespace attnc::test {

/// A scan of 2 channels with 4 states over 3 steps. `body` may define %rates : tensor<2x4xf32> and
/// %steps : tensor<1x3x2xf32>, from the arguments %a2, %a2x4 and %a1x3x2 of these shapes.
class ScanModule {
public:
  explicit ScanModule(const std::string &body, const std::string &options = "") {
    context.loadDialect<attn::AttnDialect, mlir::arith::ArithDialect, mlir::func::FuncDialect,
                        mlir::linalg::LinalgDialect, mlir::math::MathDialect,
                        mlir::tensor::TensorDialect>();
    auto orArgument = [&](const char *name, const char *argument) {
      return body.find(std::string(name) + " =") == std::string::npos ? argument : name;
    };
    std::string source =
        "func.func @f(%u: tensor<1x3x2xf32>, %B: tensor<1x3x1x4xf32>, %a2: tensor<2xf32>,"
        " %a2x4: tensor<2x4xf32>, %a1x3x2: tensor<1x3x2xf32>, %a: f32) -> tensor<1x3x2xf32> {\n" +
        body + "\n%y = attn.selective_scan %u, " + orArgument("%steps", "%a1x3x2") + ", " +
        orArgument("%rates", "%a2x4") + ", %B, %B " + options +
        " : (tensor<1x3x2xf32>, tensor<1x3x2xf32>, tensor<2x4xf32>, tensor<1x3x1x4xf32>,"
        " tensor<1x3x1x4xf32>" +
        (options.find("delta_bias") == std::string::npos ? "" : ", tensor<2xf32>") +
        ") -> tensor<1x3x2xf32>\nreturn %y : tensor<1x3x2xf32>\n}\n";
    module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
    if (!module)
      llvm::report_fatal_error("the test cannot parse its scan");
  }

  attn::SelectiveScanOp getScan() {
    auto function = *module->getOps<mlir::func::FuncOp>().begin();
    return *function.getOps<attn::SelectiveScanOp>().begin();
  }

private:
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

} // namespace attnc::test
