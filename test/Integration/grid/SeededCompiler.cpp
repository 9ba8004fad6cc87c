// Runs the stages of the compiler one by one, to put a bug between two of them.
#include "SeededCompiler.h"

#include "attnc/InitAll.h"
#include "attnc/Interface/Interface.h"
#include "attnc/Pipelines.h"
#include "attnc/Target/CPU/Codegen.h"
#include "attnc/Target/CPU/Link.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/ScopeExit.h"

#include <cstdio>
#include <fstream>

using namespace grid;
using attnc::test::SeededBug;

static Seeding lower(mlir::ModuleOp module, const attnc::CpuTarget &target, const SeededBug &bug,
                     std::string &error) {
  for (const attnc::Stage &stage : attnc::getCpuStages(target)) {
    mlir::PassManager manager(module.getContext(), mlir::ModuleOp::getOperationName());
    stage.addPasses(manager);
    if (failed(manager.run(module))) {
      error = "stage " + stage.name.str() + " fails";
      return Seeding::Failed;
    }
    if (stage.name != bug.stage)
      continue;
    if (!bug.apply(module))
      return Seeding::NotApplicable;
    if (failed(mlir::verify(module))) {
      error = "the bug makes invalid IR";
      return Seeding::Failed;
    }
  }
  return Seeding::Done;
}

static llvm::Error emitAndLink(mlir::ModuleOp module, const attnc::CpuTarget &target,
                               const std::string &path) {
  auto object = attnc::compileToObject(module, target, /*optLevel=*/2);
  if (!object)
    return object.takeError();
  attnc::LinkOptions options;
  options.triple = target.triple;
  options.objects = {path + ".o"};
  options.output = path;
  options.exports = attnc::getExportedSymbols(module);
  options.versionScript = path + ".map";
  llvm::scope_exit removeInputs([&] {
    std::remove(options.objects.front().c_str());
    std::remove(options.versionScript.c_str());
  });
  auto runtime = attnc::findRuntimeLibrary(target.triple);
  if (!runtime)
    return runtime.takeError();
  options.runtimeLibrary = *runtime;
  std::ofstream file(options.objects.front(), std::ios::binary);
  file.write(object->data(), std::streamsize(object->size()));
  file.close();
  if (!file)
    return llvm::createStringError("cannot write " + options.objects.front());
  return attnc::linkSharedLibrary(options);
}

Seeding grid::compileWithBug(const std::string &text, const attnc::CpuTarget &target,
                             const SeededBug &bug, const std::string &path, std::string &error) {
  mlir::DialectRegistry registry;
  attnc::registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module) {
    error = "cannot parse the model";
    return Seeding::Failed;
  }
  Seeding seeding = lower(*module, target, bug, error);
  if (seeding != Seeding::Done)
    return seeding;
  if (llvm::Error failure = emitAndLink(*module, target, path)) {
    error = llvm::toString(std::move(failure));
    return Seeding::Failed;
  }
  return Seeding::Done;
}
