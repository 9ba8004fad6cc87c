// The scan as the producer of a tiled consumer of its last states.
// RUN: attn-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

!u = tensor<?x?x12xf32>
!b = tensor<?x?x1x5xf32>
!h = tensor<?x12x5xf32>

// CHECK-LABEL: func @states
// CHECK: scf.forall (%[[S:.*]], %[[T:.*]]) in (%{{.*}}, 3)
// CHECK: %{{.*}}, %[[LAST:.*]] = attn.selective_scan {{.*}} -> (tensor<1x?x4xf32>, tensor<1x4x5xf32>)
// CHECK: linalg.exp ins(%[[LAST]] : tensor<1x4x5xf32>)
func.func @states(%u: !u, %A: tensor<12xf32>, %B: !b) -> !h {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B
      : (!u, !u, tensor<12xf32>, !b, !b) -> (!u, !h)
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %batch = tensor.dim %last, %c0 : !h
  %empty = tensor.empty(%batch) : !h
  %r = linalg.exp ins(%last : !h) outs(%empty : !h) -> !h
  return %r : !h
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [1, 4, 0]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!u = tensor<1x?x12xf32>
!b = tensor<?x?x1x5xf32>
!h = tensor<?x12x5xf32>

// All sequences are computed where the states of all are wanted.
// CHECK-LABEL: func @packed_states
// CHECK: scf.forall (%[[T:.*]]) in (3)
// CHECK: %{{.*}}, %[[LAST:.*]] = attn.selective_scan {{.*}} -> (tensor<1x?x4xf32>, tensor<?x4x5xf32>)
// CHECK: linalg.exp ins(%[[LAST]] : tensor<?x4x5xf32>)
func.func @packed_states(%u: !u, %A: tensor<12xf32>, %B: !b, %ends: tensor<?xi32>) -> !h {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B cu_seqlens(%ends)
      : (!u, !u, tensor<12xf32>, !b, !b, tensor<?xi32>) -> (!u, !h)
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %batch = tensor.dim %last, %c0 : !h
  %empty = tensor.empty(%batch) : !h
  %r = linalg.exp ins(%last : !h) outs(%empty : !h) -> !h
  return %r : !h
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [0, 4, 0]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!u = tensor<1x?x12xf32>
!b = tensor<?x?x1x5xf32>
!h = tensor<?x12x5xf32>

// CHECK-LABEL: func @one_of_packed
// CHECK: %{{.*}}, %[[LAST:.*]] = attn.selective_scan {{.*}} -> (tensor<1x?x12xf32>, tensor<?x12x5xf32>)
// CHECK: tensor.extract_slice %[[LAST]]
func.func @one_of_packed(%u: !u, %A: tensor<12xf32>, %B: !b, %ends: tensor<?xi32>) -> !h {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B cu_seqlens(%ends)
      : (!u, !u, tensor<12xf32>, !b, !b, tensor<?xi32>) -> (!u, !h)
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %batch = tensor.dim %last, %c0 : !h
  %empty = tensor.empty(%batch) : !h
  %r = linalg.exp ins(%last : !h) outs(%empty : !h) -> !h
  return %r : !h
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %exp = transform.structured.match ops{["linalg.exp"]} in %module : (!transform.any_op) -> !transform.any_op
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %exp tile_sizes [1, 0, 0]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.structured.fuse_into_containing_op %op into %loop
        : (!transform.any_op, !transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
