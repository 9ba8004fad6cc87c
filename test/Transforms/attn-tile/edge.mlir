// RUN: attn-opt %s --attn-tile --canonicalize --cse | FileCheck %s

!e = tensor<2x3x0x8xf32>
!n = tensor<2x3x4x8xf32>

// Nothing to compute is no loop.
// CHECK-LABEL: func @no_queries
// CHECK-NEXT: %[[EMPTY:.*]] = tensor.empty() : tensor<2x3x0x8xf32>
// CHECK-NEXT: return %[[EMPTY]]
func.func @no_queries(%q: !e, %k: !n) -> !e {
  %o = attn.attention %q, %k, %k : (!e, !n, !n) -> !e
  return %o : !e
}

// Without keys the state stays as it was: nothing was seen.
// CHECK-LABEL: func @no_keys
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.0{{.*}} : f32
// CHECK-DAG: %[[NEGINF:.*]] = arith.constant 0xFF800000 : f32
// CHECK: %[[ACC:.*]] = tensor.empty() : tensor<8x8x24xf32>
// CHECK: %[[MAX:.*]] = linalg.fill ins(%[[NEGINF]] : f32)
// CHECK: %[[SUM:.*]] = linalg.fill ins(%[[ZERO]] : f32)
// CHECK-NOT: attn.online_step
// CHECK: attn.online_finish ins(%[[ACC]], %[[MAX]], %[[SUM]]
// CHECK-SAME: outs(%{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<4xf32>)
func.func @no_keys(%q: !n, %k: !e) -> (!n, tensor<2x3x4xf32>) {
  %o, %lse = attn.attention %q, %k, %k : (!n, !e, !e) -> (!n, tensor<2x3x4xf32>)
  return %o, %lse : !n, tensor<2x3x4xf32>
}

// A mask that is never true leaves no keys either.
// CHECK-LABEL: func @never
// CHECK-NOT: attn.online_step
// CHECK: attn.online_finish
func.func @never(%q: !n, %k: !n) -> !n {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %false = arith.constant false
    attn.yield %false : i1
  } : (!n, !n, !n) -> !n
  return %o : !n
}

// One query and one key of one element: loops of one turn fold away.
// CHECK-LABEL: func @one
// CHECK-NOT: scf.for
// CHECK: attn.online_step ins(%{{.*}} : tensor<1x1xf16>, tensor<1x1xf16>, tensor<1x1xf16>)
// CHECK-SAME: outs(%{{.*}} : tensor<8x1x24xf32>, tensor<8x24xf32>, tensor<8x24xf32>)
// CHECK-SAME: scale = 1.0{{.*}} : f64
// CHECK: attn.online_finish
func.func @one(%q: tensor<1x1x1x1xf16>) -> tensor<1x1x1x1xf16> {
  %o = attn.attention %q, %q, %q
    : (tensor<1x1x1x1xf16>, tensor<1x1x1x1xf16>, tensor<1x1x1x1xf16>) -> tensor<1x1x1x1xf16>
  return %o : tensor<1x1x1x1xf16>
}

// The largest head dims have short key tiles, whole register tiles still.
// CHECK-LABEL: func @wide
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c16
// CHECK: attn.online_step {{.*}} tensor<8x464x24xf32>, {{.*}} {key_tile = 16 : i64
func.func @wide(%q: tensor<1x1x?x512xf32>, %v: tensor<1x1x?x464xf32>) -> tensor<1x1x?x464xf32> {
  %o = attn.attention %q, %q, %v
    : (tensor<1x1x?x512xf32>, tensor<1x1x?x512xf32>, tensor<1x1x?x464xf32>)
      -> tensor<1x1x?x464xf32>
  return %o : tensor<1x1x?x464xf32>
}

// A shape that only the result knows is kept by a cast.
// CHECK-LABEL: func @known_result
// CHECK: %[[R:.*]] = scf.forall {{.*}} -> (tensor<?x3x4x8xf32>)
// CHECK: %[[CAST:.*]] = tensor.cast %[[R]] : tensor<?x3x4x8xf32> to tensor<2x3x4x8xf32>
// CHECK: return %[[CAST]]
func.func @known_result(%q: tensor<?x3x4x8xf32>, %k: !n) -> !n {
  %o = attn.attention %q, %k, %k : (tensor<?x3x4x8xf32>, !n, !n) -> !n
  return %o : !n
}

// Several ops of a function are tiled one by one.
// CHECK-LABEL: func @two
// CHECK-COUNT-2: scf.forall
// CHECK-NOT: attn.attention
func.func @two(%q: tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32> {
  %a = attn.attention %q, %q, %q
    : (tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32>
  %b = attn.attention %a, %q, %q
    : (tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32>
  return %b : tensor<1x1x?x8xf32>
}
