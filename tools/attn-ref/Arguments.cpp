// Files and numbers of the command line as arguments of a function, and results as files.
#include "Arguments.h"

#include "mlir/IR/TypeUtilities.h"

#include <cerrno>

using namespace attnref;
using attnc::ElementType;
using attnc::NpyArray;
using attnc::reference::Tensor;

static std::string toString(mlir::Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

/// The number as one element in memory; false if it is none or out of the type's range.
static bool parseScalar(const std::string &text, ElementType storage, char *bytes) {
  char *end;
  errno = 0;
  if (isFloat(storage)) {
    storeElement(storage, bytes, std::strtod(text.c_str(), &end));
    return !*end;
  }
  const int64_t number = std::strtoll(text.c_str(), &end, 10);
  if (*end || errno)
    return false;
  if (storage == ElementType::I64) {
    std::memcpy(bytes, &number, sizeof(number));
    return true;
  }
  storeElement(storage, bytes, double(number));
  return loadElement(storage, bytes) == double(number);
}

std::string attnref::readArgument(const InputOption &option, const std::string &name,
                                  mlir::Type type, Tensor &argument) {
  const bool isTensor = mlir::isa<mlir::RankedTensorType>(type);
  mlir::Type elementType = mlir::getElementTypeOrSelf(type);
  std::optional<ElementType> storage = attnc::reference::getStorageType(elementType);
  if (!storage || (!isTensor && mlir::isa<mlir::ShapedType>(type)))
    return name + ": arguments of type " + toString(type) + " are not supported";

  if (option.isNumber) {
    if (isTensor)
      return name + ": wanted a file for " + toString(type) + ", got the number " + option.text;
    alignas(8) char bytes[8];
    if (!parseScalar(option.text, *storage, bytes))
      return name + ": '" + option.text + "' is not a number of type " + toString(type);
    argument = Tensor(elementType, {});
    argument.load(bytes);
    return "";
  }

  NpyArray array;
  std::string error = attnc::readNpy(option.text, array, *storage == ElementType::BF16);
  if (!error.empty())
    return error;
  const std::string what = name + " (" + option.text + ")";
  if (array.type != *storage)
    return what + ": wanted elements of " + getName(*storage) + ", got " + getName(array.type);
  if (!isTensor && array.getNumElements() != 1)
    return what + ": wanted one element for a scalar, got shape " + attnc::formatShape(array.shape);
  if (!attnc::reference::countElements(array.shape))
    return what + ": more elements than the limit of " +
           std::to_string(attnc::reference::kMaxElements);
  argument = Tensor(elementType,
                    isTensor ? llvm::ArrayRef<int64_t>(array.shape) : llvm::ArrayRef<int64_t>());
  argument.load(array.data());
  return "";
}

std::string attnref::writeResult(const std::string &path, ElementType storage,
                                 const Tensor &result) {
  NpyArray array(storage, std::vector<int64_t>(result.getShape().begin(), result.getShape().end()));
  if (!array.isAllocated())
    return "no memory to write '" + path + "'";
  result.store(storage, array.data());
  return attnc::writeNpy(path, array);
}
