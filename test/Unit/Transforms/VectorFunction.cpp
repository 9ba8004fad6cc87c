// Compiles code on f32 vectors into a library of its own and loads it.
#include "VectorFunction.h"

#include "attnc/InitAll.h"
#include "attnc/Pipelines.h"
#include "attnc/Target/CPU/Codegen.h"
#include "attnc/Target/CPU/Link.h"
#include "attnc/Target/CPU/ResolveTarget.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Parser/Parser.h"

#include <cstdio>
#include <dlfcn.h>
#include <fstream>
#include <unistd.h>

using namespace attnc;
using namespace attnc::test;

static const char *const kEntryName = "_mlir_ciface_apply";

VectorFunction::~VectorFunction() {
  if (library)
    dlclose(library);
}

void VectorFunction::apply(std::vector<float> &values) const {
  Buffer buffer = {values.data(), values.data(), 0, int64_t(values.size()), 1};
  if (entry)
    entry(&buffer, &buffer);
}

/// A loop that copies an array by vectors.
static std::string getText(int64_t lanes) {
  std::string vector = "vector<" + std::to_string(lanes) + "xf32>";
  return "func.func @apply(%x: memref<?xf32>, %y: memref<?xf32>) "
         "attributes {llvm.emit_c_interface} {\n"
         "%c0 = arith.constant 0 : index\n%step = arith.constant " +
         std::to_string(lanes) +
         " : index\n%n = memref.dim %x, %c0 : memref<?xf32>\n"
         "scf.for %i = %c0 to %n step %step {\n"
         "%v = vector.load %x[%i] : memref<?xf32>, " +
         vector + "\nvector.store %v, %y[%i] : memref<?xf32>, " + vector + "\n}\nreturn\n}\n";
}

/// Puts the code between the load and the store of the loop.
static void insertCode(mlir::ModuleOp module, const VectorUnit &unit,
                       const VectorFunction::Build &build) {
  module.walk([&](mlir::vector::StoreOp store) {
    mlir::OpBuilder builder(store);
    VectorBuilder vb(builder, store.getLoc(), unit);
    mlir::Value result = build(vb, store.getValueToStore());
    store.getValueToStoreMutable().assign(result);
  });
}

std::string VectorFunction::compile(const Build &build) {
  auto native = resolveCpuTarget("", "native");
  if (!native)
    return llvm::toString(native.takeError());
  const CpuTarget &target = *native;
  VectorUnit unit = getVectorUnit(target.triple, target.features);
  std::string text = getText(unit.lanes);
  mlir::DialectRegistry registry;
  registerAllDialects(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  context.loadAllAvailableDialects();
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module)
    return "cannot parse " + text;
  insertCode(*module, unit, build);
  mlir::PassManager manager(&context, mlir::ModuleOp::getOperationName());
  getCpuStages(target).back().addPasses(manager);
  if (failed(manager.run(*module)))
    return "cannot lower the function";
  // The stage hides what has no interface of attnc.
  auto wrapper = module->lookupSymbol<mlir::LLVM::LLVMFuncOp>(kEntryName);
  wrapper.setLinkage(mlir::LLVM::Linkage::External);
  auto object = compileToObject(*module, target, 2);
  if (!object)
    return llvm::toString(object.takeError());

  // dlopen knows libraries by their path: each needs its own.
  static int count = 0;
  std::string path = testing::TempDir() + "attnc-vector-function-" + std::to_string(getpid()) +
                     "-" + std::to_string(count++);
  LinkOptions options;
  options.triple = target.triple;
  options.objects = {path + ".o"};
  options.versionScript = path + ".map";
  options.output = path + ".so";
  options.exports = {kEntryName};
  auto runtime = findRuntimeLibrary(target.triple);
  if (!runtime)
    return llvm::toString(runtime.takeError());
  options.runtimeLibrary = *runtime;
  std::ofstream(options.objects.front(), std::ios::binary)
      .write(object->data(), std::streamsize(object->size()));
  llvm::Error error = linkSharedLibrary(options);
  if (!error)
    library = dlopen(options.output.c_str(), RTLD_NOW | RTLD_LOCAL);
  for (const std::string &file : {options.objects.front(), options.versionScript, options.output})
    std::remove(file.c_str());
  if (error)
    return llvm::toString(std::move(error));
  if (!library)
    return dlerror();
  entry = reinterpret_cast<Entry>(dlsym(library, kEntryName));
  return entry ? "" : "the function is missing";
}
