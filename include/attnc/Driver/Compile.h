// The compiler as one call: what the tool attnc runs, and the same work in-process for tests.
#pragma once

#include "attnc/Analysis/CpuTarget.h"
#include "attnc/Driver/ExitCode.h"

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

#include <string>
#include <vector>

namespace attnc {

/// What attnc can write.
enum class OutputKind { Library, Object, Header, Assembly, LLVMText, LLVMBitcode, MLIR };

/// A kind of output as the command line names it, and the extension of its files, without a dot.
struct OutputKindInfo {
  OutputKind kind;
  llvm::StringRef name;
  llvm::StringRef extension;
};

/// All kinds, in the order of OutputKind.
llvm::ArrayRef<OutputKindInfo> getOutputKinds();

/// One file to write. The path "-" is standard output.
struct OutputFile {
  OutputKind kind;
  std::string path;
};

/// One compilation, as the command line of attnc describes it. Paths are as the user wrote them.
struct CompileOptions {
  /// The model file; "-" is standard input.
  std::string input;
  std::vector<OutputFile> outputs;
  /// Folder of several outputs, made if need be; empty where outputs do not share one.
  std::string outputFolder;
  CpuTarget target;
  /// 0 to 3, as clang's -O.
  unsigned optimizationLevel = 2;
  /// Name of the stage to stop after, for MLIR output only; empty runs them all.
  std::string until;
  /// Directory for the numbered intermediate files; empty keeps none.
  std::string saveTempsDir;
  /// Print the stages and the link line instead of running them (-###).
  bool dryRun = false;
  /// Report tools, times and the link line on standard error.
  bool verbose = false;
  /// Print the remarks of the passes.
  bool remarks = false;
  /// Print one JSON object of measurements on standard output.
  bool statsJson = false;
  /// The input comes from someone else: bound time and memory, refuse what reaches outside.
  bool untrusted = false;
  /// The whole command, for the reproducer of a crash.
  std::vector<std::string> commandLine;

  /// The input's name without folder and extension, "model" for standard input.
  std::string getStem() const;
};

/// Compiles in a supervised child process: a crash becomes ExitCode::Internal with a reproducer
/// file, an interrupt leaves nothing behind (and returns 130 or 143). Diagnostics go to standard
/// error. Call it from a process with one thread.
int compile(const CompileOptions &options);

/// Where compileToLibrary writes. An empty path writes no file of that kind.
struct LibraryPaths {
  std::string library;
  std::string header;
};

/// Compiles the text of a model in this process, without supervision. `optimizationLevel` is that
/// of CompileOptions. Diagnostics are printed to `diagnostics`; nothing is left behind on failure.
ExitCode compileToLibrary(llvm::StringRef source, const CpuTarget &target,
                          const LibraryPaths &paths, unsigned optimizationLevel = 2,
                          llvm::raw_ostream &diagnostics = llvm::errs());

/// The same for a module in memory, whose context must hold attnc::registerAllDialects. The module
/// is lowered in place. Diagnostics go to the handlers of its context.
ExitCode compileToLibrary(mlir::ModuleOp module, const CpuTarget &target, const LibraryPaths &paths,
                          unsigned optimizationLevel = 2);

} // namespace attnc
