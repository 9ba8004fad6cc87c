// Registers the attn dialect's ops and attributes, and how they fold and inline.
#include "dialects/Attn/Attn.h"

#include "mlir/Interfaces/FoldInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"

#include "dialects/Attn/AttnDialect.cpp.inc"

using namespace mlir;
using namespace attnc::attn;

namespace {
/// Constants that folding finds in a mask or score region stay in it, so that regions read as the
/// scalar functions they are.
struct FoldIntoRegions : DialectFoldInterface {
  using DialectFoldInterface::DialectFoldInterface;
  bool shouldMaterializeInto(Region *region) const final {
    return isa<AttentionOp, OnlineStepOp>(region->getParentOp());
  }
};

/// Functions that hold attention may be inlined. Nothing is inlined into a region: no calls there.
struct InlineAttention : DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;
  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final { return true; }
};
} // namespace

void AttnDialect::initialize() {
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Attn/AttnOps.cpp.inc"
      >();
  addInterfaces<FoldIntoRegions, InlineAttention>();
}
