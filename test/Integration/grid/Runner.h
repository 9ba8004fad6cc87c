// Compiles a configuration, calls it and judges the results against the reference.
#pragma once

#include "Inputs.h"
#include "SeededCompiler.h"

#include "attnc/Analysis/CpuTarget.h"

#include <memory>

namespace grid {

struct PointResult {
  /// Empty when all is well, else what was wrong.
  std::string failure;
  /// Largest error of the output over its bound, and the rms of that; of the lse, the largest error
  /// over its bound and over 1 + |expected|.
  double maxRatio = 0, rmsRatio = 0, lseRatio = 0, lseError = 0;
};

/// One configuration: a loaded library and a reference module. Used by one thread at a time.
class Runner {
public:
  /// `folder` is where the library is written; it is removed again as soon as it is loaded. With a
  /// `bug`, the library has it.
  Runner(const Configuration &configuration, const attnc::CpuTarget &target,
         const std::string &folder, const attnc::test::SeededBug *bug = nullptr);
  ~Runner();

  /// Empty, or why the configuration cannot be run: what the compiler or the loader said.
  const std::string &getError() const { return error; }
  /// False where the model has no place for the bug; nothing can be run then.
  bool isApplicable() const { return applicable; }
  PointResult run(const Point &point, uint64_t seed);

private:
  struct State;
  std::string error;
  bool applicable = true;
  std::unique_ptr<State> state;
};

} // namespace grid
