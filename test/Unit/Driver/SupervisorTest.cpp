// Every way a supervised child can end, and what the supervisor makes of it.
#include "attnc/Driver/Supervisor.h"

#include "attnc/Driver/ExitCode.h"

#include "llvm/Support/ErrorHandling.h"
#include "gtest/gtest.h"

#include <sys/resource.h>
#include <thread>
#include <unistd.h>
#include <vector>

using namespace attnc;

namespace {

constexpr int kLimit = static_cast<int>(ExitCode::Limit);
constexpr int kInternal = static_cast<int>(ExitCode::Internal);

WorkerOutcome run(llvm::function_ref<int(WorkerReport &)> work,
                  const std::optional<ResourceLimits> &limits = std::nullopt) {
  return Supervisor().run(work, limits);
}

TEST(Supervisor, PassesExitCodesOn) {
  for (int code : {0, 1, 3, 5}) {
    WorkerOutcome outcome = run([&](WorkerReport &) { return code; });
    EXPECT_EQ(outcome.exitCode, code);
    EXPECT_EQ(outcome.reason, "");
  }
}

TEST(Supervisor, SaysWhatTheChildExplained) {
  WorkerOutcome outcome = run([](WorkerReport &report) {
    report.enter("tiled");
    report.explain("pass 'x' left invalid IR");
    return kInternal;
  });
  EXPECT_EQ(outcome.exitCode, kInternal);
  EXPECT_EQ(outcome.reason, "pass 'x' left invalid IR at 'tiled'");
}

TEST(Supervisor, CutsLongReports) {
  WorkerOutcome outcome = run([](WorkerReport &report) {
    report.enter(std::string(1000, 'e'));
    report.explain(std::string(10000, 'r'));
    return kInternal;
  });
  EXPECT_EQ(outcome.exitCode, kInternal);
  EXPECT_LT(outcome.reason.size(), 700u);
}

TEST(Supervisor, TurnsACrashIntoAnInternalError) {
  WorkerOutcome outcome = run([](WorkerReport &report) -> int {
    report.enter("vector");
    std::raise(SIGSEGV);
    return 0;
  });
  EXPECT_EQ(outcome.exitCode, kInternal);
  EXPECT_EQ(outcome.reason, "signal 11 (Segmentation fault) at 'vector'");
  EXPECT_EQ(run([](WorkerReport &) -> int { std::abort(); }).reason, "signal 6 (Aborted)");
}

/// Deeper than any stack.
int recurse(volatile int depth) { return depth == -1 ? 0 : recurse(depth + 1) + depth; }

TEST(Supervisor, SurvivesAnOverflowOfTheStack) {
  WorkerOutcome outcome = run([](WorkerReport &) { return recurse(0); });
  EXPECT_EQ(outcome.exitCode, kInternal);
  EXPECT_TRUE(llvm::StringRef(outcome.reason).contains("Segmentation fault")) << outcome.reason;
}

TEST(Supervisor, KeepsTheMessageOfAFatalErrorOfLLVM) {
  WorkerOutcome outcome = run([](WorkerReport &report) -> int {
    report.enter("codegen");
    llvm::report_fatal_error("cannot select");
  });
  EXPECT_EQ(outcome.exitCode, kInternal);
  EXPECT_EQ(outcome.reason, "cannot select at 'codegen'");
}

#ifndef __SANITIZE_ADDRESS__
TEST(Supervisor, BoundsMemory) {
  ResourceLimits limits;
  limits.memoryBytes = 1 << 30;
  WorkerOutcome outcome = run(
      [](WorkerReport &) {
        std::vector<std::vector<char>> all;
        while (true)
          all.emplace_back(64 << 20, 'x');
        return 0;
      },
      limits);
  EXPECT_EQ(outcome.exitCode, kLimit);
}
#endif

TEST(Supervisor, TakesAnImpossibleAllocationForABug) {
  WorkerOutcome outcome = run([](WorkerReport &report) {
    report.enter("parse");
    std::vector<char> all(size_t(1) << 60);
    return all[5] == 0;
  });
  EXPECT_EQ(outcome.exitCode, kInternal);
  EXPECT_EQ(outcome.reason, "an impossible amount of memory was asked for at 'parse'");
}

TEST(Supervisor, BoundsTime) {
  ResourceLimits limits;
  limits.cpuSeconds = 1;
  WorkerOutcome outcome = run(
      [](WorkerReport &report) {
        report.enter("optimize");
        for (volatile int i = 0;; i = i + 1)
          ;
        return 0;
      },
      limits);
  EXPECT_EQ(outcome.exitCode, kLimit);
  EXPECT_EQ(outcome.reason, "took more than 1 s of CPU time at 'optimize'");
}

TEST(Supervisor, TakesSIGKILLForALackOfMemory) {
  WorkerOutcome outcome = run([](WorkerReport &) {
    std::raise(SIGKILL);
    return 0;
  });
  EXPECT_EQ(outcome.exitCode, kLimit);
  EXPECT_TRUE(llvm::StringRef(outcome.reason).contains("memory")) << outcome.reason;
}

TEST(Supervisor, DoesNotDumpCore) {
  rlimit limit;
  getrlimit(RLIMIT_CORE, &limit);
  WorkerOutcome outcome = run([](WorkerReport &) {
    rlimit inside;
    getrlimit(RLIMIT_CORE, &inside);
    return inside.rlim_cur == 0 ? 0 : 1;
  });
  EXPECT_EQ(outcome.exitCode, 0);
  rlimit after;
  getrlimit(RLIMIT_CORE, &after);
  EXPECT_EQ(after.rlim_cur, limit.rlim_cur);
}

/// Sends this process a signal while a child waits, and returns how that ended.
WorkerOutcome interruptWith(int number) {
  Supervisor supervisor;
  // Blocked here as in the supervisor, so that the thread cannot take the signal.
  pid_t self = ::getpid();
  std::thread sender([&] {
    ::usleep(200000);
    ::kill(self, number);
  });
  WorkerOutcome outcome = supervisor.run([](WorkerReport &) {
    while (true)
      ::pause();
    return 0;
  });
  sender.join();
  return outcome;
}

TEST(Supervisor, KillsTheChildOnAnInterrupt) {
  EXPECT_EQ(interruptWith(SIGINT).exitCode, 130);
  EXPECT_EQ(interruptWith(SIGTERM).exitCode, 143);
  EXPECT_EQ(interruptWith(SIGHUP).exitCode, 129);
}

TEST(Supervisor, HoldsAnInterruptBackOutsideOfRun) {
  EXPECT_EXIT(
      {
        {
          Supervisor supervisor;
          std::raise(SIGTERM);
          ::write(STDERR_FILENO, "cleaned up", 10);
        }
        ::_exit(0);
      },
      testing::KilledBySignal(SIGTERM), "cleaned up");
}

} // namespace
