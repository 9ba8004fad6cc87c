// convert-copy-to-linalg: copies between strided buffers as loops instead of library calls.
#include "attnc/Conversion/Passes.h"

namespace attnc {
#define GEN_PASS_DEF_CONVERTCOPYTOLINALGPASS
#include "attnc/Conversion/Passes.h.inc"
} // namespace attnc

using namespace mlir;

namespace {
struct ConvertCopyToLinalgPass : attnc::impl::ConvertCopyToLinalgPassBase<ConvertCopyToLinalgPass> {
  void runOnOperation() override {
    getOperation()->walk([](memref::CopyOp copy) {
      OpBuilder builder(copy);
      linalg::CopyOp::create(builder, copy.getLoc(), copy.getSource(), copy.getTarget());
      copy.erase();
    });
  }
};
} // namespace
