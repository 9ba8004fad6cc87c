// attn-expand-patterns: replaces mask patterns by one mask region, the only form passes see.
#include "attnc/Transforms/Passes.h"
#include "dialects/Attn/Attn.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNEXPANDPATTERNSPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc::attn;

static void expandPatterns(AttentionOp op) {
  OpBuilder builder(op);
  buildMaskRegion(builder, op, op.getMask());
  op.removeMaskPatternsAttr();
  op.getDocumentIdsMutable().clear();
}

namespace {
struct AttnExpandPatternsPass : attnc::impl::AttnExpandPatternsPassBase<AttnExpandPatternsPass> {
  void runOnOperation() override {
    getOperation()->walk([](AttentionOp op) {
      if (op.getMaskPatternsAttr())
        expandPatterns(op);
    });
  }
};
} // namespace
