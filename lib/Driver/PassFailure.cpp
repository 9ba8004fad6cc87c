// Looks at a failed pass: did it refuse the model, or break it?
#include "attnc/Driver/PassFailure.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/Pass.h"

using namespace attnc;
using namespace mlir;

class PassFailure::Watch : public PassInstrumentation {
public:
  explicit Watch(PassFailure &failure) : failure(failure) {}

  void runBeforePass(Pass *, Operation *) override { failure.errors.clear(); }

  /// Called for the pass that failed first, then for the passes around it.
  void runAfterPassFailed(Pass *pass, Operation *op) override {
    if (std::exchange(failure.isDecided, true))
      return;
    std::vector<std::string> passErrors = failure.errors;
    failure.reason.clear();
    if (passErrors.empty()) {
      failure.reason = ("pass '" + pass->getName() + "' failed without an error").str();
      return;
    }
    // MLIR verifies after each pass. The verifier's error, when it is the first since the pass
    // began, is not the pass's own.
    std::string verifierError;
    ScopedDiagnosticHandler quiet(failure.context, [&](Diagnostic &diagnostic) {
      if (verifierError.empty() && diagnostic.getSeverity() == DiagnosticSeverity::Error)
        verifierError = diagnostic.str();
      return success();
    });
    if (failed(verify(op)) && verifierError == passErrors.front())
      failure.reason = ("pass '" + pass->getName() + "' left invalid IR: " + verifierError).str();
  }

private:
  PassFailure &failure;
};

PassFailure::PassFailure(MLIRContext *context)
    : context(context), handler(context, [this](Diagnostic &diagnostic) {
        if (diagnostic.getSeverity() == DiagnosticSeverity::Error)
          errors.push_back(diagnostic.str());
        // Others print it.
        return failure();
      }) {}

std::unique_ptr<PassInstrumentation> PassFailure::makeInstrumentation() {
  return std::make_unique<Watch>(*this);
}
