// Declares the passes that plan and emit the C interface of a module.
#pragma once

#include "mlir/Pass/Pass.h"

#include <string>

namespace attnc {
#define GEN_PASS_DECL
#include "attnc/Interface/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "attnc/Interface/Passes.h.inc"
} // namespace attnc
