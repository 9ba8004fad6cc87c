// What models of attn.selective_scan and attn.causal_conv1d share: batches of sequences in time.
#include "SequenceModel.h"

#include <algorithm>

using namespace grid;
using attnc::ElementType;

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

static void append(std::string &list, const std::string &item) {
  list += (list.empty() ? "" : ", ") + item;
}

void FunctionText::addOperand(const std::string &name, const std::string &type) {
  append(arguments, "%" + name + ": " + type);
  append(operands, "%" + name);
  append(types, type);
}

void FunctionText::addOption(const std::string &name, const std::string &type) {
  append(arguments, "%" + name + ": " + type);
  options += " " + name + "(%" + name + ")";
  append(types, type);
}

void FunctionText::addConstant(const std::string &name, const std::string &type,
                               const std::string &definition) {
  definitions += "  %" + name + " = " + definition + " : " + type + "\n";
  append(operands, "%" + name);
  append(types, type);
}

void FunctionText::addAttribute(const std::string &attribute) { append(attributes, attribute); }

void FunctionText::addResult(const std::string &type) {
  append(results, type);
  ++numResults;
}

std::string FunctionText::build(const std::string &function, const std::string &op) const {
  const std::string names = numResults == 1 ? "%r0" : "%r0, %r1";
  const std::string resultTypes = numResults == 1 ? results : "(" + results + ")";
  return "func.func @" + function + "(" + arguments + ") -> " + resultTypes + " {\n" + definitions +
         "  " + names + " = " + op + " " + operands + options +
         (attributes.empty() ? "" : " {" + attributes + "}") + "\n    : (" + types + ") -> " +
         resultTypes + "\n  return " + names + " : " + results + "\n}\n";
}

std::string grid::makeTensorType(const std::vector<int64_t> &sizes, ElementType type) {
  std::string text = "tensor<";
  for (int64_t size : sizes)
    text += (size < 0 ? "?" : std::to_string(size)) + "x";
  return text + (type == ElementType::Bool ? "i1" : attnc::getName(type)) + ">";
}

void SequenceModel::addSequenceOptions(FunctionText &text) const {
  if (hasReset)
    text.addOption("reset", makeTensorType({getStaticBatch(), staticLength}, ElementType::Bool));
  if (hasSequences)
    text.addOption("cu_seqlens", makeTensorType({staticSequences < 0 ? -1 : staticSequences + 1},
                                                ElementType::I32));
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// The smallest, primes, edges of tiles of 32 to 128 steps, and longer ones.
static const std::vector<int64_t> kLengths = {
    0,  1,  2,  3,  5,  7,   13,  17,  31,  32,  33,  37,  47,  61,  63,  64, 65,
    79, 89, 95, 96, 97, 113, 127, 128, 129, 151, 191, 192, 193, 211, 257, 300};

/// Products of a step size and a state that a point may have: the reference computes them one by
/// one.
static constexpr int64_t kMaxWork = 1 << 19;

Sequences::Sequences(const SequenceModel &model, int64_t point, int64_t workPerStep,
                     Random &random) {
  // Every model walks the lengths from another start, so that all occur.
  const size_t turn = size_t(model.number * 4 + point * 3);
  length = model.staticLength >= 0 ? model.staticLength : kLengths[turn % kLengths.size()];
  const int64_t staticBatch = model.getStaticBatch();
  batch = staticBatch >= 0 ? staticBatch : random.oneIn(20) ? 0 : random.range(1, 3);
  while (model.staticLength < 0 && batch * length * workPerStep > kMaxWork) {
    if (batch > 1 && staticBatch < 0)
      --batch;
    else
      length = random.range(1, length - 1);
  }
  states = batch;
  if (!model.hasSequences)
    return;
  states = model.staticSequences >= 0 ? model.staticSequences : random.range(0, 5);
  chooseBoundaries(random);
}

void Sequences::chooseBoundaries(Random &random) {
  // Often at the edges of tiles, often equal: empty sequences.
  for (int64_t n = 0; n <= states; ++n)
    boundaries.push_back(
        std::min(random.oneIn(2) ? random.range(0, length) : random.pick(kLengths), length));
  std::sort(boundaries.begin(), boundaries.end());
  const int64_t kind = random.range(0, 5);
  boundaryKind = kind <= 2 ? "covering" : kind == 3 ? "gaps" : kind == 4 ? "clamped" : "decreasing";
  if (kind <= 2) {
    boundaries.front() = 0;
    boundaries.back() = states > 0 ? length : 0;
  } else if (kind == 4) {
    boundaries.front() = -random.pick<int64_t>({1, 1000, 2147483648});
    boundaries.back() = states > 0 ? length + random.pick<int64_t>({1, 70, 100000}) : -1;
  } else if (kind == 5) {
    for (int64_t &boundary : boundaries)
      boundary = random.range(-10, 2 * length + 10);
    areOrdered = std::is_sorted(boundaries.begin(), boundaries.end());
  }
}

std::string Sequences::describe() const {
  std::string text = "B" + std::to_string(batch) + " L" + std::to_string(length);
  if (boundaries.empty())
    return text;
  text += std::string(" ") + boundaryKind;
  for (int64_t boundary : boundaries)
    text += " " + std::to_string(boundary);
  return text;
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

StridedTensor Sequences::makeReset(Random &random) const {
  StridedTensor reset(ElementType::Bool, {batch, length},
                      random.pick({Layout::Compact, Layout::Padded}), random);
  const int64_t kind = random.range(0, 9), rarity = random.pick<int64_t>({2, 10, 40});
  fillTensor(reset, [&](int64_t i) {
    if (kind == 0)
      return 0;
    if (kind == 1)
      return 1;
    const int64_t time = i % length;
    return int(random.oneIn(rarity) || (time % 32 == 0 && random.oneIn(3)));
  });
  return reset;
}

void Sequences::addTensors(const SequenceModel &model, Random &random, Call &call) const {
  if (model.hasReset)
    call.tensors.push_back(makeReset(random));
  if (!model.hasSequences)
    return;
  call.tensors.emplace_back(ElementType::I32, std::vector<int64_t>{states + 1}, Layout::Compact,
                            random);
  fillTensor(call.tensors.back(), [&](int64_t i) { return double(boundaries[size_t(i)]); });
}

Layout grid::chooseInputLayout(Random &random) {
  return random.pick({Layout::Compact, Layout::Compact, Layout::Transposed, Layout::Fused,
                      Layout::Padded, Layout::Padded, Layout::SharedBatch});
}

Layout grid::chooseOutputLayout(Random &random) {
  return random.pick({Layout::Compact, Layout::Transposed, Layout::Fused, Layout::Padded});
}
