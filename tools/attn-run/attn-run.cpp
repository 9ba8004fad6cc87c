// attn-run: calls a function of a compiled library on .npy files, checks and times it. Holds no
// LLVM, so that it runs wherever the library does.
#include "Arguments.h"
#include "Library.h"
#include "Options.h"

#include "attnc/Support/ErrorMetric.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <new>

using namespace attnrun;
using attnc::NpyArray;

namespace {

int fail(int code, const std::string &message) {
  std::fprintf(stderr, "attn-run: error: %s\n", message.c_str());
  return code;
}

/// One output and how it compares.
struct CheckResult {
  const char *output;
  attnc::ErrorReport report;
};

struct Timing {
  int64_t minNs = 0;
  int64_t medianNs = 0;
};

/// Runs one function as the options say.
class Runner {
public:
  Runner(const Options &options, const Library &library, const Function &function)
      : options(options), library(library), function(function),
        arguments(*function.metadata, options) {}

  int run() {
    std::string error;
    if (const int code = arguments.prepare(error); code != kSuccess)
      return fail(code, error);
    argv = arguments.getArgv();
    call.size = sizeof(call);
    call.num_threads = int32_t(options.threads);
    int code = prepareWorkspace();
    arguments.poisonOutputs();
    if (code == kSuccess)
      code = invoke();
    if (code == kSuccess && options.benchRuns > 0)
      code = bench();
    if (code == kSuccess)
      code = check();
    if (code == kSuccess)
      code = writeOutputs();
    if (code == kSuccess)
      code = report();
    return code;
  }

private:
  int prepareWorkspace() {
    if (!options.workspace)
      return kSuccess;
    const int64_t bytes = function.getWorkspace(&call);
    if (bytes < 0)
      return fail(kBadInput, library.getLastError());
    workspace.reset(new (std::nothrow) NpyArray(attnc::ElementType::U8, {bytes}));
    if (!workspace || !workspace->isAllocated())
      return fail(ATTNC_OUT_OF_RESOURCES,
                  "no memory for a workspace of " + std::to_string(bytes) + " bytes");
    call.workspace = workspace->data();
    call.workspace_bytes = bytes;
    return kSuccess;
  }

  int invoke() {
    const int status = function.call(argv.data(), &call);
    return status == ATTNC_OK ? kSuccess : fail(status, library.getLastError());
  }

  int bench() {
    using Clock = std::chrono::steady_clock;
    std::vector<int64_t> times;
    for (int64_t run = 0; run < options.benchRuns; ++run) {
      const Clock::time_point start = Clock::now();
      if (const int code = invoke(); code != kSuccess)
        return code;
      const Clock::duration time = Clock::now() - start;
      times.push_back(std::chrono::duration_cast<std::chrono::nanoseconds>(time).count());
    }
    std::sort(times.begin(), times.end());
    timing.minNs = times.front();
    const size_t middle = times.size() / 2;
    timing.medianNs = times.size() % 2 ? times[middle] : (times[middle - 1] + times[middle]) / 2;
    return kSuccess;
  }

  int check() {
    const std::vector<const Argument *> outputs = arguments.getOutputs();
    for (size_t i = 0; i < options.checks.size(); ++i) {
      const CheckOption &option = options.checks[i];
      const Argument &output = *outputs[i];
      const bool isBF16 = output.type == attnc::ElementType::BF16;
      NpyArray actual, expected, bound;
      if (const int code = copyOutput(output, actual); code != kSuccess)
        return code;
      std::string error = attnc::readNpy(option.path, expected, isBF16);
      if (error.empty() && !option.boundPath.empty())
        error = attnc::readNpy(option.boundPath, bound);
      if (!error.empty())
        return fail(kBadInput, error);
      const attnc::ErrorRule rule = option.isLse ? attnc::ErrorRule::Lse : attnc::ErrorRule::Bound;
      checks.push_back(
          {output.spec->name, attnc::compareResults(actual, expected, rule,
                                                    option.boundPath.empty() ? nullptr : &bound,
                                                    option.relativeRmsLimit)});
    }
    return kSuccess;
  }

  int writeOutputs() {
    const std::vector<const Argument *> outputs = arguments.getOutputs();
    for (size_t i = 0; i < options.outputs.size(); ++i) {
      NpyArray array;
      if (const int code = copyOutput(*outputs[i], array); code != kSuccess)
        return code;
      if (std::string error = attnc::writeNpy(options.outputs[i], array); !error.empty())
        return fail(kOutputNotWritten, error);
    }
    return kSuccess;
  }

  static int copyOutput(const Argument &output, NpyArray &array) {
    array = NpyArray(output.type, output.shape);
    if (!array.isAllocated())
      return fail(ATTNC_OUT_OF_RESOURCES,
                  std::string("no memory for a copy of output ") + output.spec->name);
    std::memcpy(array.data(), output.memory.data(), array.getByteSize());
    return kSuccess;
  }

  int report() {
    if (options.json)
      printJson();
    else
      printText();
    for (const CheckResult &result : checks)
      if (!result.report.passed())
        return fail(kOutsideTolerance,
                    std::string("output ") + result.output + ": " + result.report.failure);
    return kSuccess;
  }

  void printText() const {
    for (const CheckResult &result : checks)
      std::printf("%s: %s, largest error %.3g of its bound, rms %.3g, rms relative to the values "
                  "%.3g\n",
                  result.output, result.report.passed() ? "within tolerance" : "outside tolerance",
                  result.report.maxRatio, result.report.rmsRatio, result.report.relativeRms);
    if (options.benchRuns > 0)
      std::printf("%s: %lld runs, min %.3f us, median %.3f us\n", function.metadata->name,
                  (long long)options.benchRuns, double(timing.minNs) / 1000,
                  double(timing.medianNs) / 1000);
  }

  void printJson() const {
    std::printf("{\"function\": \"%s\"", function.metadata->name);
    if (options.benchRuns > 0)
      std::printf(", \"min_ns\": %lld, \"median_ns\": %lld, \"runs\": %lld",
                  (long long)timing.minNs, (long long)timing.medianNs,
                  (long long)options.benchRuns);
    if (!checks.empty()) {
      std::printf(", \"checks\": [");
      for (const CheckResult &result : checks)
        std::printf("%s{\"output\": \"%s\", \"passed\": %s, \"max_ratio\": %s, \"rms_ratio\": %s, "
                    "\"relative_rms\": %s}",
                    &result == &checks.front() ? "" : ", ", result.output,
                    result.report.passed() ? "true" : "false",
                    formatJson(result.report.maxRatio).c_str(),
                    formatJson(result.report.rmsRatio).c_str(),
                    formatJson(result.report.relativeRms).c_str());
      std::printf("]");
    }
    std::printf("}\n");
  }

  /// JSON has no infinity.
  static std::string formatJson(double value) {
    char text[32];
    std::snprintf(text, sizeof(text), "%.6g", value);
    return std::isfinite(value) ? text : "null";
  }

  const Options &options;
  const Library &library;
  const Function &function;
  ArgumentList arguments;
  std::vector<void *> argv;
  attnc_call call{};
  std::unique_ptr<NpyArray> workspace;
  std::vector<CheckResult> checks;
  Timing timing;
};

} // namespace

static int runTool(int argc, char **argv) {
  Options options;
  if (std::string error = parseOptions(argc, argv, options); !error.empty())
    return fail(kUsage, error + " (see attn-run --help)");
  if (options.help) {
    std::fputs(kHelpText, stdout);
    return kSuccess;
  }
  Library library;
  if (std::string error = library.open(options.library); !error.empty())
    return fail(kMissing, error);
  if (options.info) {
    const std::string error = printInfo(library, options.json);
    return error.empty() ? kSuccess : fail(kMissing, error);
  }
  Function function;
  if (std::string error = library.find(options.function, function); !error.empty())
    return fail(kUsage, error);
  if (std::string error = checkAbi(function); !error.empty())
    return fail(kMissing, error);
  return Runner(options, library, function).run();
}

int main(int argc, char **argv) {
  const int code = runTool(argc, argv);
  if (std::fflush(stdout) != 0 && code == kSuccess)
    return fail(kOutputNotWritten, "standard output cannot be written");
  return code;
}
