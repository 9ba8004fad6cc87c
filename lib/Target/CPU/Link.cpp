// Links shared libraries with LLD, whose ELF driver is part of this process.
#include "attnc/Target/CPU/Link.h"

#include "lld/Common/Driver.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <mutex>

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace attnc;

/// What the runtime exports besides the entry points: both are weak, and an application may bring
/// its own attnc_parallel_for.
constexpr StringLiteral kRuntimeExports[] = {"attnc_last_error", "attnc_parallel_for"};

/// The first of `candidates` that exists; the error lists them.
static Expected<std::string> findFile(StringRef what, ArrayRef<std::string> candidates) {
  for (const std::string &path : candidates)
    if (sys::fs::exists(path))
      return path;
  return createStringError(what + " not found; tried " + join(candidates, ", "));
}

/// The C library `name` (as libc.so.6) for `triple`. Linked by path: a machine that only runs
/// programs has no libc.so.
static Expected<std::string> findSystemLibrary(const Triple &triple, StringRef name) {
  StringRef arch = triple.getArch() == Triple::x86_64 ? "x86_64" : "aarch64";
  std::string multiarch = (arch + "-linux-gnu").str();
  std::vector<std::string> folders;
  if (Triple(sys::getProcessTriple()).getArch() == triple.getArch())
    folders = {"/lib/" + multiarch, "/usr/lib/" + multiarch, "/lib64", "/usr/lib64", "/lib",
               "/usr/lib"};
  folders.push_back("/usr/" + multiarch + "/lib");
  for (std::string &folder : folders)
    folder += ("/" + name).str();
  return findFile(name, folders);
}

Expected<std::string> attnc::findRuntimeLibrary(StringRef tripleName) {
  Triple triple(tripleName);
  if (Triple(sys::getProcessTriple()).getArch() != triple.getArch())
    return createStringError("there is no runtime library for '" + tripleName +
                             "' here; write an object (-c) and link it with libattnc_rt.a there");
  // Any address in this executable tells where it is.
  std::string executable =
      sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&findRuntimeLibrary));
  SmallString<256> beside(sys::path::parent_path(sys::path::parent_path(executable)));
  sys::path::append(beside, "lib", "libattnc_rt.a");
  return findFile("libattnc_rt.a", {beside.str().str(), ATTNC_BUILT_RUNTIME});
}

Expected<std::vector<std::string>> attnc::getLinkCommand(const LinkOptions &options) {
  Triple triple(options.triple);
  std::vector<std::string> command = {
      "ld.lld", "-shared", "-m", triple.getArch() == Triple::x86_64 ? "elf_x86_64" : "aarch64linux",
      // Addresses become read-only once the loader is done; nothing on the stack runs.
      "-z", "relro", "-z", "now", "-z", "noexecstack",
      // A symbol that nobody defines is an error here, not when the library is loaded.
      "-z", "defs", "--gc-sections", "--build-id=none", "--hash-style=gnu", "--eh-frame-hdr",
      "--version-script=" + options.versionScript, "-o", options.output};
  if (!options.soname.empty())
    command.push_back("-soname=" + options.soname);
  command.insert(command.end(), options.objects.begin(), options.objects.end());
  command.push_back(options.runtimeLibrary);
  command.push_back("--as-needed");
  for (StringRef name : {"libm.so.6", "libc.so.6"}) {
    Expected<std::string> path = findSystemLibrary(triple, name);
    if (!path)
      return path.takeError();
    command.push_back(std::move(*path));
  }
  return command;
}

static Error writeVersionScript(const LinkOptions &options) {
  std::error_code error;
  raw_fd_ostream os(options.versionScript, error);
  if (!error) {
    os << "{\n  global:\n";
    for (const std::string &symbol : options.exports)
      os << "    " << symbol << ";\n";
    for (StringRef symbol : kRuntimeExports)
      os << "    " << symbol << ";\n";
    os << "  local:\n    *;\n};\n";
    os.close();
    error = os.error();
    os.clear_error();
  }
  if (error)
    return createStringError(error,
                             "cannot write '" + options.versionScript + "': " + error.message());
  return Error::success();
}

Error attnc::linkSharedLibrary(const LinkOptions &options) {
  Expected<std::vector<std::string>> command = getLinkCommand(options);
  if (!command)
    return command.takeError();
  if (Error error = writeVersionScript(options))
    return error;
  std::vector<const char *> arguments;
  for (const std::string &argument : *command)
    arguments.push_back(argument.c_str());

  static std::mutex mutex;
  static bool canRun = true;
  std::lock_guard<std::mutex> lock(mutex);
  if (!canRun)
    return createStringError("the linker failed before and cannot run again in this process");
  std::string output, messages;
  raw_string_ostream outputStream(output), messageStream(messages);
  lld::Result result =
      lld::lldMain(arguments, outputStream, messageStream, {{lld::Gnu, &lld::elf::link}});
  canRun = result.canRunAgain;
  if (result.retCode == 0)
    return Error::success();
  sys::fs::remove(options.output);
  return createStringError("linking failed: " + StringRef(messages).rtrim());
}
