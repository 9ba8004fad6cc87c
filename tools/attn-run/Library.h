// A library that attnc made: its functions and their metadata.
#pragma once

#include "attnc-c/runtime.h"
#include "attnc/Support/ElementType.h"

#include <optional>
#include <string>
#include <vector>

namespace attnrun {

/// One exported function.
struct Function {
  const attnc_metadata *metadata;
  int (*call)(void **argv, const attnc_call *call);
  int64_t (*getWorkspace)(const attnc_call *call);
};

/// An open library; closed at the end of the scope.
class Library {
public:
  Library() = default;
  Library(const Library &) = delete;
  ~Library();

  /// Loads `path`, which is never searched for: without a slash it is in the current directory.
  /// Returns an empty string or the reason.
  std::string open(const std::string &path);

  /// Finds a function by name; an empty name means the only one. Returns an empty string or the
  /// reason.
  std::string find(const std::string &name, Function &function) const;

  /// The library's sentence on its last failure.
  std::string getLastError() const;

  const std::vector<std::string> &getFunctionNames() const { return names; }

private:
  std::string path;
  void *handle = nullptr;
  std::vector<std::string> names;
};

/// Returns an empty string, or why this attn-run cannot call the function.
std::string checkAbi(const Function &function);

/// What the negative size `size` in a shape stands for; its base is itself where it is no sum. A
/// library that does not name its symbols has N1, N2, ...
struct Symbol {
  std::string name;
  int64_t base, plus;
};
Symbol getSymbol(const attnc_metadata &metadata, int64_t size);

/// The element type of a DLPack type, if attnc has one for it.
std::optional<attnc::ElementType> getElementType(DLDataType type);
/// The DLPack type of an element type.
DLDataType getDLType(attnc::ElementType type);

/// Prints the functions of the library, for people or as JSON; dynamic sizes are symbols ("S+1").
/// Returns an empty string or the reason.
std::string printInfo(const Library &library, bool json);

} // namespace attnrun
