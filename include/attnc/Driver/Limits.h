// Limits on model files, for every tool that reads one: before MLIR's parser and after it.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <optional>
#include <string>

namespace attnc {

/// What a model text may hold. MLIR's parser recurses and expands without bounds of its own.
struct SourceLimits {
  uint64_t fileBytes = 64 << 20;
  /// Open brackets of any kind at one place, those inside expanded aliases included.
  unsigned nesting = 256;
  uint64_t tokenBytes = 64 << 10;
  unsigned literalDigits = 40;
  unsigned aliases = 10000;
  /// Size of the text with every alias written out.
  uint64_t expandedBytes = 64 << 20;
  /// Text of all dense, sparse and array constants and binary blobs together.
  uint64_t payloadBytes = 16 << 20;
  unsigned affineOperators = 1024;
};

struct SourceProblem {
  enum class Kind {
    /// Not a text that can be read: bytecode, UTF-16, NUL bytes.
    NotText,
    /// Over one of the SourceLimits.
    OverLimit
  };
  Kind kind;
  /// Where, in bytes from the start of the text.
  size_t offset;
  std::string message;
};

/// The first reason not to hand `text` to MLIR's parser, in one pass without recursion.
std::optional<SourceProblem> scanSource(llvm::StringRef text, const SourceLimits &limits = {});

/// What a parsed module may hold. (Regions of attn ops have a limit in their verifier.)
struct ModuleLimits {
  uint64_t operations = 1000000;
  unsigned integerWidth = 64;
  /// Elements of a static shape; the product is checked for overflow.
  uint64_t elements = uint64_t(1) << 62;
};

/// Emits an error at the first op that is over a limit.
mlir::LogicalResult checkModuleLimits(mlir::ModuleOp module, const ModuleLimits &limits = {});

} // namespace attnc
