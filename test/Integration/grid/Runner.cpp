// Compiles a model, calls it and judges the results against the reference.
#include "Runner.h"

#include "attnc/Driver/Compile.h"
#include "attnc/InitAll.h"
#include "attnc/Support/ErrorMetric.h"
#include "attnc/Target/Reference/Interpreter.h"

#include "mlir/Parser/Parser.h"

#include <cmath>
#include <cstring>
#include <dlfcn.h>
#include <unistd.h>

using namespace grid;
using attnc::NpyArray;
namespace reference = attnc::reference;

using Entry = int (*)(void **, const attnc_call *);
using LastError = const char *(*)();

struct Runner::State {
  State(const Model &model, const std::string &text) : model(model), context(makeContext()) {
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

  mlir::func::FuncOp getFunction() { return *module->getOps<mlir::func::FuncOp>().begin(); }

  const Model &model;
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

Runner::Runner(const Model &model, const attnc::CpuTarget &target, const std::string &folder,
               const attnc::test::SeededBug *bug) {
  const std::string text = model.getText();
  state = std::make_unique<State>(model, text);
  if (!state->module) {
    error = "the reference cannot parse the model";
    return;
  }
  const std::string path = folder + "/case" + std::to_string(model.number) + ".so";
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
  const std::string entry = state->getFunction().getName().str() + "_argv";
  state->entry = reinterpret_cast<Entry>(dlsym(state->library, entry.c_str()));
  state->lastError = reinterpret_cast<LastError>(dlsym(state->library, "attnc_last_error"));
  if (!state->entry || !state->lastError)
    error = "the library lacks " + entry + " or attnc_last_error";
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

static llvm::FailureOr<llvm::SmallVector<reference::Output>> interpret(mlir::func::FuncOp function,
                                                                       const Call &call) {
  std::vector<reference::Tensor> arguments;
  size_t tensor = 0, scalar = 0;
  for (mlir::Type type : function.getArgumentTypes()) {
    if (type.isIndex())
      arguments.push_back(
          reference::Tensor::scalar(type, reference::makeInteger(call.scalars[scalar++])));
    else
      arguments.push_back(toReference(call.tensors[tensor++], mlir::getElementTypeOrSelf(type)));
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

/// What the rms of the errors may be, relative to that of the results.
static double getRelativeLimit(attnc::ElementType type) {
  return type == attnc::ElementType::F32 ? 1e-6 : attnc::getUnitRoundoff(type);
}

static void judgeBounded(const reference::Output &expected, const Result &result,
                         PointResult &point) {
  if (!expected.bound) {
    point.failure = "the reference gives no bound";
    return;
  }
  const NpyArray actual = toArray(result.tensor), value = toArray(expected.value);
  const NpyArray bound = toArray(*expected.bound);
  const attnc::ElementType type = result.tensor.getType();
  const bool hasRms =
      result.rule == Rule::Bound && result.tensor.getNumElements() >= attnc::kMinElementsForRms;
  std::optional<double> limit;
  if (hasRms && result.hasRelativeLimit)
    limit = getRelativeLimit(type);
  const attnc::ErrorReport report = attnc::compareResults(
      actual, value, hasRms ? attnc::ErrorRule::Bound : attnc::ErrorRule::Each, &bound, limit);
  Measures measures;
  measures.maxRatio = report.maxRatio;
  measures.rmsRatio = hasRms ? report.rmsRatio : 0;
  if (limit && type == attnc::ElementType::F32)
    measures.relativeRms = report.relativeRms;
  point.measures.include(measures);
  point.failure = report.failure;
}

static void judgeLse(const reference::Output &expected, const Result &result, PointResult &point) {
  const NpyArray actual = toArray(result.tensor), value = toArray(expected.value);
  const NpyArray bound = toArray(*expected.bound);
  const attnc::ErrorReport report =
      attnc::compareResults(actual, value, attnc::ErrorRule::Lse, &bound);
  const attnc::ErrorReport plain = attnc::compareResults(actual, value, attnc::ErrorRule::Lse);
  Measures measures;
  measures.lseRatio = report.maxRatio;
  measures.lseError = plain.maxRatio * attnc::kLseTolerance;
  point.measures.include(measures);
  point.failure = report.failure;
}

static void judgeCopy(const reference::Output &expected, const Result &result, PointResult &point) {
  const NpyArray zeros(attnc::ElementType::F64, result.tensor.getShape());
  point.failure = attnc::compareResults(toArray(result.tensor), toArray(expected.value),
                                        attnc::ErrorRule::Bound, &zeros)
                      .failure;
}

static void judge(const reference::Output &expected, const Result &result, PointResult &point) {
  switch (result.rule) {
  case Rule::Bound:
  case Rule::Each:
    return judgeBounded(expected, result, point);
  case Rule::Lse:
    return judgeLse(expected, result, point);
  case Rule::Copy:
    return judgeCopy(expected, result, point);
  }
}

void Measures::include(const Measures &other) {
  const auto raise = [](std::optional<double> &value, std::optional<double> by) {
    if (by)
      value = std::fmax(value.value_or(0), *by);
  };
  maxRatio = std::fmax(maxRatio, other.maxRatio);
  rmsRatio = std::fmax(rmsRatio, other.rmsRatio);
  raise(lseRatio, other.lseRatio);
  raise(lseError, other.lseError);
  raise(relativeRms, other.relativeRms);
}

std::string Measures::describe() const {
  char text[160];
  int length = std::snprintf(text, sizeof(text), "err/B %.3f, rms/B %.3f", maxRatio, rmsRatio);
  if (lseError)
    length += std::snprintf(text + length, sizeof(text) - size_t(length),
                            ", lse %.2g (%.3f of its bound)", *lseError, *lseRatio);
  if (relativeRms)
    std::snprintf(text + length, sizeof(text) - size_t(length), ", relative rms %.2g",
                  *relativeRms);
  return text;
}

//===----------------------------------------------------------------------===//
// A call
//===----------------------------------------------------------------------===//

/// Empty, or what the call wrote that it should not have.
static std::string findDamage(const Call &call) {
  std::string damage;
  for (size_t n = 0; n < call.tensors.size() && damage.empty(); ++n)
    damage = call.tensors[n].findDamage(/*isOutput=*/false);
  for (size_t n = 0; n < call.results.size() && damage.empty(); ++n)
    damage = call.results[n].tensor.findDamage(/*isOutput=*/true);
  return damage;
}

PointResult Runner::run(uint64_t seed, int64_t number) {
  Call call = state->model.makeCall(seed, number);
  PointResult point;
  point.description = call.description;
  for (StridedTensor &tensor : call.tensors)
    tensor.freeze();

  std::vector<void *> argv;
  size_t tensor = 0, scalar = 0;
  for (mlir::Type type : state->getFunction().getArgumentTypes()) {
    if (type.isIndex())
      argv.push_back(&call.scalars[scalar++]);
    else
      argv.push_back(call.tensors[tensor++].getDLTensor());
  }
  for (Result &result : call.results)
    argv.push_back(result.tensor.getDLTensor());
  attnc_call options = {};
  options.size = sizeof(options);
  options.num_threads = call.threads;
  if (int status = state->entry(argv.data(), &options)) {
    point.failure = "status " + std::to_string(status) + ": " + state->lastError();
    return point;
  }
  point.failure = findDamage(call);
  if (!call.isDefined || !point.failure.empty())
    return point;

  auto expected = interpret(state->getFunction(), call);
  if (failed(expected)) {
    point.failure = "the reference failed";
    return point;
  }
  // The last result first: an error in a log-sum-exp or in a state says more than one in an output.
  for (size_t n = call.results.size(); n-- > 0 && point.failure.empty();) {
    judge((*expected)[n], call.results[n], point);
    if (!point.failure.empty())
      point.failure = "result " + std::to_string(n) + ": " + point.failure;
  }
  return point;
}
