// The mlir-opt of the LLVM that attnc is built with loads the dialect and the passes.
// RUN: mlir-opt %s --load-dialect-plugin=%attnc_build/lib/attn-plugin.so | FileCheck %s --check-prefix=DIALECT
// RUN: mlir-opt %s --load-dialect-plugin=%attnc_build/lib/attn-plugin.so \
// RUN:   --load-pass-plugin=%attnc_build/lib/attn-plugin.so \
// RUN:   --pass-pipeline='builtin.module(attn-expand-patterns)' | FileCheck %s --check-prefix=PASS
// RUN: not mlir-opt %s 2>&1 | FileCheck %s --check-prefix=WITHOUT

// DIALECT: attn.attention
// DIALECT-SAME: mask = [#attn.causal]
// PASS: attn.attention
// PASS-NEXT: arith.cmpi sle
// WITHOUT: error: Dialect `attn' not found

func.func @f(%x: tensor<1x1x4x8xf32>) -> tensor<1x1x4x8xf32> {
  %o = attn.attention %x, %x, %x mask = [#attn.causal]
     : (tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>, tensor<1x1x4x8xf32>) -> tensor<1x1x4x8xf32>
  return %o : tensor<1x1x4x8xf32>
}
