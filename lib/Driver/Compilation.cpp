// Runs the stages of a compilation and writes what was asked for.
#include "lib/Driver/Compilation.h"

#include "attnc/Driver/PassFailure.h"
#include "lib/Driver/UntrustedModule.h"

#include "attnc/InitAll.h"
#include "attnc/Interface/Interface.h"
#include "attnc/Target/CPU/Codegen.h"
#include "attnc/Target/Header/Header.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"

using namespace attnc;
using namespace mlir;

static std::string printModule(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  os << '\n';
  return text;
}

static StringRef asText(ArrayRef<char> bytes) { return {bytes.data(), bytes.size()}; }

bool Compilation::wants(OutputKind kind) const {
  return llvm::any_of(options.outputs, [&](const OutputFile &o) { return o.kind == kind; });
}

void Compilation::addTime(StringRef name, double milliseconds) {
  times.push_back({name.str(), milliseconds});
  if (options.verbose)
    os << llvm::format("%9.1f ms  ", milliseconds) << name << '\n';
}

ExitCode Compilation::failInternally(StringRef reason) {
  report.explain(reason);
  return ExitCode::Internal;
}

ExitCode Compilation::failToWrite(llvm::Error error) {
  os << "attnc: error: " << llvm::toString(std::move(error)) << '\n';
  return ExitCode::Output;
}

ExitCode Compilation::failToGenerate(llvm::Error error) {
  std::string message = llvm::toString(std::move(error));
  if (!hasInlineAssembly)
    return failInternally(message);
  os << "attnc: error: " << message << '\n';
  return ExitCode::Diagnosed;
}

ExitCode Compilation::write(const OutputFile &output, StringRef content) {
  if (llvm::Error error = outputs.write(output.path, content))
    return failToWrite(std::move(error));
  return ExitCode::Success;
}

ExitCode Compilation::saveTemp(StringRef name, StringRef content) {
  if (options.saveTempsDir.empty())
    return ExitCode::Success;
  if (llvm::Error error = outputs.writeNow(options.saveTempsDir, name, content, options.input))
    return failToWrite(std::move(error));
  return ExitCode::Success;
}

ExitCode Compilation::compileText(StringRef text) {
  DialectRegistry registry;
  registerAllDialects(registry);
  // One thread: a model has few functions, and the order of diagnostics stays the same.
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  DiagnosticPrinter printer(&context, text, options.input == "-" ? "<stdin>" : options.input, os,
                            options.remarks);
  OwningOpRef<ModuleOp> module;
  ExitCode code = timed("parse", [&] { return parseModel(printer, module); });
  if (code != ExitCode::Success)
    return code;
  return compileModule(*module);
}

ExitCode Compilation::compileModule(ModuleOp module) {
  ExitCode code = checkModule(module);
  if (code == ExitCode::Success)
    code = lower(module);
  if (code == ExitCode::Success)
    code = emit(module);
  return code;
}

ExitCode Compilation::checkModule(ModuleOp module) {
  if (options.untrusted && failed(checkUntrustedModule(module)))
    return ExitCode::Diagnosed;
  module.walk([&](LLVM::InlineAsmOp) { hasInlineAssembly = true; });
  bool hasEntry = llvm::any_of(module.getOps<func::FuncOp>(), [](func::FuncOp function) {
    return function.isPublic() && !function.isExternal();
  });
  if (!hasEntry && options.until.empty()) {
    module.emitError("the model has no public function with a body: there is nothing to export");
    return ExitCode::Diagnosed;
  }
  return ExitCode::Success;
}

ExitCode Compilation::lower(ModuleOp module) {
  unsigned number = 0;
  for (const Stage &stage : getCpuStages(options.target)) {
    ExitCode code = timed(stage.name, [&] { return runStage(stage, module); });
    if (code != ExitCode::Success)
      return code;
    if (!options.saveTempsDir.empty()) {
      std::string name;
      llvm::raw_string_ostream(name) << llvm::format("%02u-", ++number) << stage.name << ".mlir";
      code = saveTemp(name, printModule(module));
    }
    if (code != ExitCode::Success || stage.name == options.until)
      return code;
  }
  return ExitCode::Success;
}

ExitCode Compilation::runStage(const Stage &stage, ModuleOp module) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName());
  stage.addPasses(manager);
  PassFailure failure(module.getContext());
  manager.addInstrumentation(failure.makeInstrumentation());
  if (succeeded(manager.run(module)))
    return ExitCode::Success;
  if (failure.isDiagnosed())
    return ExitCode::Diagnosed;
  return failInternally(failure.getReason());
}

ExitCode Compilation::emit(ModuleOp module) {
  for (const OutputFile &output : options.outputs) {
    std::string content;
    if (output.kind == OutputKind::MLIR) {
      content = printModule(module);
    } else if (output.kind == OutputKind::Header) {
      llvm::raw_string_ostream os(content);
      if (failed(writeHeader(module, llvm::sys::path::filename(output.path), os)))
        return failInternally("the header could not be made");
    } else {
      continue;
    }
    if (ExitCode code = write(output, content); code != ExitCode::Success)
      return code;
  }
  bool wantsMachineCode = llvm::any_of(options.outputs, [](const OutputFile &output) {
    return output.kind != OutputKind::MLIR && output.kind != OutputKind::Header;
  });
  return wantsMachineCode ? emitMachineCode(module) : ExitCode::Success;
}

ExitCode Compilation::emitMachineCode(ModuleOp module) {
  auto llvmModule = timed("optimize", [&] {
    return buildLLVMModule(module, options.target, options.optimizationLevel);
  });
  if (!llvmModule)
    return failInternally(llvm::toString(llvmModule.takeError()));
  auto generate = [&](CodegenOutput kind) {
    return emitCode(*llvmModule->module, options.target, options.optimizationLevel, kind);
  };

  SmallVector<char, 0> object;
  if (wants(OutputKind::Object) || wants(OutputKind::Library) || !options.saveTempsDir.empty()) {
    auto generated = timed("codegen", [&] { return generate(CodegenOutput::Object); });
    if (!generated)
      return failToGenerate(generated.takeError());
    object = std::move(*generated);
  }
  if (!options.saveTempsDir.empty()) {
    auto text = generate(CodegenOutput::LLVMText);
    if (!text)
      return failToGenerate(text.takeError());
    ExitCode code = saveTemp(options.getStem() + ".ll", asText(*text));
    if (code == ExitCode::Success)
      code = saveTemp(options.getStem() + ".o", asText(object));
    if (code != ExitCode::Success)
      return code;
  }

  for (const OutputFile &output : options.outputs) {
    ExitCode code = ExitCode::Success;
    switch (output.kind) {
    case OutputKind::MLIR:
    case OutputKind::Header:
      continue;
    case OutputKind::Library:
      code = timed("link", [&] { return link(output, asText(object), module); });
      break;
    case OutputKind::Object:
      code = write(output, asText(object));
      break;
    case OutputKind::Assembly:
    case OutputKind::LLVMText:
    case OutputKind::LLVMBitcode: {
      auto generated = generate(output.kind == OutputKind::Assembly   ? CodegenOutput::Assembly
                                : output.kind == OutputKind::LLVMText ? CodegenOutput::LLVMText
                                                                      : CodegenOutput::LLVMBitcode);
      if (!generated)
        return failToGenerate(generated.takeError());
      code = write(output, asText(*generated));
      break;
    }
    }
    if (code != ExitCode::Success)
      return code;
  }
  return ExitCode::Success;
}

llvm::Expected<LinkOptions> attnc::getLinkOptions(const CompileOptions &options,
                                                  const OutputFile &output,
                                                  const StagedFiles *staged) {
  llvm::Expected<std::string> runtime = findRuntimeLibrary(options.target.triple);
  if (!runtime)
    return runtime.takeError();
  std::string base = llvm::sys::path::filename(output.path).str();
  LinkOptions link;
  link.triple = options.target.triple;
  link.runtimeLibrary = *runtime;
  link.soname = base;
  auto getWorkPlace = [&](StringRef suffix) {
    return staged ? staged->getWorkPlace(output.path, base + suffix.str()) : base + suffix.str();
  };
  link.output = staged ? getWorkPlace("") : output.path;
  link.objects = {getWorkPlace(".o")};
  link.versionScript = getWorkPlace(".map");
  return link;
}

/// Whether a linker said that it wrote a library, and it did: a full disk has fooled linkers.
static bool isElfFile(StringRef path) {
  llvm::file_magic magic;
  return !llvm::identify_magic(path, magic) && magic == llvm::file_magic::elf_shared_object;
}

ExitCode Compilation::link(const OutputFile &output, StringRef object, ModuleOp module) {
  llvm::Expected<LinkOptions> link = getLinkOptions(options, output, &outputs);
  if (!link) {
    os << "attnc: error: " << llvm::toString(link.takeError()) << '\n';
    return ExitCode::Missing;
  }
  link->exports = getExportedSymbols(module);
  if (llvm::Error error = outputs.writeWork(link->objects.front(), object))
    return failToWrite(std::move(error));
  if (llvm::Error error = linkSharedLibrary(*link))
    return failToWrite(std::move(error));
  if (!isElfFile(link->output))
    return failToWrite(
        llvm::createStringError("cannot write '" + output.path + "': the linker left no library"));
  if (llvm::Error error = outputs.adoptWork(link->output, output.path))
    return failToWrite(std::move(error));
  return ExitCode::Success;
}
