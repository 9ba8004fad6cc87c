// Declares the attn dialect: attention on tensors, and its tiled form.
#ifndef ATTNC_ATTN_ATTNDIALECT_TD
#define ATTNC_ATTN_ATTNDIALECT_TD

include "mlir/IR/OpBase.td"

def Attn_Dialect : Dialect {
  let name = "attn";
  let cppNamespace = "::attnc::attn";
  let summary = "Attention over sequences, from the model's op to its tiled form";
  let description = [{
    `attn.attention` says what is computed, on whole tensors. `attn.online_step` and
    `attn.online_finish` are its tiled form: they fold one tile of keys into the running softmax
    state and turn the state into the output. Masks and score changes are regions in both; the
    pattern attributes (`#attn.causal`, `#attn.window<4096>`, ...) only build mask regions.
  }];
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect",
                           "::mlir::tensor::TensorDialect"];
  let extraClassDeclaration = [{
    void registerAttributes();
  }];
}

#endif // ATTNC_ATTN_ATTNDIALECT_TD
