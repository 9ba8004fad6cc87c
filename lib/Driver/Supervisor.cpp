// Forks the worker, bounds it, and turns every way it can end into an exit code and a sentence.
#include "attnc/Driver/Supervisor.h"

#include "attnc/Driver/ExitCode.h"

#include "llvm/Support/Errno.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>
#include <new>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace attnc;
using llvm::StringRef;

namespace {

/// The report in shared memory: plain bytes, as the child may die at any moment.
class SharedReport final : public WorkerReport {
public:
  void enter(StringRef name) override { set(step, name); }
  void explain(StringRef text) override { set(reason, text); }

  StringRef getStep() const { return StringRef(step, strnlen(step, sizeof(step))); }
  StringRef getReason() const { return StringRef(reason, strnlen(reason, sizeof(reason))); }

private:
  template <size_t size> static void set(char (&field)[size], StringRef text) {
    size_t length = std::min(text.size(), size - 1);
    std::memcpy(field, text.data(), length);
    field[length] = 0;
  }

  char step[64] = {};
  char reason[512] = {};
};

constexpr uint64_t stackBytes = 8 << 20;

} // namespace

static sigset_t makeSignalSet(std::initializer_list<int> signals) {
  sigset_t set;
  sigemptyset(&set);
  for (int number : signals)
    sigaddset(&set, number);
  return set;
}

Supervisor::Supervisor() {
  // A parent that ignores SIGCHLD would hide how the child ended.
  std::signal(SIGCHLD, SIG_DFL);
  sigset_t held = makeSignalSet({SIGINT, SIGTERM, SIGHUP, SIGCHLD});
  sigprocmask(SIG_BLOCK, &held, &previousMask);
}

Supervisor::~Supervisor() { sigprocmask(SIG_SETMASK, &previousMask, nullptr); }

/// The report of this process, once it is a child.
static SharedReport *childReport = nullptr;

/// LLVM and the C++ library report out of memory here. Nothing may be allocated any more.
[[noreturn]] static void endOutOfMemory(void *, const char *, bool) {
  rlimit limit;
  getrlimit(RLIMIT_AS, &limit);
  if (limit.rlim_cur == RLIM_INFINITY) {
    // The system gives what it does not have and kills later. What it refuses made no sense.
    childReport->explain("an impossible amount of memory was asked for");
    ::_exit(static_cast<int>(ExitCode::Internal));
  }
  constexpr char message[] = "attnc: error: out of memory\n";
  ssize_t ignored = ::write(STDERR_FILENO, message, sizeof(message) - 1);
  (void)ignored;
  ::_exit(static_cast<int>(ExitCode::Limit));
}

[[noreturn]] static void endFatally(void *, const char *reason, bool) {
  childReport->explain(reason);
  ::_exit(static_cast<int>(ExitCode::Internal));
}

static void setLimit(int resource, uint64_t value) {
  rlimit limit;
  getrlimit(resource, &limit);
  limit.rlim_cur = std::min<rlim_t>(value, limit.rlim_max);
  setrlimit(resource, &limit);
}

/// Passes of MLIR and LLVM recurse; they are written for the usual stack.
static bool ensureStack() {
  rlimit limit;
  getrlimit(RLIMIT_STACK, &limit);
  if (limit.rlim_cur < stackBytes)
    setLimit(RLIMIT_STACK, stackBytes);
  getrlimit(RLIMIT_STACK, &limit);
  return limit.rlim_cur >= stackBytes;
}

static void bound(const ResourceLimits &limits) {
#ifndef __SANITIZE_ADDRESS__ // its shadow memory alone is larger
  setLimit(RLIMIT_AS, limits.memoryBytes);
#endif
  setLimit(RLIMIT_CPU, limits.cpuSeconds);
  setLimit(RLIMIT_FSIZE, limits.fileBytes);
  prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

[[noreturn]] static void runChild(llvm::function_ref<int(WorkerReport &)> work,
                                  const std::optional<ResourceLimits> &limits, SharedReport *report,
                                  pid_t supervisor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != supervisor)
    ::_exit(static_cast<int>(ExitCode::Internal));
  setLimit(RLIMIT_CORE, 0);
  // A write beyond a file size limit shall fail, not kill.
  std::signal(SIGXFSZ, SIG_IGN);
  llvm::remove_fatal_error_handler();
  childReport = report;
  llvm::install_fatal_error_handler(endFatally);
  llvm::remove_bad_alloc_error_handler();
  llvm::install_bad_alloc_error_handler(endOutOfMemory);
  std::set_new_handler([] { endOutOfMemory(nullptr, nullptr, false); });
  int code = static_cast<int>(ExitCode::Limit);
  if (!ensureStack()) {
    llvm::errs() << "attnc: error: the stack is limited to less than " << (stackBytes >> 10)
                 << " kB (ulimit -s)\n";
  } else {
    if (limits)
      bound(*limits);
    code = work(*report);
  }
  llvm::errs().flush();
  // No destructors: the objects are the supervisor's.
  ::_exit(code);
}

static WorkerOutcome makeOutcome(int status, const SharedReport &report,
                                 const std::optional<ResourceLimits> &limits) {
  std::string at = report.getStep().empty() ? "" : (" at '" + report.getStep() + "'").str();
  if (WIFEXITED(status)) {
    int code = WEXITSTATUS(status);
    bool isInternal = code == static_cast<int>(ExitCode::Internal);
    StringRef reason = report.getReason().empty() ? "failed" : report.getReason();
    return {code, isInternal ? reason.str() + at : ""};
  }
  int signal = WTERMSIG(status);
  if (signal == SIGXCPU)
    return {static_cast<int>(ExitCode::Limit), "took more than " +
                                                   std::to_string(limits ? limits->cpuSeconds : 0) +
                                                   " s of CPU time" + at};
  if (signal == SIGKILL)
    return {static_cast<int>(ExitCode::Limit),
            "was killed" + at + ", most likely because memory ran out"};
  return {static_cast<int>(ExitCode::Internal),
          "signal " + std::to_string(signal) + " (" + ::strsignal(signal) + ")" + at};
}

WorkerOutcome Supervisor::run(llvm::function_ref<int(WorkerReport &)> work,
                              const std::optional<ResourceLimits> &limits) {
  void *page = ::mmap(nullptr, sizeof(SharedReport), PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED)
    return {static_cast<int>(ExitCode::Limit), "found no memory to begin"};
  auto *report = new (page) SharedReport;
  pid_t supervisor = ::getpid();
  pid_t child = ::fork();
  if (child == 0) {
    sigprocmask(SIG_SETMASK, &previousMask, nullptr);
    runChild(work, limits, report, supervisor);
  }

  WorkerOutcome outcome{static_cast<int>(ExitCode::Limit), "could not start a process"};
  if (child > 0) {
    sigset_t awaited = makeSignalSet({SIGINT, SIGTERM, SIGHUP, SIGCHLD});
    int status = 0, interrupt = 0;
    pid_t ended;
    while ((ended = ::waitpid(child, &status, WNOHANG)) == 0) {
      int received = sigwaitinfo(&awaited, nullptr);
      if (received > 0 && received != SIGCHLD && !interrupt) {
        interrupt = received;
        ::kill(child, SIGKILL);
      }
    }
    if (interrupt)
      outcome = {128 + interrupt, ""};
    else if (ended == child)
      outcome = makeOutcome(status, *report, limits);
    else
      outcome.reason = "lost sight of its process";
  }
  report->~SharedReport();
  ::munmap(page, sizeof(SharedReport));
  return outcome;
}
