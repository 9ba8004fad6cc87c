// A model file on its way into MLIR: reading, limits, parsing, and diagnostics about it.
#pragma once

#include "attnc/Driver/ExitCode.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

#include <memory>
#include <string>

namespace attnc {

/// Reads the file `path`, or standard input for "-", into `text`. A file that cannot be read
/// (ExitCode::Diagnosed) or is larger than SourceLimits::fileBytes (ExitCode::Limit) is reported to
/// `diagnostics`.
ExitCode readModelFile(llvm::StringRef path, std::string &text, llvm::raw_ostream &diagnostics);

/// Prints the diagnostics of a context about one text, in MLIR's form: place, message, source line.
/// Lines of the text that are very long are cut, no other file is opened whatever a location says,
/// and an unknown op gets a note with the nearest known one.
class DiagnosticPrinter {
public:
  /// Uses `text`, which a NUL byte must follow, as long as it lives; `name` is the file name shown.
  /// Remarks are shown on request.
  DiagnosticPrinter(mlir::MLIRContext *context, llvm::StringRef text, llvm::StringRef name,
                    llvm::raw_ostream &os, bool showRemarks = false);
  ~DiagnosticPrinter();

  /// Prints a diagnostic that does not come from MLIR. `showLine` is for lines that are text.
  void print(size_t offset, llvm::SourceMgr::DiagKind kind, const llvm::Twine &message,
             bool showLine = true);

  /// The text with its name; parsers take it from here.
  llvm::SourceMgr &getSources() { return sources; }
  mlir::MLIRContext *getContext() { return context; }

private:
  class LineCutter;

  mlir::MLIRContext *context;
  llvm::SourceMgr sources;
  std::unique_ptr<LineCutter> cutter;
  std::unique_ptr<mlir::SourceMgrDiagnosticHandler> handler;
  std::unique_ptr<mlir::ScopedDiagnosticHandler> filter;
};

/// Parses the text of `printer` within SourceLimits and ModuleLimits and keeps the names of
/// function arguments as attributes (attnc.name). On failure `module` is null and `printer` has
/// printed why.
ExitCode parseModel(DiagnosticPrinter &printer, mlir::OwningOpRef<mlir::ModuleOp> &module);

} // namespace attnc
