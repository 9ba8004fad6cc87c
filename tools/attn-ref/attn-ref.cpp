// attn-ref: interprets a function of a model in float64, from .npy files to .npy files.
#include "Arguments.h"
#include "Options.h"

#include "attnc/Driver/ExitCode.h"
#include "attnc/Driver/Model.h"
#include "attnc/InitAll.h"
#include "attnc/Target/Reference/Interpreter.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <new>
#include <unistd.h>

using namespace attnref;
using namespace attnc;
using namespace mlir;

static ExitCode fail(ExitCode code, const llvm::Twine &message) {
  llvm::errs() << "attn-ref: error: " << message << '\n';
  return code;
}

/// The function that the options name, or the model's only public one.
static func::FuncOp findFunction(ModuleOp module, const Options &options, std::string &error) {
  std::vector<func::FuncOp> candidates;
  std::string names;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (options.function.empty() ? !function.isPublic() : function.getName() != options.function)
      continue;
    names += (names.empty() ? "" : ", ") + function.getName().str();
    candidates.push_back(function);
  }
  if (candidates.size() == 1)
    return candidates.front();
  if (!options.function.empty())
    error = "the model has no function '" + options.function + "'";
  else if (candidates.empty())
    error = "the model has no public function";
  else
    error = "the model has several functions (" + names + "): choose one with --function";
  return {};
}

/// How many of what the function has and the command line gives.
static std::string describeCount(func::FuncOp function, unsigned wanted, const char *what,
                                 size_t got, const char *options) {
  return "@" + function.getName().str() + " has " + std::to_string(wanted) + " " + what +
         (wanted == 1 ? "" : "s") + ", got " + std::to_string(got) + " of " + options;
}

static ExitCode writeOutputs(func::FuncOp function, const Options &options,
                             llvm::ArrayRef<reference::Output> outputs) {
  for (auto [number, option] : llvm::enumerate(options.outputs))
    if (!option.boundPath.empty() && !outputs[number].bound)
      return fail(ExitCode::Diagnosed,
                  "result " + llvm::Twine(number) +
                      " has no error bound: only results of attn.attention, attn.selective_scan "
                      "and attn.causal_conv1d that @" +
                      function.getName() + " returns directly have one");
  for (auto [number, option] : llvm::enumerate(options.outputs)) {
    const reference::Output &output = outputs[number];
    std::optional<ElementType> storage = reference::getStorageType(output.value.getElementType());
    if (!storage)
      return fail(ExitCode::Diagnosed,
                  "result " + llvm::Twine(number) + " has a type that .npy files do not hold");
    std::string error = writeResult(
        option.path, options.f64 && isFloat(*storage) ? ElementType::F64 : *storage, output.value);
    if (error.empty() && output.bound && !option.boundPath.empty())
      error = writeResult(option.boundPath, ElementType::F64, *output.bound);
    if (!error.empty())
      return fail(ExitCode::Output, error);
  }
  return ExitCode::Success;
}

static ExitCode runFunction(func::FuncOp function, const Options &options) {
  FunctionType type = function.getFunctionType();
  if (options.inputs.size() != type.getNumInputs())
    return fail(ExitCode::Usage, describeCount(function, type.getNumInputs(), "argument",
                                               options.inputs.size(), "--in and --scalar"));
  if (options.outputs.size() != type.getNumResults())
    return fail(ExitCode::Usage, describeCount(function, type.getNumResults(), "result",
                                               options.outputs.size(), "--out"));
  SmallVector<reference::Tensor> arguments(type.getNumInputs());
  for (auto [number, argument] : llvm::enumerate(arguments)) {
    std::string error = readArgument(options.inputs[number], "argument " + std::to_string(number),
                                     type.getInput(number), argument);
    if (!error.empty())
      return fail(ExitCode::Diagnosed, error);
  }
  reference::InterpreterOptions interpreterOptions;
  interpreterOptions.computeBounds = llvm::any_of(
      options.outputs, [](const OutputOption &option) { return !option.boundPath.empty(); });
  auto outputs = reference::interpret(function, arguments, interpreterOptions);
  if (failed(outputs))
    return ExitCode::Diagnosed;
  return writeOutputs(function, options, *outputs);
}

static ExitCode run(const Options &options) {
  std::string text;
  if (ExitCode code = readModelFile(options.model, text, llvm::errs()); code != ExitCode::Success)
    return code;
  DialectRegistry registry;
  registerAllDialects(registry);
  MLIRContext context(registry, MLIRContext::Threading::DISABLED);
  DiagnosticPrinter printer(&context, text, options.model, llvm::errs());
  OwningOpRef<ModuleOp> module;
  if (ExitCode code = parseModel(printer, module); code != ExitCode::Success)
    return code;
  std::string error;
  func::FuncOp function = findFunction(*module, options, error);
  if (!function)
    return fail(ExitCode::Usage, error);
  return runFunction(function, options);
}

int main(int argc, char **argv) {
  std::set_new_handler([] {
    constexpr char message[] = "attn-ref: error: out of memory\n";
    (void)!::write(STDERR_FILENO, message, sizeof(message) - 1);
    ::_exit(static_cast<int>(ExitCode::Limit));
  });
  Options options;
  std::string error = parseOptions(argc, argv, options);
  if (!error.empty()) {
    fail(ExitCode::Usage, error + "; attn-ref --help lists the options");
    return static_cast<int>(ExitCode::Usage);
  }
  if (options.help) {
    llvm::outs() << kHelpText;
    return static_cast<int>(ExitCode::Success);
  }
  return static_cast<int>(run(options));
}
