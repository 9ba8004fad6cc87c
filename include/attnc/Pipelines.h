// The named stages from a model file to LLVM, as pass pipelines.
#pragma once

#include "attnc/Analysis/CpuTarget.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringRef.h"

#include <functional>
#include <vector>

namespace attnc {

/// One step on the way down. Stages run in order; the IR after each is a level a user can look at.
struct Stage {
  llvm::StringRef name;
  llvm::StringRef description;
  std::function<void(mlir::OpPassManager &)> addPasses;
};

/// attn -> tiled -> buffers -> vector -> llvm. The module that leaves the last stage is in the LLVM
/// dialect and holds the C interface (f, f_argv, f_metadata, f_workspace) of every public function.
std::vector<Stage> getCpuStages(const CpuTarget &target);

/// Registers `attnc-cpu-pipeline` for attn-opt.
void registerCpuPipeline();

} // namespace attnc
