// Links an object of ours with the artifact runtime to a shared library, by LLD in this process.
#pragma once

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace attnc {

/// What goes into a link. Paths are files that exist; LLD reads and writes files only.
struct LinkOptions {
  /// Target triple of the objects.
  std::string triple;
  /// Object files.
  std::vector<std::string> objects;
  /// The shared library to write. An existing file is overwritten; on error there is no file.
  std::string output;
  /// DT_SONAME of the library, usually the base name of where it ends up. Empty: none.
  std::string soname;
  /// Symbols that the library exports, besides attnc_last_error. Everything else is local.
  std::vector<std::string> exports;
  /// A file that the version script is written to for LLD to read.
  std::string versionScript;
  /// libattnc_rt.a; see findRuntimeLibrary.
  std::string runtimeLibrary;
};

/// The archive libattnc_rt.a for `triple`: ../lib beside the running executable, or the one of the
/// build tree. The error lists the paths tried, or says that the target is not this machine's.
llvm::Expected<std::string> findRuntimeLibrary(llvm::StringRef triple);

/// The linker's command line, "ld.lld" first: what -### prints and what linkSharedLibrary runs.
/// Fails where the C library of the triple is not installed; the error lists the paths tried.
llvm::Expected<std::vector<std::string>> getLinkCommand(const LinkOptions &options);

/// Writes options.versionScript and runs LLD. The error holds what LLD said. LLD keeps state of
/// the whole process, so calls from several threads run one after the other.
llvm::Error linkSharedLibrary(const LinkOptions &options);

} // namespace attnc
