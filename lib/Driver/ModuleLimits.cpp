// The limits that only a parsed module shows: operations, integer widths, sizes of shapes.
#include "attnc/Driver/Limits.h"

#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using attnc::ModuleLimits;

namespace {

class ModuleChecker {
public:
  explicit ModuleChecker(const ModuleLimits &limits);
  LogicalResult check(ModuleOp module);

private:
  /// All types of results, block arguments and attributes; each is looked at once.
  LogicalResult checkTypes(Operation *op);

  const ModuleLimits &limits;
  AttrTypeWalker walker;
  /// What is wrong with the type that interrupted the walker.
  std::string message;
};

ModuleChecker::ModuleChecker(const ModuleLimits &limits) : limits(limits) {
  walker.addWalk([this](IntegerType type) {
    if (type.getWidth() <= this->limits.integerWidth)
      return WalkResult::advance();
    llvm::raw_string_ostream(message) << "integer type '" << type << "' is wider than the limit of "
                                      << this->limits.integerWidth << " bits";
    return WalkResult::interrupt();
  });
  walker.addWalk([this](ShapedType type) {
    if (!type.hasRank())
      return WalkResult::advance();
    std::optional<uint64_t> elements = 1;
    bool isEmpty = llvm::is_contained(type.getShape(), 0);
    for (int64_t size : type.getShape())
      if (elements && !isEmpty && !ShapedType::isDynamic(size))
        elements = llvm::checkedMulUnsigned<uint64_t>(*elements, size);
    if (elements && *elements < this->limits.elements)
      return WalkResult::advance();
    llvm::raw_string_ostream(message)
        << "type '" << type << "' has " << this->limits.elements << " elements or more";
    return WalkResult::interrupt();
  });
  // Constants do not count their type among the parts that a walk visits.
  walker.addWalk([this](ElementsAttr attribute) { return walker.walk(attribute.getType()); });
}

LogicalResult ModuleChecker::checkTypes(Operation *op) {
  auto isFine = [&](auto attrOrType) { return !walker.walk(attrOrType).wasInterrupted(); };
  bool allFine = isFine(op->getAttrDictionary()) && llvm::all_of(op->getResultTypes(), isFine);
  for (Region &region : op->getRegions())
    for (Block &block : region)
      allFine = allFine && llvm::all_of(block.getArgumentTypes(), isFine);
  return allFine ? success() : op->emitError(message);
}

LogicalResult ModuleChecker::check(ModuleOp module) {
  uint64_t operations = 0;
  WalkResult result = module.walk([&](Operation *op) -> WalkResult {
    if (++operations > limits.operations)
      return op->emitError() << "more than " << limits.operations << " operations";
    return checkTypes(op);
  });
  return failure(result.wasInterrupted());
}

} // namespace

LogicalResult attnc::checkModuleLimits(ModuleOp module, const ModuleLimits &limits) {
  return ModuleChecker(limits).check(module);
}
