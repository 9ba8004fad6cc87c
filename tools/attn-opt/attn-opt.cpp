// attn-opt: runs single passes and pipelines of attnc and MLIR, as mlir-opt does for MLIR.
#include "attnc/InitAll.h"

#ifdef ATTNC_INCLUDE_TESTS
#include "test/lib/TestPasses.h"
#endif

#include "mlir/Dialect/Tensor/IR/TensorTilingInterfaceImpl.h"
#include "mlir/Dialect/Tensor/IR/ValueBoundsOpInterfaceImpl.h"
#include "mlir/Dialect/Transform/IR/TransformDialect.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  attnc::registerAllDialects(registry);
  attnc::registerAllPasses();

  // Schedules may be written in the transform dialect here; attnc itself does not read them.
  registry.insert<mlir::transform::TransformDialect>();
  mlir::registerAllExtensions(registry);
  mlir::tensor::registerTilingInterfaceExternalModels(registry);
  mlir::tensor::registerValueBoundsOpInterfaceExternalModels(registry);
  mlir::registerAllPasses();
#ifdef ATTNC_INCLUDE_TESTS
  attnc::test::registerTestPasses();
#endif
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "attnc's optimizer driver\n", registry));
}
