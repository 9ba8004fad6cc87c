// One compilation in this process: from the text of a model to its outputs in staging folders.
#pragma once

#include "attnc/Driver/Compile.h"
#include "attnc/Driver/Model.h"
#include "attnc/Driver/StagedFiles.h"
#include "attnc/Driver/Supervisor.h"
#include "attnc/Pipelines.h"
#include "attnc/Target/CPU/Link.h"

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>
#include <vector>

namespace attnc {

/// What one step of a compilation took; in the order run.
struct StepTime {
  std::string name;
  double milliseconds;
};

/// Compiles one module into outputs. Errors about the model go through the diagnostics of its
/// context; all others are printed to `os`.
class Compilation {
public:
  /// `outputs` is where the outputs of `options` are staged.
  Compilation(const CompileOptions &options, const StagedFiles &outputs, WorkerReport &report,
              llvm::raw_ostream &os)
      : options(options), outputs(outputs), report(report), os(os) {}

  /// Parses `text` and does the rest. `text` ends before a NUL byte, as a std::string does.
  ExitCode compileText(llvm::StringRef text);

  /// Lowers `module` in place and writes the outputs.
  ExitCode compileModule(mlir::ModuleOp module);

  const std::vector<StepTime> &getTimes() const { return times; }

private:
  ExitCode checkModule(mlir::ModuleOp module);
  ExitCode lower(mlir::ModuleOp module);
  ExitCode runStage(const Stage &stage, mlir::ModuleOp module);
  ExitCode emit(mlir::ModuleOp module);
  ExitCode emitMachineCode(mlir::ModuleOp module);
  ExitCode link(const OutputFile &output, llvm::StringRef object, mlir::ModuleOp module);
  ExitCode write(const OutputFile &output, llvm::StringRef content);
  /// Writes an intermediate file where -save-temps asks for it.
  ExitCode saveTemp(llvm::StringRef name, llvm::StringRef content);

  /// A bug of ours; the supervisor prints `reason` and writes the reproducer.
  ExitCode failInternally(llvm::StringRef reason);
  ExitCode failToWrite(llvm::Error error);
  /// LLVM could not make code: our fault, unless the model brings assembly of its own.
  ExitCode failToGenerate(llvm::Error error);

  /// Runs one step under its name, for reports and times.
  template <typename Step> auto timed(llvm::StringRef name, Step step) {
    report.enter(name);
    auto begin = std::chrono::steady_clock::now();
    auto result = step();
    std::chrono::duration<double, std::milli> time = std::chrono::steady_clock::now() - begin;
    addTime(name, time.count());
    return result;
  }
  void addTime(llvm::StringRef name, double milliseconds);

  bool wants(OutputKind kind) const;

  const CompileOptions &options;
  const StagedFiles &outputs;
  WorkerReport &report;
  llvm::raw_ostream &os;
  std::vector<StepTime> times;
  bool hasInlineAssembly = false;
};

/// How the object of `output` is linked; `staged` is null where nothing is going to be run.
llvm::Expected<LinkOptions> getLinkOptions(const CompileOptions &options, const OutputFile &output,
                                           const StagedFiles *staged);

} // namespace attnc
