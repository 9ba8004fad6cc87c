// Compiles a model, calls it and judges the results against the reference.
#pragma once

#include "Model.h"
#include "SeededCompiler.h"

#include "attnc/Analysis/CpuTarget.h"

namespace grid {

/// How far results were off at most.
struct Measures {
  /// The error of an element over its bound, and the rms of that over a tensor.
  double maxRatio = 0, rmsRatio = 0;
  /// Of log-sum-exps: error over bound, and error over 1 + |expected|.
  std::optional<double> lseRatio, lseError;
  /// Of f32 tensors with a relative limit: rms of the error over rms of the expected values.
  std::optional<double> relativeRms;

  void include(const Measures &other);
  /// "err/B 0.210, rms/B 0.080, lse 4e-07 (0.1 of its bound)"
  std::string describe() const;
};

struct PointResult {
  std::string description;
  /// Empty when all is well, else what was wrong.
  std::string failure;
  Measures measures;
};

/// One model: a loaded library and a reference module. Used by one thread at a time.
class Runner {
public:
  /// `folder` is where the library is written; it is removed again as soon as it is loaded. With a
  /// `bug`, the library has it.
  Runner(const Model &model, const attnc::CpuTarget &target, const std::string &folder,
         const attnc::test::SeededBug *bug = nullptr);
  ~Runner();

  /// Empty, or why the model cannot be run: what the compiler or the loader said.
  const std::string &getError() const { return error; }
  /// False where the model has no place for the bug; nothing can be run then.
  bool isApplicable() const { return applicable; }
  PointResult run(uint64_t seed, int64_t point);

private:
  struct State;
  std::string error;
  bool applicable = true;
  std::unique_ptr<State> state;
};

} // namespace grid
