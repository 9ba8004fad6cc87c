// Compiles a configuration, calls it and judges the results against the reference.
#include "Runner.h"

#include "attnc/Driver/Compile.h"
#include "attnc/InitAll.h"
#include "attnc/Support/ErrorMetric.h"
#include "attnc/Target/Reference/Interpreter.h"

#include "mlir/Parser/Parser.h"

#include <dlfcn.h>
#include <unistd.h>

using namespace grid;
using attnc::NpyArray;
namespace reference = attnc::reference;

using Entry = int (*)(void **, const attnc_call *);
using LastError = const char *(*)();

struct Runner::State {
  State(const Configuration &configuration, const std::string &text)
      : configuration(configuration), context(makeContext()) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, context.get());
  }
  ~State() {
    if (library)
      dlclose(library);
  }
  static std::unique_ptr<mlir::MLIRContext> makeContext() {
    mlir::DialectRegistry registry;
    attnc::registerAllDialects(registry);
    return std::make_unique<mlir::MLIRContext>(registry, mlir::MLIRContext::Threading::DISABLED);
  }

  const Configuration &configuration;
  std::unique_ptr<mlir::MLIRContext> context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  void *library = nullptr;
  Entry entry = nullptr;
  LastError lastError = nullptr;
};

/// Compiles to `path`; false on failure.
static bool compile(const std::string &text, const attnc::CpuTarget &target,
                    const std::string &path, std::string &error) {
  llvm::raw_string_ostream diagnostics(error);
  attnc::LibraryPaths paths;
  paths.library = path;
  if (attnc::compileToLibrary(text, target, paths, 2, diagnostics) != attnc::ExitCode::Success)
    return false;
  error.clear(); // warnings
  return true;
}

Runner::Runner(const Configuration &configuration, const attnc::CpuTarget &target,
               const std::string &folder, const attnc::test::SeededBug *bug) {
  const std::string text = configuration.getModelText();
  state = std::make_unique<State>(configuration, text);
  if (!state->module) {
    error = "the reference cannot parse the model";
    return;
  }
  const std::string path = folder + "/case" + std::to_string(configuration.number) + ".so";
  Seeding seeding = bug ? compileWithBug(text, target, *bug, path, error)
                        : (compile(text, target, path, error) ? Seeding::Done : Seeding::Failed);
  applicable = seeding != Seeding::NotApplicable;
  if (seeding == Seeding::Failed)
    error = "does not compile: " + error;
  if (seeding != Seeding::Done)
    return;
  state->library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!state->library) {
    error = dlerror();
    return;
  }
  ::unlink(path.c_str());
  state->entry = reinterpret_cast<Entry>(dlsym(state->library, "attention_argv"));
  state->lastError = reinterpret_cast<LastError>(dlsym(state->library, "attnc_last_error"));
  if (!state->entry || !state->lastError)
    error = "the library lacks attention_argv or attnc_last_error";
}

Runner::~Runner() = default;

//===----------------------------------------------------------------------===//
// The reference
//===----------------------------------------------------------------------===//

static reference::Tensor toReference(const StridedTensor &tensor, mlir::Type elementType) {
  reference::Tensor result(elementType, tensor.getShape());
  reference::Cell *cell = result.mutableData();
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i) {
    const double value = attnc::loadElement(tensor.getType(), tensor.at(i));
    cell[i] = attnc::isFloat(tensor.getType()) ? reference::makeReal(value)
                                               : reference::makeInteger(int64_t(value));
  }
  return result;
}

static llvm::FailureOr<llvm::SmallVector<reference::Output>> interpret(mlir::ModuleOp module,
                                                                       const Inputs &inputs) {
  auto function = module.lookupSymbol<mlir::func::FuncOp>("attention");
  std::vector<reference::Tensor> arguments;
  size_t tensor = 0, offset = 0;
  for (mlir::Type type : function.getArgumentTypes()) {
    if (type.isIndex())
      arguments.push_back(
          reference::Tensor::scalar(type, reference::makeInteger(inputs.offsets[offset++])));
    else
      arguments.push_back(toReference(inputs.tensors[tensor++], mlir::getElementTypeOrSelf(type)));
  }
  reference::InterpreterOptions options;
  options.computeBounds = true;
  return reference::interpret(function, arguments, options);
}

//===----------------------------------------------------------------------===//
// Judgement
//===----------------------------------------------------------------------===//

static NpyArray toArray(const reference::Tensor &tensor) {
  NpyArray array(attnc::ElementType::F64, {tensor.getShape().begin(), tensor.getShape().end()});
  tensor.store(attnc::ElementType::F64, array.data());
  return array;
}

static NpyArray toArray(const StridedTensor &tensor) {
  NpyArray array(tensor.getType(), tensor.getShape());
  const size_t width = attnc::getByteWidth(tensor.getType());
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    std::memcpy(static_cast<char *>(array.data()) + size_t(i) * width, tensor.at(i), width);
  return array;
}

static void judge(const reference::Output &expectedOutput, const reference::Output &expectedLse,
                  const StridedTensor &output, const StridedTensor &lse, PointResult &result) {
  const NpyArray outputBound = toArray(*expectedOutput.bound);
  const NpyArray lseBound = toArray(*expectedLse.bound), lseValue = toArray(expectedLse.value);
  const attnc::ErrorReport ofOutput = attnc::compareResults(
      toArray(output), toArray(expectedOutput.value), attnc::ErrorRule::Bound, &outputBound);
  const attnc::ErrorReport ofLse =
      attnc::compareResults(toArray(lse), lseValue, attnc::ErrorRule::Lse, &lseBound);
  const attnc::ErrorReport ofPlainLse =
      attnc::compareResults(toArray(lse), lseValue, attnc::ErrorRule::Lse);
  result.maxRatio = ofOutput.maxRatio;
  result.rmsRatio = output.getNumElements() < attnc::kMinElementsForRms ? 0 : ofOutput.rmsRatio;
  result.lseRatio = ofLse.maxRatio;
  result.lseError = ofPlainLse.maxRatio * attnc::kLseTolerance;
  if (!ofLse.passed())
    result.failure = "lse: " + ofLse.failure;
  else if (!ofOutput.passed())
    result.failure = "output: " + ofOutput.failure;
}

PointResult Runner::run(const Point &point, uint64_t seed) {
  PointResult result;
  const Configuration &configuration = state->configuration;
  Inputs inputs = makeInputs(configuration, point, seed);
  Random random(seed, uint64_t(configuration.number), uint64_t(point.number));
  StridedTensor output(
      configuration.type,
      {point.batch, configuration.queryHeads, point.queries, configuration.valueDim},
      point.outputLayout, random);
  StridedTensor lse(attnc::ElementType::F32, {point.batch, configuration.queryHeads, point.queries},
                    point.lseLayout, random);

  std::vector<void *> argv;
  for (size_t n = 0; n < inputs.tensors.size(); ++n) {
    argv.push_back(inputs.tensors[n].getDLTensor());
    if (n == 2)
      for (int64_t &offset : inputs.offsets)
        argv.push_back(&offset);
  }
  argv.push_back(output.getDLTensor());
  argv.push_back(lse.getDLTensor());
  attnc_call call = {};
  call.size = sizeof(call);
  call.num_threads = point.threads;
  if (int status = state->entry(argv.data(), &call)) {
    result.failure = "status " + std::to_string(status) + ": " + state->lastError();
    return result;
  }

  auto expected = interpret(*state->module, inputs);
  if (failed(expected)) {
    result.failure = "the reference failed";
    return result;
  }
  judge((*expected)[0], (*expected)[1], output, lse, result);
  for (size_t n = 0; n < inputs.tensors.size() && result.failure.empty(); ++n)
    result.failure = inputs.tensors[n].findDamage(/*isOutput=*/false);
  if (result.failure.empty())
    result.failure = output.findDamage(/*isOutput=*/true);
  if (result.failure.empty())
    result.failure = lse.findDamage(/*isOutput=*/true);
  return result;
}
