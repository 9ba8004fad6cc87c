// The scan as the producer of a tiled consumer: a part of the time is no tile: the op stays whole.
// RUN: attn-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

!u = tensor<?x?x12xf32>
!b = tensor<?x?x1x5xf32>

// CHECK-LABEL: func @rows
// CHECK: scf.forall (%[[S:.*]], %[[T:.*]]) in (%{{.*}}, 3)
// CHECK: %[[Y:.*]] = attn.selective_scan {{.*}} -> tensor<1x?x4xf32>
// CHECK: linalg.exp ins(%[[Y]] : tensor<1x?x4xf32>)
func.func @rows(%u: !u, %A: tensor<12xf32>, %B: !b) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B
      : (!u, !u, tensor<12xf32>, !b, !b) -> !u
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %batch = tensor.dim %u, %c0 : !u
  %time = tensor.dim %u, %c1 : !u
  %empty = tensor.empty(%batch, %time) : !u
  %r = linalg.exp ins(%y : !u) outs(%empty : !u) -> !u
  return %r : !u
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [1, 0, 4]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!u = tensor<?x?x12xf32>
!b = tensor<?x?x1x5xf32>

// CHECK-LABEL: func @parts_of_time
// CHECK: %[[Y:.*]] = attn.selective_scan {{.*}} -> tensor<?x?x12xf32>
// CHECK: tensor.extract_slice %[[Y]][0, %{{.*}}, 0]
func.func @parts_of_time(%u: !u, %A: tensor<12xf32>, %B: !b) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B
      : (!u, !u, tensor<12xf32>, !b, !b) -> !u
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %batch = tensor.dim %u, %c0 : !u
  %time = tensor.dim %u, %c1 : !u
  %empty = tensor.empty(%batch, %time) : !u
  %r = linalg.exp ins(%y : !u) outs(%empty : !u) -> !u
  return %r : !u
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [0, 16, 0]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
