// Side effects: on tensors none, on memrefs the state is read and written, the output written.
// RUN: attn-opt %s --canonicalize --cse | FileCheck %s

!t = tensor<1x2x4x8xf32>
!acc = tensor<1x8x16xf32>
!m = tensor<1x16xf32>

// CHECK-LABEL: func @dead
// CHECK-NEXT: return
func.func @dead(%q: !t, %tile: tensor<4x8xf32>, %acc: !acc, %m: !m, %n: index) {
  %o = attn.attention %q, %q, %q mask = [#attn.causal] : (!t, !t, !t) -> !t
  %r:3 = attn.online_step ins(%tile, %tile, %tile : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : !acc, !m, !m) {scale = 1.0 : f64, key_tile = 4 : i64}
      -> !acc, !m, !m
  %f = attn.online_finish ins(%acc, %m, %m : !acc, !m, !m) outs(%tile : tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}

// CHECK-LABEL: func @same
// CHECK: %[[O:.*]] = attn.attention
// CHECK-NOT: attn.attention
// CHECK: return %[[O]], %[[O]]
func.func @same(%q: !t) -> (!t, !t) {
  %a = attn.attention %q, %q, %q mask = [#attn.causal] : (!t, !t, !t) -> !t
  %b = attn.attention %q, %q, %q mask = [#attn.causal] : (!t, !t, !t) -> !t
  return %a, %b : !t, !t
}

// Another mask, another scale: another op.
// CHECK-LABEL: func @different
// CHECK-COUNT-3: attn.attention
func.func @different(%q: !t) -> (!t, !t, !t) {
  %a = attn.attention %q, %q, %q mask = [#attn.causal] : (!t, !t, !t) -> !t
  %b = attn.attention %q, %q, %q : (!t, !t, !t) -> !t
  %c = attn.attention %q, %q, %q {scale = 2.0 : f64} : (!t, !t, !t) -> !t
  return %a, %b, %c : !t, !t, !t
}

// CHECK-LABEL: func @memrefs
// CHECK-COUNT-2: attn.online_step
// CHECK-COUNT-2: attn.online_finish
func.func @memrefs(%tile: memref<4x8xf32>, %acc: memref<1x8x16xf32>, %m: memref<1x16xf32>, %n: index) {
  attn.online_step ins(%tile, %tile, %tile : memref<4x8xf32>, memref<4x8xf32>, memref<4x8xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : memref<1x8x16xf32>, memref<1x16xf32>, memref<1x16xf32>)
      {scale = 1.0 : f64, key_tile = 4 : i64}
  attn.online_step ins(%tile, %tile, %tile : memref<4x8xf32>, memref<4x8xf32>, memref<4x8xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : memref<1x8x16xf32>, memref<1x16xf32>, memref<1x16xf32>)
      {scale = 1.0 : f64, key_tile = 4 : i64}
  attn.online_finish ins(%acc, %m, %m : memref<1x8x16xf32>, memref<1x16xf32>, memref<1x16xf32>)
      outs(%tile : memref<4x8xf32>)
  attn.online_finish ins(%acc, %m, %m : memref<1x8x16xf32>, memref<1x16xf32>, memref<1x16xf32>)
      outs(%tile : memref<4x8xf32>)
  return
}
