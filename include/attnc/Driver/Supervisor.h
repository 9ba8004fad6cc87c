// Runs work in a child process, so that its crash, its hunger or an interrupt ends only the child.
#pragma once

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>

namespace attnc {

/// Bounds of a child that works on input from someone else.
struct ResourceLimits {
  uint64_t memoryBytes = uint64_t(4) << 30;
  uint64_t cpuSeconds = 120;
  uint64_t fileBytes = uint64_t(1) << 30;
};

/// What a child leaves for its supervisor, in memory that both see.
class WorkerReport {
public:
  /// Names the step that the child is at now.
  virtual void enter(llvm::StringRef step) = 0;
  /// Says why the child is about to end with ExitCode::Internal.
  virtual void explain(llvm::StringRef reason) = 0;

protected:
  ~WorkerReport() = default;
};

/// How a child ended.
struct WorkerOutcome {
  /// Its exit code; Internal for a crash, Limit for one that met a limit of the system, 128 + n
  /// when signal n interrupted the supervisor.
  int exitCode;
  /// For Internal and Limit: what happened and at which step, as the end of a sentence. Empty where
  /// the child has reported a limit itself.
  std::string reason;
};

/// While an object of this class lives, SIGINT, SIGTERM and SIGHUP are held back, except in the
/// child of run, where they kill. A signal held back is delivered afterwards.
class Supervisor {
public:
  Supervisor();
  ~Supervisor();
  Supervisor(const Supervisor &) = delete;
  Supervisor &operator=(const Supervisor &) = delete;

  /// Runs `work` in a child process and waits for it. The process must have one thread. Memory that
  /// runs out ends the child with ExitCode::Limit, a fatal error of LLVM with ExitCode::Internal.
  WorkerOutcome run(llvm::function_ref<int(WorkerReport &)> work,
                    const std::optional<ResourceLimits> &limits = std::nullopt);

private:
  sigset_t previousMask;
};

} // namespace attnc
