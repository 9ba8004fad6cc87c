// attn-translate: one translation out of MLIR at a time, as mlir-translate does for MLIR.
#include "attnc/InitAll.h"
#include "attnc/Target/CPU/Codegen.h"
#include "attnc/Target/CPU/ResolveTarget.h"
#include "attnc/Target/Header/Header.h"

#include "mlir/IR/DialectRegistry.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace attnc;

static cl::OptionCategory category("attn-translate options");
static cl::opt<std::string> headerName("header-name", cl::cat(category), cl::init("model.h"),
                                       cl::desc("File name of the header, for its include guard"));
static cl::opt<std::string> tripleOption("target", cl::cat(category),
                                         cl::desc("Target triple; default: this machine"));
static cl::opt<std::string> marchOption("march", cl::cat(category),
                                        cl::desc("CPU name of LLVM, or native"));
static cl::opt<unsigned> optLevel("opt-level", cl::cat(category), cl::init(2),
                                  cl::desc("0 to 3, as clang's -O"));

static Error writeCode(mlir::ModuleOp module, CodegenOutput output, raw_ostream &os) {
  Expected<CpuTarget> target = resolveCpuTarget(tripleOption, marchOption);
  if (!target)
    return target.takeError();
  Expected<LLVMModule> built = buildLLVMModule(module, *target, optLevel);
  if (!built)
    return built.takeError();
  Expected<SmallVector<char, 0>> bytes = emitCode(*built->module, *target, optLevel, output);
  if (!bytes)
    return bytes.takeError();
  os.write(bytes->data(), bytes->size());
  return Error::success();
}

static void registerCodeTranslation(StringRef flag, StringRef description, CodegenOutput output) {
  mlir::TranslateFromMLIRRegistration registration(
      flag, description,
      [output](mlir::Operation *op, raw_ostream &os) -> LogicalResult {
        auto module = dyn_cast<mlir::ModuleOp>(op);
        if (!module)
          return op->emitError("wanted a builtin.module");
        if (Error error = writeCode(module, output, os))
          return op->emitError(toString(std::move(error)));
        return success();
      },
      registerAllDialects);
}

int main(int argc, char **argv) {
  registerCodeTranslation("llvm-to-object", "Compile the LLVM dialect to an object file",
                          CodegenOutput::Object);
  registerCodeTranslation("llvm-to-assembly", "Compile the LLVM dialect to assembly",
                          CodegenOutput::Assembly);
  registerCodeTranslation("llvm-to-llvmir", "Translate the LLVM dialect to optimised LLVM IR",
                          CodegenOutput::LLVMText);
  mlir::TranslateFromMLIRRegistration header(
      "interface-to-header", "Write the C header of functions with an interface",
      [](mlir::ModuleOp module, raw_ostream &os) { return writeHeader(module, headerName, os); },
      registerAllDialects);
  return failed(mlir::mlirTranslateMain(argc, argv, "attnc's translations\n"));
}
