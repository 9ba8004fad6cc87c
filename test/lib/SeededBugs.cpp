// The list of seeded bugs, and test-attn-seed-bug, which applies one of them.
#include "SeededBugs.h"
#include "TestPasses.h"

#include "dialects/Attn/Attn.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;
using namespace attnc::test;

static std::vector<SeededBug> join(std::initializer_list<ArrayRef<SeededBug>> parts) {
  std::vector<SeededBug> all;
  for (ArrayRef<SeededBug> part : parts)
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

const std::vector<SeededBug> &attnc::test::getAttentionBugs() {
  static const std::vector<SeededBug> bugs =
      join({getModelBugs(), getTilingBugs(), getAttentionKernelBugs(), getSharedKernelBugs()});
  return bugs;
}

const std::vector<SeededBug> &attnc::test::getScanBugs() {
  static const std::vector<SeededBug> bugs =
      join({getScanModelBugs(), getScanTilingBugs(), getScanKernelBugs(), getSharedKernelBugs()});
  return bugs;
}

const std::vector<SeededBug> &attnc::test::getSeededBugs() {
  static const std::vector<SeededBug> bugs =
      join({getModelBugs(), getTilingBugs(), getAttentionKernelBugs(), getScanModelBugs(),
            getScanTilingBugs(), getScanKernelBugs(), getSharedKernelBugs()});
  return bugs;
}

const SeededBug *attnc::test::findSeededBug(StringRef name) {
  for (const SeededBug &bug : getSeededBugs())
    if (bug.name == name)
      return &bug;
  return nullptr;
}

namespace {
struct TestSeedBugPass : PassWrapper<TestSeedBugPass, OperationPass<ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TestSeedBugPass)

  TestSeedBugPass() = default;
  TestSeedBugPass(const TestSeedBugPass &other) : PassWrapper(other) {}

  StringRef getArgument() const final { return "test-attn-seed-bug"; }
  StringRef getDescription() const final { return "Put one of the seeded bugs into a module"; }
  void getDependentDialects(DialectRegistry &registry) const final {
    registry.insert<arith::ArithDialect, attnc::attn::AttnDialect, linalg::LinalgDialect,
                    LLVM::LLVMDialect, math::MathDialect, scf::SCFDialect, tensor::TensorDialect,
                    vector::VectorDialect>();
  }

  void runOnOperation() final {
    const SeededBug *seeded = findSeededBug(bug);
    if (!seeded) {
      InFlightDiagnostic error = getOperation().emitError() << "no bug is named '" << bug << "'";
      for (const SeededBug &known : getSeededBugs())
        error.attachNote() << known.name << " (after stage " << known.stage
                           << "): " << known.description;
      return signalPassFailure();
    }
    if (!seeded->apply(getOperation()))
      getOperation().emitRemark() << "bug '" << bug << "' is not applicable";
  }

  Option<std::string> bug{*this, "bug", llvm::cl::desc("name of the bug")};
};
} // namespace

void attnc::test::registerSeedBugPass() { PassRegistration<TestSeedBugPass>(); }
