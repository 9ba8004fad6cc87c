// attnc: compiles a model file to a shared library and its C header.
#include "attnc/Driver/CommandLine.h"
#include "attnc/Driver/Compile.h"

#include "llvm/Support/Process.h"

#include <csignal>

static int run(int argc, char **argv) {
  // Files must not get the number of a standard stream that the caller has closed.
  if (llvm::sys::Process::FixupStandardFileDescriptors())
    return static_cast<int>(attnc::ExitCode::Output);
  // A reader of our output that went away is an error of writing, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  attnc::CommandLine commandLine =
      attnc::parseCommandLine(llvm::ArrayRef<const char *>(argv, argc));
  if (!commandLine.options)
    return commandLine.exitCode;
  return attnc::compile(*commandLine.options);
}

int main(int argc, char **argv) {
  int exitCode = run(argc, argv);
  // Nobody may be reading standard error.
  llvm::errs().clear_error();
  return exitCode;
}
