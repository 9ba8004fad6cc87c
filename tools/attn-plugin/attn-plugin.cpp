// A plugin with attnc's dialects and passes, for an mlir-opt that is not ours.
//
//   mlir-opt --load-dialect-plugin=attn-plugin.so --load-pass-plugin=attn-plugin.so ...
//
// attn-opt has all this built in and cannot load it: two dialects would claim one name.
#include "attnc/InitAll.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"

extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "attnc", ATTNC_VERSION,
          [](mlir::DialectRegistry *registry) { attnc::registerAllDialects(*registry); }};
}

extern "C" LLVM_ATTRIBUTE_WEAK LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "attnc", ATTNC_VERSION, [] { attnc::registerAllPasses(); }};
}
