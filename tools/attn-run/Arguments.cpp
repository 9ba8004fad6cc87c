// Builds the arguments of a call from the command line and the function's metadata.
#include "Arguments.h"

#include "attnc/Support/Npy.h"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>

using namespace attnrun;
using attnc::ElementType;
using attnc::NpyArray;

namespace {

/// SplitMix64: small, and the same on every machine.
uint64_t nextRandom(uint64_t &state) {
  state += 0x9e3779b97f4a7c15;
  uint64_t bits = state;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111eb;
  return bits ^ (bits >> 31);
}

/// In (0, 1].
double nextUniform(uint64_t &state) { return double((nextRandom(state) >> 11) + 1) * 0x1p-53; }

/// Standard normal, by Box and Muller.
double nextNormal(uint64_t &state) {
  const double radius = std::sqrt(-2 * std::log(nextUniform(state)));
  return radius * std::cos(2 * M_PI * nextUniform(state));
}

double nextValue(ElementType type, uint64_t &state) {
  if (attnc::isFloat(type))
    return nextNormal(state);
  return double(nextRandom(state) % (type == ElementType::Bool ? 2 : 8));
}

/// Reads a number of `type` into `value`; false if it is none or out of range.
bool parseScalar(const std::string &text, ElementType type, char *value) {
  char *end;
  errno = 0;
  if (attnc::isFloat(type)) {
    const double number = std::strtod(text.c_str(), &end);
    attnc::storeElement(type, value, number);
    return !*end;
  }
  if (type == ElementType::U64) {
    const uint64_t number = std::strtoull(text.c_str(), &end, 10);
    std::memcpy(value, &number, sizeof(number));
    return !*end && !errno && text.find('-') == std::string::npos;
  }
  const int64_t number = std::strtoll(text.c_str(), &end, 10);
  if (type == ElementType::I64) {
    std::memcpy(value, &number, sizeof(number));
  } else {
    attnc::storeElement(type, value, double(number));
    if (attnc::loadElement(type, value) != double(number))
      return false;
  }
  return !*end && !errno;
}

size_t roundUp(size_t value, size_t unit) { return (value + unit - 1) / unit * unit; }

} // namespace

TensorMemory &TensorMemory::operator=(TensorMemory &&other) {
  std::swap(start, other.start);
  std::swap(mapping, other.mapping);
  std::swap(mappedBytes, other.mappedBytes);
  return *this;
}

TensorMemory::~TensorMemory() {
  if (mapping)
    munmap(mapping, mappedBytes);
}

bool TensorMemory::allocate(size_t bytes, bool guard) {
  const size_t page = size_t(sysconf(_SC_PAGESIZE));
  if (bytes > std::numeric_limits<size_t>::max() / 2)
    return false;
  const size_t usable = roundUp(bytes + 1, page); // an empty tensor has an address, too
  mappedBytes = usable + (guard ? page : 0);
  void *memory =
      mmap(nullptr, mappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED)
    return false;
  mapping = static_cast<char *>(memory);
  start = mapping;
  if (!guard)
    return true;
  start += usable - bytes;
  return mprotect(mapping + usable, page, PROT_NONE) == 0;
}

std::string ArgumentList::describe(const Argument &argument) const {
  return "argument " + std::to_string(argument.spec - metadata.args) + " (" + argument.spec->name +
         ")";
}

int ArgumentList::prepare(std::string &error) {
  randomState = options.seed;
  int code = kSuccess;
  for (int32_t i = 0; i < metadata.num_args && code == kSuccess; ++i) {
    Argument &argument = arguments[size_t(i)];
    argument.spec = &metadata.args[i];
    const std::optional<ElementType> type = getElementType(argument.spec->dtype);
    if (!type) {
      error = describe(argument) + ": its dtype is not known to attn-run";
      return kMissing;
    }
    argument.type = *type;
    code = argument.spec->kind == ATTNC_ARG_OUTPUT ? prepareOutput(argument, error)
                                                   : prepareInput(argument, error);
  }
  return code == kSuccess ? checkCounts(error) : code;
}

int ArgumentList::prepareInput(Argument &argument, std::string &error) {
  const bool isScalar = argument.spec->kind == ATTNC_ARG_SCALAR;
  const InputOption *next =
      inputsTaken < options.inputs.size() ? &options.inputs[inputsTaken] : nullptr;
  // A number can only be for a scalar that comes later: this tensor has no file.
  if (options.random && !isScalar && (!next || next->isNumber))
    return prepareRandom(argument, error);
  if (!next) {
    error = describe(argument) + ": no " + (isScalar ? "--scalar" : "--in") + " is left for it";
    return kUsage;
  }
  ++inputsTaken;
  if (!next->isNumber)
    return prepareFromFile(argument, next->text, error);
  if (isScalar)
    return prepareScalar(argument, next->text, error);
  error = describe(argument) + ": a tensor, but --scalar " + next->text + " is what comes next";
  return kUsage;
}

int ArgumentList::prepareFromFile(Argument &argument, const std::string &path, std::string &error) {
  NpyArray array;
  error = attnc::readNpy(path, array, /*uint16IsBF16=*/argument.type == ElementType::BF16);
  if (!error.empty())
    return kBadInput;
  if (argument.spec->kind == ATTNC_ARG_SCALAR &&
      (array.getNumElements() != 1 || array.type != argument.type)) {
    error = path + ": wanted one " + attnc::getName(argument.type) + " for " + describe(argument) +
            ", got " + attnc::formatShape(array.shape) + " of " + attnc::getName(array.type);
    return kBadInput;
  }
  // The file decides what is passed, so that the library itself judges it.
  argument.type = array.type;
  argument.shape = array.shape;
  if (const int code = allocate(argument, error); code != kSuccess)
    return code;
  std::memcpy(argument.memory.data(), array.data(), array.getByteSize());
  return kSuccess;
}

int ArgumentList::prepareScalar(Argument &argument, const std::string &text, std::string &error) {
  if (const int code = allocate(argument, error); code != kSuccess)
    return code;
  if (parseScalar(text, argument.type, argument.memory.data()))
    return kSuccess;
  error = describe(argument) + ": wanted a number of type " + attnc::getName(argument.type) +
          ", got '" + text + "'";
  return kBadInput;
}

int ArgumentList::prepareRandom(Argument &argument, std::string &error) {
  int code = findShape(argument, error);
  if (code == kSuccess)
    code = allocate(argument, error);
  if (code != kSuccess)
    return code;
  const size_t width = attnc::getByteWidth(argument.type);
  const size_t bytes = size_t(attnc::computeByteSize(argument.type, argument.shape));
  for (size_t offset = 0; offset < bytes; offset += width)
    attnc::storeElement(argument.type, argument.memory.data() + offset,
                        nextValue(argument.type, randomState));
  return kSuccess;
}

int ArgumentList::prepareOutput(Argument &argument, std::string &error) {
  const int code = findShape(argument, error);
  return code == kSuccess ? allocate(argument, error) : code;
}

/// From --shape, else from the metadata and the sizes of the arguments before.
int ArgumentList::findShape(Argument &argument, std::string &error) const {
  const attnc_arg &spec = *argument.spec;
  if (const auto given = options.shapes.find(spec.name); given != options.shapes.end()) {
    argument.shape = given->second;
    return kSuccess;
  }
  for (int32_t dim = 0; dim < spec.ndim; ++dim) {
    int64_t size = spec.shape[dim];
    if (size < 0 && !findSymbol(size, size)) {
      error = describe(argument) + ", dim " + std::to_string(dim) +
              ": no argument before gives its size; use --shape " + spec.name + "=...";
      return kUsage;
    }
    argument.shape.push_back(size);
  }
  return kSuccess;
}

/// Where an argument is so small that the sum gives less than 0, the library will say so.
bool ArgumentList::findSymbol(int64_t wanted, int64_t &size) const {
  const Symbol symbol = getSymbol(metadata, wanted);
  for (const Argument &argument : arguments) {
    if (!argument.spec || argument.spec->kind == ATTNC_ARG_SCALAR)
      continue;
    for (size_t dim = 0; dim < size_t(argument.spec->ndim) && dim < argument.shape.size(); ++dim) {
      if (argument.spec->shape[dim] >= 0)
        continue;
      const Symbol known = getSymbol(metadata, argument.spec->shape[dim]);
      if (known.base != symbol.base)
        continue;
      size = std::max<int64_t>(argument.shape[dim] - known.plus + symbol.plus, 0);
      return true;
    }
  }
  return false;
}

int ArgumentList::allocate(Argument &argument, std::string &error) {
  const int64_t bytes = attnc::computeByteSize(argument.type, argument.shape);
  if (bytes < 0 || !argument.memory.allocate(size_t(bytes), options.guard)) {
    error = describe(argument) + ": no memory for " + attnc::formatShape(argument.shape) + " of " +
            attnc::getName(argument.type);
    return ATTNC_OUT_OF_RESOURCES;
  }
  DLTensor &tensor = argument.tensor;
  tensor.data = argument.memory.data();
  tensor.device = {kDLCPU, 0};
  tensor.ndim = int(argument.shape.size());
  tensor.dtype = getDLType(argument.type);
  tensor.shape = argument.shape.data();
  return kSuccess;
}

/// Options that no argument took are mistakes.
int ArgumentList::checkCounts(std::string &error) const {
  const size_t outputs = getOutputs().size();
  const auto tooMany = [&](const char *option, size_t given, size_t used) {
    error = std::string(option) + " is given " + std::to_string(given) + " times, but " +
            metadata.name + " has " + std::to_string(used) + " such arguments";
    return kUsage;
  };
  if (inputsTaken < options.inputs.size())
    return tooMany("--in or --scalar", options.inputs.size(), inputsTaken);
  if (options.outputs.size() > outputs)
    return tooMany("--out", options.outputs.size(), outputs);
  if (options.checks.size() > outputs)
    return tooMany("--check", options.checks.size(), outputs);
  for (const auto &[name, shape] : options.shapes) {
    bool isUsed = false;
    for (const Argument &argument : arguments)
      isUsed |= name == argument.spec->name;
    if (!isUsed) {
      error = "--shape " + name + ": " + metadata.name + " has no argument of this name";
      return kUsage;
    }
  }
  return kSuccess;
}

void ArgumentList::poisonOutputs() {
  for (const Argument *output : getOutputs())
    std::memset(output->memory.data(), 0xff,
                size_t(attnc::computeByteSize(output->type, output->shape)));
}

std::vector<void *> ArgumentList::getArgv() {
  std::vector<void *> argv;
  for (Argument &argument : arguments)
    argv.push_back(argument.spec->kind == ATTNC_ARG_SCALAR
                       ? static_cast<void *>(argument.memory.data())
                       : &argument.tensor);
  return argv;
}

std::vector<const Argument *> ArgumentList::getOutputs() const {
  std::vector<const Argument *> outputs;
  for (const Argument &argument : arguments)
    if (argument.spec->kind == ATTNC_ARG_OUTPUT)
      outputs.push_back(&argument);
  return outputs;
}
