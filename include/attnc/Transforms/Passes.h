// Declares the passes from the attn dialect to its tiled form.
#pragma once

#include "mlir/Pass/Pass.h"

namespace attnc {
#define GEN_PASS_DECL
#include "attnc/Transforms/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc
