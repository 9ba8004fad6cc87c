// RUN: attn-opt %s --attn-tile | FileCheck %s --check-prefixes=CHECK,AVX2
// RUN: attn-opt %s --attn-tile=features=+avx512f,+avx512bw,+avx512dq,+avx512vl \
// RUN:   | FileCheck %s --check-prefixes=CHECK,AVX512
// RUN: attn-opt %s --attn-tile=features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16 \
// RUN:   | FileCheck %s --check-prefixes=CHECK,DOT
// RUN: attn-opt %s --attn-tile="triple=aarch64-linux-gnu features=+neon" \
// RUN:   | FileCheck %s --check-prefixes=CHECK,NEON

// Panels are as wide as the vectors of queries that the register tile of the target holds.
// CHECK-LABEL: func @f32
// AVX2:   outs({{.*}} : tensor<8x64x24xf32>, tensor<8x24xf32>, tensor<8x24xf32>) {key_tile = 128
// AVX512: outs({{.*}} : tensor<4x64x32xf32>, tensor<4x32xf32>, tensor<4x32xf32>) {key_tile = 128
// DOT:    outs({{.*}} : tensor<4x64x32xf32>, tensor<4x32xf32>, tensor<4x32xf32>) {key_tile = 128
// NEON:   outs({{.*}} : tensor<8x64x16xf32>, tensor<8x16xf32>, tensor<8x16xf32>) {key_tile = 128
func.func @f32(%q: tensor<1x1x?x64xf32>) -> tensor<1x1x?x64xf32> {
  %o = attn.attention %q, %q, %q
    : (tensor<1x1x?x64xf32>, tensor<1x1x?x64xf32>, tensor<1x1x?x64xf32>) -> tensor<1x1x?x64xf32>
  return %o : tensor<1x1x?x64xf32>
}

// CHECK-LABEL: func @bf16
// AVX2:   outs({{.*}} : tensor<8x64x24xf32>, tensor<8x24xf32>, tensor<8x24xf32>) {key_tile = 128
// AVX512: outs({{.*}} : tensor<4x64x32xf32>, tensor<4x32xf32>, tensor<4x32xf32>) {key_tile = 128
// DOT:    outs({{.*}} : tensor<4x64x48xf32>, tensor<4x48xf32>, tensor<4x48xf32>) {key_tile = 128
// NEON:   outs({{.*}} : tensor<8x64x16xf32>, tensor<8x16xf32>, tensor<8x16xf32>) {key_tile = 128
func.func @bf16(%q: tensor<1x1x?x64xbf16>) -> tensor<1x1x?x64xbf16> {
  %o = attn.attention %q, %q, %q
    : (tensor<1x1x?x64xbf16>, tensor<1x1x?x64xbf16>, tensor<1x1x?x64xbf16>)
      -> tensor<1x1x?x64xbf16>
  return %o : tensor<1x1x?x64xbf16>
}
