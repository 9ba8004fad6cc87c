// Attention as the producer of a tiled consumer: a part of a row is no tile: the op stays whole.
// RUN: attn-opt %s --transform-interpreter --canonicalize --split-input-file | FileCheck %s

!t = tensor<1x4x64x16xf32>

// CHECK-LABEL: func @rows
// CHECK: scf.forall (%[[H:.*]], %[[T:.*]]) in (4, 4)
// CHECK: %[[O:.*]] = attn.attention {{.*}} mask (
// CHECK: } : {{.*}} -> tensor<1x1x16x16xf32>
// CHECK: linalg.exp ins(%[[O]] : tensor<1x1x16x16xf32>)
func.func @rows(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.causal] : (!t, !t, !t) -> !t
  %empty = tensor.empty() : !t
  %r = linalg.exp ins(%o : !t) outs(%empty : !t) -> !t
  return %r : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [0, 1, 16]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!t = tensor<1x4x64x16xf32>

// CHECK-LABEL: func @parts_of_rows
// CHECK: scf.forall
// CHECK: %[[O:.*]] = attn.attention {{.*}} -> tensor<1x4x64x16xf32>
// CHECK: tensor.extract_slice %[[O]]
func.func @parts_of_rows(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k : (!t, !t, !t) -> !t
  %empty = tensor.empty() : !t
  %r = linalg.exp ins(%o : !t) outs(%empty : !t) -> !t
  return %r : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [0, 0, 0, 8]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
