// Runs LLVM in this process: translation, the optimisation pipeline, code emission.
#include "attnc/Target/CPU/Codegen.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm-c/Target.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/Utils/Cloning.h"

using namespace llvm;
using namespace attnc;

static void initializeTargets() {
  static const bool done = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeAArch64TargetInfo();
    LLVMInitializeAArch64Target();
    LLVMInitializeAArch64TargetMC();
    LLVMInitializeAArch64AsmPrinter();
    LLVMInitializeAArch64AsmParser();
    return true;
  }();
  (void)done;
}

static CodeGenOptLevel getCodeGenLevel(unsigned optLevel) {
  switch (optLevel) {
  case 0:
    return CodeGenOptLevel::None;
  case 1:
    return CodeGenOptLevel::Less;
  case 2:
    return CodeGenOptLevel::Default;
  default:
    return CodeGenOptLevel::Aggressive;
  }
}

static OptimizationLevel getPipelineLevel(unsigned optLevel) {
  switch (optLevel) {
  case 0:
    return OptimizationLevel::O0;
  case 1:
    return OptimizationLevel::O1;
  case 2:
    return OptimizationLevel::O2;
  default:
    return OptimizationLevel::O3;
  }
}

static Expected<std::unique_ptr<TargetMachine>> createMachine(const CpuTarget &target,
                                                              unsigned optLevel) {
  initializeTargets();
  Triple triple(target.triple);
  std::string message;
  const Target *found = TargetRegistry::lookupTarget(triple, message);
  if (!found)
    return createStringError("LLVM has no back end for '%s': %s", target.triple.c_str(),
                             message.c_str());
  TargetOptions options;
  // One section a function, so that linkers can drop what a program does not use.
  options.FunctionSections = true;
  options.DataSections = true;
  std::unique_ptr<TargetMachine> machine(
      found->createTargetMachine(triple, target.cpu, target.features, options, Reloc::PIC_,
                                 CodeModel::Small, getCodeGenLevel(optLevel)));
  if (!machine)
    return createStringError("LLVM cannot generate code for '%s'", target.triple.c_str());
  return machine;
}

namespace {
/// Collects the errors that LLVM reports while it lives; the rest is of no interest to a user.
class ErrorCollector {
public:
  explicit ErrorCollector(LLVMContext &context) : context(context) {
    context.setDiagnosticHandlerCallBack(
        [](const DiagnosticInfo *info, void *self) {
          if (info->getSeverity() != DS_Error)
            return;
          std::string &text = static_cast<ErrorCollector *>(self)->text;
          raw_string_ostream os(text);
          os << (text.empty() ? "" : "; ");
          DiagnosticPrinterRawOStream printer(os);
          info->print(printer);
        },
        this);
  }
  ~ErrorCollector() { context.setDiagnosticHandlerCallBack(nullptr); }

  Error takeError() { return text.empty() ? Error::success() : createStringError("LLVM: " + text); }

private:
  LLVMContext &context;
  std::string text;
};
} // namespace

/// What clang would say of each function of a C file for this target.
static void addFunctionAttributes(Module &module, const CpuTarget &target) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", target.cpu);
    function.addFnAttr("target-features", target.features);
    function.addFnAttr(Attribute::NoUnwind);
    // Debuggers and profilers can walk the stack.
    function.setUWTableKind(UWTableKind::Default);
  }
  module.setPICLevel(PICLevel::BigPIC);
  module.setUwtable(UWTableKind::Default);
}

static void optimize(Module &module, TargetMachine &machine, unsigned optLevel) {
  LoopAnalysisManager loopAnalyses;
  FunctionAnalysisManager functionAnalyses;
  CGSCCAnalysisManager callGraphAnalyses;
  ModuleAnalysisManager moduleAnalyses;
  PassBuilder passBuilder(&machine);
  passBuilder.registerModuleAnalyses(moduleAnalyses);
  passBuilder.registerCGSCCAnalyses(callGraphAnalyses);
  passBuilder.registerFunctionAnalyses(functionAnalyses);
  passBuilder.registerLoopAnalyses(loopAnalyses);
  passBuilder.crossRegisterProxies(loopAnalyses, functionAnalyses, callGraphAnalyses,
                                   moduleAnalyses);
  OptimizationLevel level = getPipelineLevel(optLevel);
  ModulePassManager passes = level == OptimizationLevel::O0
                                 ? passBuilder.buildO0DefaultPipeline(level)
                                 : passBuilder.buildPerModuleDefaultPipeline(level);
  passes.run(module, moduleAnalyses);
}

Expected<LLVMModule> attnc::buildLLVMModule(mlir::ModuleOp module, const CpuTarget &target,
                                            unsigned optLevel) {
  Expected<std::unique_ptr<TargetMachine>> machine = createMachine(target, optLevel);
  if (!machine)
    return machine.takeError();
  mlir::registerBuiltinDialectTranslation(*module.getContext());
  mlir::registerLLVMDialectTranslation(*module.getContext());
  LLVMModule result;
  result.context = std::make_unique<LLVMContext>();
  // The name ends up in the symbol table; it must not depend on where the model was.
  result.module = mlir::translateModuleToLLVMIR(module, *result.context, "attnc");
  if (!result.module)
    return createStringError("the module cannot be translated to LLVM IR");
  result.module->setTargetTriple((*machine)->getTargetTriple());
  result.module->setDataLayout((*machine)->createDataLayout());
  addFunctionAttributes(*result.module, target);
  ErrorCollector errors(*result.context);
  optimize(*result.module, **machine, optLevel);
  if (Error error = errors.takeError())
    return error;
  return result;
}

Expected<SmallVector<char, 0>> attnc::emitCode(const Module &module, const CpuTarget &target,
                                               unsigned optLevel, CodegenOutput output) {
  SmallVector<char, 0> bytes;
  raw_svector_ostream os(bytes);
  if (output == CodegenOutput::LLVMText) {
    module.print(os, /*AAW=*/nullptr);
    return bytes;
  }
  if (output == CodegenOutput::LLVMBitcode) {
    WriteBitcodeToFile(module, os);
    return bytes;
  }
  Expected<std::unique_ptr<TargetMachine>> machine = createMachine(target, optLevel);
  if (!machine)
    return machine.takeError();
  // Instruction selection changes the module that it reads.
  std::unique_ptr<Module> clone = CloneModule(module);
  ErrorCollector errors(clone->getContext());
  legacy::PassManager passes;
  CodeGenFileType type =
      output == CodegenOutput::Object ? CodeGenFileType::ObjectFile : CodeGenFileType::AssemblyFile;
  if ((*machine)->addPassesToEmitFile(passes, os, /*DwoOut=*/nullptr, type))
    return createStringError("LLVM cannot write this kind of file for '%s'", target.triple.c_str());
  passes.run(*clone);
  if (Error error = errors.takeError())
    return error;
  return bytes;
}

Expected<SmallVector<char, 0>> attnc::compileToObject(mlir::ModuleOp module,
                                                      const CpuTarget &target, unsigned optLevel) {
  Expected<LLVMModule> built = buildLLVMModule(module, target, optLevel);
  if (!built)
    return built.takeError();
  return emitCode(*built->module, target, optLevel, CodegenOutput::Object);
}
