// Compiles a model with a seeded bug in it.
#pragma once

#include "attnc/Analysis/CpuTarget.h"
#include "test/lib/SeededBugs.h"

#include <string>

namespace grid {

enum class Seeding {
  Done,
  NotApplicable, // the model has no place for the bug
  Failed         // the compiler refused the model or its wrong IR
};

/// Compiles `text` stage by stage, with `bug` put in after its stage, and links the library `path`.
/// On failure `error` says why.
Seeding compileWithBug(const std::string &text, const attnc::CpuTarget &target,
                       const attnc::test::SeededBug &bug, const std::string &path,
                       std::string &error);

} // namespace grid
