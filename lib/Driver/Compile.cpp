// One compilation from files to files: in a supervised child, or in this process.
#include "attnc/Driver/Compile.h"

#include "lib/Driver/Compilation.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <unistd.h>

using namespace attnc;
using llvm::StringRef;

llvm::ArrayRef<OutputKindInfo> attnc::getOutputKinds() {
  static constexpr OutputKindInfo kinds[] = {
      {OutputKind::Library, "lib", "so"},   {OutputKind::Object, "obj", "o"},
      {OutputKind::Header, "header", "h"},  {OutputKind::Assembly, "asm", "s"},
      {OutputKind::LLVMText, "llvm", "ll"}, {OutputKind::LLVMBitcode, "bitcode", "bc"},
      {OutputKind::MLIR, "mlir", "mlir"},
  };
  return kinds;
}

std::string CompileOptions::getStem() const {
  return input == "-" ? "model" : llvm::sys::path::stem(input).str();
}

static int toInt(ExitCode code) { return static_cast<int>(code); }

static ExitCode reportError(llvm::Error error, ExitCode code) {
  llvm::errs() << "attnc: error: " << llvm::toString(std::move(error)) << '\n';
  return code;
}

static ExitCode makeFolder(StringRef path) {
  if (std::error_code error = llvm::sys::fs::create_directory(path))
    return reportError(
        llvm::createStringError("cannot make folder '" + path + "': " + error.message()),
        ExitCode::Output);
  return ExitCode::Success;
}

/// Makes the folders that the options name, and finds a place for every output.
static ExitCode prepare(const CompileOptions &options, StagedFiles &outputs) {
  for (StringRef folder : {StringRef(options.saveTempsDir), StringRef(options.outputFolder)})
    if (!folder.empty())
      if (ExitCode code = makeFolder(folder); code != ExitCode::Success)
        return code;
  if (!options.saveTempsDir.empty())
    if (llvm::Error error = outputs.addFolder(options.saveTempsDir))
      return reportError(std::move(error), ExitCode::Output);
  for (const OutputFile &output : options.outputs)
    if (output.path != "-")
      if (llvm::Error error = outputs.add(output.path, options.input))
        return reportError(std::move(error), ExitCode::Output);
  return ExitCode::Success;
}

static std::string quote(const std::string &argument) {
  std::string quoted;
  llvm::raw_string_ostream os(quoted);
  llvm::sys::printArg(os, argument, /*Quote=*/false);
  return quoted;
}

/// Looks for all that linking the libraries among the outputs needs, and prints the commands on
/// request.
static ExitCode checkLinking(const CompileOptions &options, const StagedFiles *staged, bool print) {
  for (const OutputFile &output : options.outputs) {
    if (output.kind != OutputKind::Library)
      continue;
    llvm::Expected<LinkOptions> link = getLinkOptions(options, output, staged);
    if (!link)
      return reportError(link.takeError(), ExitCode::Missing);
    llvm::Expected<std::vector<std::string>> command = getLinkCommand(*link);
    if (!command)
      return reportError(command.takeError(), ExitCode::Missing);
    if (print)
      llvm::errs() << llvm::join(llvm::map_range(*command, quote), " ") << '\n';
  }
  return ExitCode::Success;
}

static void printTarget(const CompileOptions &options) {
  llvm::errs() << "attnc " ATTNC_VERSION ", target " << options.target.triple << ", CPU "
               << options.target.cpu << ", -O" << options.optimizationLevel << '\n';
}

static ExitCode printPlan(const CompileOptions &options) {
  printTarget(options);
  for (const Stage &stage : getCpuStages(options.target)) {
    llvm::errs() << "stage " << stage.name << '\n';
    if (stage.name == options.until)
      break;
  }
  return checkLinking(options, nullptr, /*print=*/true);
}

/// The measurements of a finished compilation as one line of JSON.
static std::string makeStats(const CompileOptions &options, const StagedFiles &outputs,
                             llvm::ArrayRef<StepTime> times) {
  std::string text;
  llvm::raw_string_ostream os(text);
  llvm::json::OStream json(os);
  json.object([&] {
    json.attribute("input", llvm::json::fixUTF8(options.input));
    json.attribute("triple", options.target.triple);
    json.attribute("cpu", options.target.cpu);
    json.attributeArray("steps", [&] {
      for (const StepTime &step : times)
        json.object([&] {
          json.attribute("name", step.name);
          json.attribute("ms", step.milliseconds);
        });
    });
    json.attributeArray("outputs", [&] {
      for (const OutputFile &output : options.outputs)
        json.object([&] {
          json.attribute("kind", getOutputKinds()[static_cast<size_t>(output.kind)].name);
          json.attribute("path", llvm::json::fixUTF8(output.path));
          uint64_t bytes = 0;
          if (output.path != "-" && !llvm::sys::fs::file_size(outputs.getPlace(output.path), bytes))
            json.attribute("bytes", int64_t(bytes));
        });
    });
  });
  os << '\n';
  return text;
}

/// `text` for a comment: a path or a message may hold line breaks.
static std::string onOneLine(StringRef text) {
  std::string line = text.str();
  std::replace(line.begin(), line.end(), '\n', ' ');
  return line;
}

/// Writes the input behind a description of what happened, where it can be written. Returns the
/// path, or "".
static std::string writeReproducer(const CompileOptions &options, StringRef text,
                                   StringRef reason) {
  llvm::SmallString<64> temporary;
  llvm::sys::path::system_temp_directory(/*erasedOnReboot=*/true, temporary);
  for (StringRef folder : {StringRef(), StringRef(temporary)}) {
    llvm::SmallString<128> model(folder), path;
    llvm::sys::path::append(model, "attnc-crash-%%%%%%.mlir");
    int descriptor;
    if (llvm::sys::fs::createUniqueFile(model, descriptor, path, llvm::sys::fs::OF_None, 0644))
      continue;
    std::string command = llvm::join(llvm::map_range(options.commandLine, quote), " ");
    std::string head = "// attnc " ATTNC_VERSION ": internal error: " + onOneLine(reason) +
                       "\n// " + onOneLine(command);
    int error = writeAll(descriptor, head + "\n");
    if (!error)
      error = writeAll(descriptor, text);
    ::close(descriptor);
    if (!error)
      return path.str().str();
    llvm::sys::fs::remove(path);
  }
  return {};
}

/// What the child does: compile into the staging folders.
static ExitCode work(const CompileOptions &options, StringRef text, const StagedFiles &outputs,
                     WorkerReport &report) {
  Compilation compilation(options, outputs, report, llvm::errs());
  ExitCode code = compilation.compileText(text);
  if (code == ExitCode::Success && options.statsJson)
    if (int error = writeAll(STDOUT_FILENO, makeStats(options, outputs, compilation.getTimes())))
      return reportError(
          llvm::createStringError("cannot write standard output: " + llvm::sys::StrError(error)),
          ExitCode::Output);
  return code;
}

/// Says how a child ended that did not say so itself.
static void reportOutcome(const CompileOptions &options, StringRef text,
                          const WorkerOutcome &outcome) {
  if (outcome.reason.empty())
    return;
  if (outcome.exitCode != toInt(ExitCode::Internal)) {
    llvm::errs() << "attnc: error: the compiler " << outcome.reason << '\n';
    return;
  }
  llvm::errs() << "attnc: internal error: " << outcome.reason << '\n';
  std::string reproducer = writeReproducer(options, text, outcome.reason);
  if (reproducer.empty())
    llvm::errs() << "attnc: note: no folder could be written to for a reproducer\n";
  else
    llvm::errs() << "attnc: note: please report this with '" << reproducer
                 << "', which holds the model and the command line\n";
}

int attnc::compile(const CompileOptions &options) {
  if (options.dryRun)
    return toInt(printPlan(options));
  std::string text;
  ExitCode code = readModelFile(options.input, text, llvm::errs());
  if (code != ExitCode::Success)
    return toInt(code);

  Supervisor supervisor;
  StagedFiles outputs;
  code = prepare(options, outputs);
  if (code == ExitCode::Success && options.verbose)
    printTarget(options);
  if (code == ExitCode::Success)
    code = checkLinking(options, &outputs, options.verbose);
  if (code != ExitCode::Success)
    return toInt(code);

  std::optional<ResourceLimits> limits;
  if (options.untrusted)
    limits.emplace();
  WorkerOutcome outcome = supervisor.run(
      [&](WorkerReport &report) { return toInt(work(options, text, outputs, report)); }, limits);
  if (outcome.exitCode == toInt(ExitCode::Success))
    if (llvm::Error error = outputs.commit())
      return toInt(reportError(std::move(error), ExitCode::Output));
  reportOutcome(options, text, outcome);
  return outcome.exitCode;
}

namespace {

/// For a compilation without supervisor: keeps the reason of an internal error.
class LocalReport final : public WorkerReport {
public:
  void enter(StringRef) override {}
  void explain(StringRef text) override { reason = text.str(); }

  std::string reason;
};

} // namespace

/// Runs `step` on a compilation to a library and commits its outputs.
static ExitCode compileLocally(const CpuTarget &target, const LibraryPaths &paths,
                               unsigned optimizationLevel, llvm::raw_ostream &os,
                               llvm::function_ref<ExitCode(Compilation &)> step) {
  CompileOptions options;
  options.input = "-";
  options.target = target;
  options.optimizationLevel = optimizationLevel;
  if (!paths.library.empty())
    options.outputs.push_back({OutputKind::Library, paths.library});
  if (!paths.header.empty())
    options.outputs.push_back({OutputKind::Header, paths.header});

  StagedFiles outputs;
  for (const OutputFile &output : options.outputs)
    if (llvm::Error error = outputs.add(output.path, options.input)) {
      os << "attnc: error: " << llvm::toString(std::move(error)) << '\n';
      return ExitCode::Output;
    }
  LocalReport report;
  Compilation compilation(options, outputs, report, os);
  ExitCode code = step(compilation);
  if (code == ExitCode::Internal)
    os << "attnc: internal error: " << report.reason << '\n';
  if (code != ExitCode::Success)
    return code;
  if (llvm::Error error = outputs.commit()) {
    os << "attnc: error: " << llvm::toString(std::move(error)) << '\n';
    return ExitCode::Output;
  }
  return ExitCode::Success;
}

ExitCode attnc::compileToLibrary(StringRef source, const CpuTarget &target,
                                 const LibraryPaths &paths, unsigned optimizationLevel,
                                 llvm::raw_ostream &diagnostics) {
  std::string text = source.str();
  return compileLocally(target, paths, optimizationLevel, diagnostics,
                        [&](Compilation &compilation) { return compilation.compileText(text); });
}

ExitCode attnc::compileToLibrary(mlir::ModuleOp module, const CpuTarget &target,
                                 const LibraryPaths &paths, unsigned optimizationLevel) {
  return compileLocally(
      target, paths, optimizationLevel, llvm::errs(),
      [&](Compilation &compilation) { return compilation.compileModule(module); });
}
