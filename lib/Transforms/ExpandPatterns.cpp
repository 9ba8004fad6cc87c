// attn-expand-patterns: replaces mask patterns by one mask region, the only form passes see.
#include "attnc/Transforms/Passes.h"
#include "dialects/Attn/Attn.h"

namespace attnc {
#define GEN_PASS_DEF_ATTNEXPANDPATTERNSPASS
#include "attnc/Transforms/Passes.h.inc"
} // namespace attnc

using namespace mlir;
using namespace attnc::attn;

/// One past the last position of an axis: its length, plus the offset where there is one.
static Value buildEnd(OpBuilder &builder, Location loc, Value sequence, Value offset) {
  Value length = tensor::DimOp::create(builder, loc, sequence, 2);
  return offset ? arith::AddIOp::create(builder, loc, offset, length).getResult() : length;
}

static void expandPatterns(AttentionOp op) {
  Location loc = op.getLoc();
  OpBuilder builder(op);
  MaskCoordinates coords;
  coords.queryEnd = buildEnd(builder, loc, op.getQuery(), op.getQOffset());
  coords.keyEnd = buildEnd(builder, loc, op.getKey(), op.getKvOffset());
  coords.documentIds = op.getDocumentIds();

  Block *body = builder.createBlock(&op.getMask());
  for (unsigned i = 0; i < kNumMaskArguments; ++i)
    body->addArgument(builder.getIndexType(), loc);
  coords.batch = body->getArgument(0);
  coords.head = body->getArgument(1);
  coords.query = body->getArgument(2);
  coords.key = body->getArgument(3);
  auto all = AllOfAttr::get(op.getContext(), op.getMaskPatternsAttr().getValue());
  YieldOp::create(builder, loc, all.buildPredicate(builder, loc, coords));

  op.removeMaskPatternsAttr();
  op.getDocumentIdsMutable().clear();
}

namespace {
struct AttnExpandPatternsPass
    : attnc::impl::AttnExpandPatternsPassBase<AttnExpandPatternsPass> {
  void runOnOperation() override {
    getOperation()->walk([](AttentionOp op) {
      if (op.getMaskPatternsAttr())
        expandPatterns(op);
    });
  }
};
} // namespace
