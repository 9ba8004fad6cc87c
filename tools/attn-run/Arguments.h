// The arguments of one call: tensors from files or random numbers, scalars, and poisoned outputs.
#pragma once

#include "Library.h"
#include "Options.h"

namespace attnrun {

/// Memory for a tensor, which may end where an unreadable page begins.
class TensorMemory {
public:
  TensorMemory() = default;
  TensorMemory(TensorMemory &&other) { *this = std::move(other); }
  TensorMemory &operator=(TensorMemory &&other);
  ~TensorMemory();

  /// Returns whether there was enough memory.
  bool allocate(size_t bytes, bool guard);
  char *data() const { return start; }

private:
  char *start = nullptr;
  char *mapping = nullptr;
  size_t mappedBytes = 0;
};

/// One argument, ready to be passed.
struct Argument {
  const attnc_arg *spec = nullptr;
  attnc::ElementType type = attnc::ElementType::F32;
  std::vector<int64_t> shape;
  TensorMemory memory; // of the tensor, or of the scalar's value
  DLTensor tensor{};
};

/// All arguments of a call of `metadata`. Whether they fit together is the library's own check;
/// here only what stands in no file is found out: the shapes of outputs.
class ArgumentList {
public:
  ArgumentList(const attnc_metadata &metadata, const Options &options)
      : metadata(metadata), options(options), arguments(size_t(metadata.num_args)) {}

  /// Returns kSuccess, or the exit code of what `error` describes.
  int prepare(std::string &error);

  /// Fills every output with the bytes 0xff, which are NaN in each float type.
  void poisonOutputs();

  /// For f_argv.
  std::vector<void *> getArgv();

  /// The outputs in order.
  std::vector<const Argument *> getOutputs() const;

private:
  int prepareInput(Argument &argument, std::string &error);
  int prepareFromFile(Argument &argument, const std::string &path, std::string &error);
  int prepareScalar(Argument &argument, const std::string &text, std::string &error);
  int prepareRandom(Argument &argument, std::string &error);
  int prepareOutput(Argument &argument, std::string &error);
  int findShape(Argument &argument, std::string &error) const;
  int allocate(Argument &argument, std::string &error);
  bool findSymbol(int64_t wanted, int64_t &size) const;
  int checkCounts(std::string &error) const;
  std::string describe(const Argument &argument) const;

  const attnc_metadata &metadata;
  const Options &options;
  std::vector<Argument> arguments;
  size_t inputsTaken = 0;
  uint64_t randomState = 0;
};

} // namespace attnrun
