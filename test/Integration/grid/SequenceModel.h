// What models of attn.selective_scan and attn.causal_conv1d share: batches of sequences in time.
#pragma once

#include "Model.h"

namespace grid {

/// The text of a function around one op. Operands become arguments of the same names.
class FunctionText {
public:
  /// A positional operand.
  void addOperand(const std::string &name, const std::string &type);
  /// `name` '(' %name ')'
  void addOption(const std::string &name, const std::string &type);
  /// A positional operand that is `definition`, an op of the function, and no argument.
  void addConstant(const std::string &name, const std::string &type, const std::string &definition);
  void addAttribute(const std::string &attribute);
  void addResult(const std::string &type);
  std::string build(const std::string &function, const std::string &op) const;

private:
  std::string arguments, definitions, operands, options, types, attributes, results;
  int numResults = 0;
};

/// "tensor<?x8xf32>"; a size of -1 is dynamic.
std::string makeTensorType(const std::vector<int64_t> &sizes, attnc::ElementType type);

inline std::vector<int64_t> joinSizes(std::vector<int64_t> front,
                                      const std::vector<int64_t> &back) {
  front.insert(front.end(), back.begin(), back.end());
  return front;
}

/// Sizes and options of sequences that a model fixes.
class SequenceModel : public Model {
public:
  /// -1: each call has its own.
  int64_t staticBatch = -1, staticLength = -1, staticSequences = -1;
  bool hasInit = false, hasReset = false, hasSequences = false;

  /// The batch as types have it: packed sequences are rows of one entry.
  int64_t getStaticBatch() const { return hasSequences ? 1 : staticBatch; }
  /// S as types have it.
  int64_t getStaticStates() const { return hasSequences ? staticSequences : staticBatch; }
  /// The options reset and cu_seqlens.
  void addSequenceOptions(FunctionText &text) const;
};

/// The sequences of one call.
class Sequences {
public:
  /// `workPerStep` is what the reference does for a step of one batch entry.
  Sequences(const SequenceModel &model, int64_t point, int64_t workPerStep, Random &random);

  int64_t batch, length;
  /// S: of init and of the last state.
  int64_t states;
  /// Whether the numbers of cu_seqlens do not decrease.
  bool areOrdered = true;

  std::string describe() const;
  /// Adds reset and cu_seqlens where the model has them.
  void addTensors(const SequenceModel &model, Random &random, Call &call) const;

private:
  void chooseBoundaries(Random &random);
  StridedTensor makeReset(Random &random) const;

  std::vector<int64_t> boundaries;
  const char *boundaryKind = "";
};

/// A layout for a tensor that is read, or one for a tensor that is written.
Layout chooseInputLayout(Random &random);
Layout chooseOutputLayout(Random &random);

/// Fills a tensor with the values of `make(linear index)`.
template <typename Make> void fillTensor(const StridedTensor &tensor, Make make) {
  for (int64_t i = 0, e = tensor.getNumElements(); i < e; ++i)
    attnc::storeElement(tensor.getType(), tensor.at(i), make(i));
}

} // namespace grid
