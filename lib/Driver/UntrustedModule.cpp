// Refuses models that reach outside, for attnc --untrusted.
#include "lib/Driver/UntrustedModule.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;

static LogicalResult checkOperation(Operation *op, AttrTypeWalker &walker) {
  if (isa_and_nonnull<LLVM::LLVMDialect>(op->getDialect()))
    return op->emitOpError("of the llvm dialect is not accepted with --untrusted");
  if (auto function = dyn_cast<FunctionOpInterface>(op); function && function.isExternal())
    return op->emitOpError("without a body is not accepted with --untrusted");
  if (walker.walk(op->getAttrDictionary()).wasInterrupted())
    return op->emitOpError("with a dense_resource is not accepted with --untrusted");
  return success();
}

LogicalResult attnc::checkUntrustedModule(ModuleOp module) {
  AttrTypeWalker walker;
  walker.addWalk([](DenseResourceElementsAttr) { return WalkResult::interrupt(); });
  WalkResult result =
      module.walk([&](Operation *op) -> WalkResult { return checkOperation(op, walker); });
  return failure(result.wasInterrupted());
}
