// Files and numbers of the command line as arguments of a function, and results as files.
#pragma once

#include "Options.h"

#include "attnc/Support/Npy.h"
#include "attnc/Target/Reference/Tensor.h"

namespace attnref {

/// Reads the argument of type `type`. On failure returns the reason, which begins with `name`
/// ("argument 1") or the file's path.
std::string readArgument(const InputOption &option, const std::string &name, mlir::Type type,
                         attnc::reference::Tensor &argument);

/// Writes a tensor as `storage`, to which floats are rounded. Returns an empty string or the
/// reason.
std::string writeResult(const std::string &path, attnc::ElementType storage,
                        const attnc::reference::Tensor &result);

} // namespace attnref
