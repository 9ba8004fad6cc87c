// Bugs that are put into compiled code on purpose, to see whether the tests notice.
//
// The compiler itself has none of them: each is an edit of the IR between two stages, which does
// what a plausible mistake in a pass would have done. Edits change results only: they read and
// write nothing that the correct code does not.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <vector>

namespace attnc::test {

struct SeededBug {
  llvm::StringLiteral name;
  /// The stage of getCpuStages after which the bug is applied.
  llvm::StringLiteral stage;
  llvm::StringLiteral description;
  /// Puts the bug in wherever it can be. False where there is no such place: the module is as it
  /// was, and not a test of this bug.
  bool (*apply)(mlir::ModuleOp module);
};

/// All bugs.
const std::vector<SeededBug> &getSeededBugs();
/// Those in models of attn.attention, and those in models of attn.selective_scan and
/// attn.causal_conv1d; each in the order of stages.
const std::vector<SeededBug> &getAttentionBugs();
const std::vector<SeededBug> &getScanBugs();

/// Null where there is none of that name.
const SeededBug *findSeededBug(llvm::StringRef name);

// The parts of the list.
/// In what is computed: masks, scores, offsets and the scale (stage attn).
llvm::ArrayRef<SeededBug> getModelBugs();
/// In tiles, loops and the state that they carry (stage tiled).
llvm::ArrayRef<SeededBug> getTilingBugs();
/// In vector kernels of attention (stage vector).
llvm::ArrayRef<SeededBug> getAttentionKernelBugs();
/// In what scans and convolutions compute (stage attn).
llvm::ArrayRef<SeededBug> getScanModelBugs();
/// In their blocks of channels and tiles of time (stage tiled).
llvm::ArrayRef<SeededBug> getScanTilingBugs();
/// In their vector kernels (stage vector).
llvm::ArrayRef<SeededBug> getScanKernelBugs();
/// In the rounding, the tasks and the exponentials of all kernels (stages vector and llvm).
llvm::ArrayRef<SeededBug> getSharedKernelBugs();

/// Calls `edit` on every op of a kind below `root`; whether one of the calls changed something.
template <typename OpTy, typename Edit> bool editEach(mlir::Operation *root, Edit edit) {
  std::vector<OpTy> ops;
  root->walk([&](OpTy op) { ops.push_back(op); });
  bool changed = false;
  for (OpTy op : ops)
    changed |= edit(op);
  return changed;
}

} // namespace attnc::test
