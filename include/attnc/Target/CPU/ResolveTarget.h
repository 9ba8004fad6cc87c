// From what a user writes behind --target= and -march= to a complete CpuTarget.
#pragma once

#include "attnc/Analysis/CpuTarget.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace attnc {

/// Resolves `triple` (empty: this machine's) and `march` (a CPU name of LLVM; "native" for this
/// machine's CPU; empty for the default: x86-64-v3 on x86-64, generic on AArch64).
///
/// Errors: a triple other than Linux on x86-64 or AArch64; a CPU name that LLVM does not know (the
/// message lists near names); an x86-64 CPU without AVX2, FMA and F16C; "native" for a triple of
/// another architecture.
llvm::Expected<CpuTarget> resolveCpuTarget(llvm::StringRef triple, llvm::StringRef march);

/// The names that `march` may have for `triple`, besides "native", in LLVM's order.
llvm::Expected<std::vector<std::string>> getCpuNames(llvm::StringRef triple);

} // namespace attnc
