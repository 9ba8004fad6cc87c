// The command line of attnc: from arguments to CompileOptions.
#pragma once

#include "attnc/Driver/Compile.h"

#include "llvm/ADT/ArrayRef.h"

#include <optional>

namespace attnc {

/// The options of a compilation, or nothing when all is done: --help and the like (`exitCode`
/// Success), or an error that has been printed to standard error.
struct CommandLine {
  std::optional<CompileOptions> options;
  int exitCode;
};

/// `arguments` are those of main, the name of the program first.
CommandLine parseCommandLine(llvm::ArrayRef<const char *> arguments);

} // namespace attnc
