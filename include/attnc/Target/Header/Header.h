// Writes the C header of a module's functions: C99, and C++17 as well.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/raw_ostream.h"

namespace attnc {

/// Writes a header that declares f, f_argv, f_metadata and f_workspace of every function of
/// `module` that has a C interface (after attn-plan-interface, at any later level). `fileName` is
/// the base name of the header and gives the include guard. Fails, with a diagnostic, where an
/// interface is malformed.
llvm::LogicalResult writeHeader(mlir::ModuleOp module, llvm::StringRef fileName,
                                llvm::raw_ostream &os);

} // namespace attnc
