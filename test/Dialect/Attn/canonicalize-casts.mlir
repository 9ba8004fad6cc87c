// Casts of tiles to less static types are looked through; a destination's type stays its result's.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!acc = tensor<1x4x16xf32>
!m = tensor<1x16xf32>

// CHECK-LABEL: func @tiles
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<8x8xf32>, %[[K:[a-z0-9]*]]: tensor<16x8xf32>, %[[V:[a-z0-9]*]]: tensor<?x4xf32>
// CHECK-NOT: tensor.cast
// CHECK: attn.online_step ins(%[[Q]], %[[K]], %[[V]] : tensor<8x8xf32>, tensor<16x8xf32>, tensor<?x4xf32>)
func.func @tiles(%q: tensor<8x8xf32>, %k: tensor<16x8xf32>, %v: tensor<?x4xf32>, %acc: !acc, %m: !m,
                 %n: index) -> (!acc, !m, !m) {
  %qt = tensor.cast %q : tensor<8x8xf32> to tensor<?x8xf32>
  %kt = tensor.cast %k : tensor<16x8xf32> to tensor<?x8xf32>
  %r:3 = attn.online_step ins(%qt, %kt, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : !acc, !m, !m) {scale = 1.0 : f64, key_tile = 16 : i64}
      mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } -> !acc, !m, !m
  return %r#0, %r#1, %r#2 : !acc, !m, !m
}

// A cast to a more static type says something: it stays.
// CHECK-LABEL: func @more_static
// CHECK: %[[C:.*]] = tensor.cast
// CHECK: attn.online_step ins(%[[C]],
func.func @more_static(%q: tensor<?x8xf32>, %v: tensor<?x4xf32>, %acc: !acc, %m: !m, %n: index) -> !acc {
  %qt = tensor.cast %q : tensor<?x8xf32> to tensor<8x8xf32>
  %r:3 = attn.online_step ins(%qt, %q, %v : tensor<8x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : !acc, !m, !m) {scale = 1.0 : f64, key_tile = 16 : i64}
      -> !acc, !m, !m
  return %r#0 : !acc
}

// CHECK-LABEL: func @finish
// CHECK-SAME: %[[OUT:[a-z0-9]*]]: tensor<8x4xf32>
// CHECK: %[[O:.*]] = attn.online_finish {{.*}} outs(%[[OUT]] : tensor<8x4xf32>) -> tensor<8x4xf32>
// CHECK: return %[[O]]
func.func @finish(%acc: !acc, %m: !m, %out: tensor<8x4xf32>) -> tensor<8x4xf32> {
  %cast = tensor.cast %out : tensor<8x4xf32> to tensor<?x4xf32>
  %o = attn.online_finish ins(%acc, %m, %m : !acc, !m, !m) outs(%cast : tensor<?x4xf32>) -> tensor<?x4xf32>
  %r = tensor.cast %o : tensor<?x4xf32> to tensor<8x4xf32>
  return %r : tensor<8x4xf32>
}
