// From a module in the LLVM dialect to LLVM IR, assembly or an object file, in this process.
#pragma once

#include "attnc/Analysis/CpuTarget.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

#include <memory>

namespace attnc {

/// An LLVM module together with the context that it lives in.
struct LLVMModule {
  std::unique_ptr<llvm::LLVMContext> context;
  std::unique_ptr<llvm::Module> module;
};

/// Translates `module` (LLVM dialect) to LLVM IR for `target` and optimises it. `optLevel` is 0 to
/// 3, as clang's -O. Every function carries the target's CPU and features. What MLIR has to say
/// goes to the diagnostic handlers of the module's context.
llvm::Expected<LLVMModule> buildLLVMModule(mlir::ModuleOp module, const CpuTarget &target,
                                           unsigned optLevel);

enum class CodegenOutput { Object, Assembly, LLVMText, LLVMBitcode };

/// Writes an optimised module to a buffer; the module is left as it is, so that several outputs
/// can be made of one. The same input gives the same bytes on every machine: they hold no path,
/// time or host name.
llvm::Expected<llvm::SmallVector<char, 0>> emitCode(const llvm::Module &module,
                                                    const CpuTarget &target, unsigned optLevel,
                                                    CodegenOutput output);

/// buildLLVMModule and emitCode in one: the bytes of a relocatable object file.
llvm::Expected<llvm::SmallVector<char, 0>>
compileToObject(mlir::ModuleOp module, const CpuTarget &target, unsigned optLevel);

} // namespace attnc
