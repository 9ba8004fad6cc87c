// Declares the passes between dialects on the way down to LLVM.
#pragma once

#include "mlir/Pass/Pass.h"

namespace attnc {
#define GEN_PASS_DECL
#include "attnc/Conversion/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc
