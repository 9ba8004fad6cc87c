// The named stages from a model file to LLVM, as pass pipelines.
#pragma once

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringRef.h"

#include <functional>
#include <string>
#include <vector>

namespace attnc {

/// What the CPU pipeline needs to know of its target.
struct CpuTarget {
  std::string triple;
  /// A CPU name of LLVM ("znver3", "x86-64-v4", "neoverse-v2"); never "native".
  std::string cpu;
  /// LLVM's feature string ("+avx2,+fma,..."), complete for the CPU.
  std::string features;
};

/// One step on the way down. Stages run in order; the IR after each is a level a user can look at.
struct Stage {
  llvm::StringRef name;
  llvm::StringRef description;
  std::function<void(mlir::OpPassManager &)> addPasses;
};

/// attn -> tiled -> buffers -> vector -> llvm. The module that leaves the last stage is in the LLVM
/// dialect and holds the C interface (f, f_argv, f_metadata, f_workspace) of every public function.
std::vector<Stage> getCpuStages(const CpuTarget &target);

} // namespace attnc
