// Which names a C interface may use.
#pragma once

#include "llvm/ADT/StringRef.h"

#include <string>

namespace attnc {

/// Why `name` cannot be a parameter of a C function, as the end of a sentence ("is a keyword of C
/// or C++"), or "" where it can. `call` is reserved for the last parameter of every entry point.
std::string getParameterNameProblem(llvm::StringRef name);

/// The same for the name of an exported function, which must also stay clear of the C library.
std::string getFunctionNameProblem(llvm::StringRef name);

/// `name` with characters that C does not allow replaced and keywords made harmless; "" where
/// nothing of the name is left.
std::string makeParameterName(llvm::StringRef name);

} // namespace attnc
