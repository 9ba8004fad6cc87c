// Tells a pass that refuses a model, with a diagnostic, from a pass that is broken.
#pragma once

#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassInstrumentation.h"

#include <memory>
#include <string>
#include <vector>

namespace attnc {

/// Watches the passes of one pass manager, and the diagnostics of its context.
class PassFailure {
public:
  explicit PassFailure(mlir::MLIRContext *context);

  /// To be added to the pass manager; refers to this object.
  std::unique_ptr<mlir::PassInstrumentation> makeInstrumentation();

  /// After a failed run: whether the pass that failed said why. It did not where the IR that it
  /// left behind does not verify, or where no error was emitted.
  bool isDiagnosed() const { return reason.empty(); }
  /// What is wrong with the pass.
  llvm::StringRef getReason() const { return reason; }

private:
  class Watch;

  mlir::MLIRContext *context;
  mlir::ScopedDiagnosticHandler handler;
  /// Errors since the last pass began.
  std::vector<std::string> errors;
  std::string reason = "a pass failed before it began";
  bool isDecided = false;
};

} // namespace attnc
