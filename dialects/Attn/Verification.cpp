// Checks that the verifiers of several ops share.
#include "dialects/Attn/Verification.h"

#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace attnc::attn;

static std::string dimToString(int64_t size) {
  return ShapedType::isDynamic(size) ? "?" : std::to_string(size);
}

LogicalResult attnc::attn::checkEqual(Operation *op, const Twine &what, int64_t wanted,
                                      int64_t got) {
  if (wanted == got)
    return success();
  return op->emitOpError() << what << ": wanted " << dimToString(wanted) << ", got "
                           << dimToString(got);
}

LogicalResult attnc::attn::checkMayBeEqual(Operation *op, const Twine &what, int64_t wanted,
                                           int64_t got) {
  if (ShapedType::isDynamic(wanted) || ShapedType::isDynamic(got))
    return success();
  return checkEqual(op, what, wanted, got);
}

LogicalResult attnc::attn::checkRank(Operation *op, StringRef name, ShapedType type,
                                     ArrayRef<StringRef> axes) {
  if (type.getRank() == static_cast<int64_t>(axes.size()))
    return success();
  return op->emitOpError() << name << " must have rank " << axes.size() << " ("
                           << llvm::join(axes, ", ") << "), got rank " << type.getRank() << ": "
                           << type;
}

/// Whether the bytes of the static dimensions fit int64_t; dynamic ones count as 1.
static bool fitsAddressSpace(ShapedType type) {
  std::optional<int64_t> bytes = llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  for (int64_t size : type.getShape()) {
    // An empty tensor needs nothing, however large its other dimensions are.
    if (size == 0)
      return true;
    if (bytes && !ShapedType::isDynamic(size))
      bytes = llvm::checkedMul(*bytes, size);
  }
  return bytes.has_value();
}

LogicalResult attnc::attn::checkIsStorable(Operation *op, StringRef name, ShapedType type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type); tensor && tensor.getEncoding())
    return op->emitOpError() << name << " must be a dense tensor without encoding, got " << type;
  if (!fitsAddressSpace(type))
    return op->emitOpError() << name << " must have less than 2^63 bytes, got " << type;
  return success();
}

LogicalResult attnc::attn::checkScale(Operation *op, const APFloat &scale) {
  if (scale.isFinite())
    return success();
  return op->emitOpError() << "scale must be finite, got " << scale.convertToDouble();
}
