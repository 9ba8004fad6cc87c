// Tiling of patterns: they speak of the whole sequences, so the tile gets their region.
// RUN: attn-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

!t = tensor<2x4x?x16xf32>

// The ends that `bottom_right` aligns are those of the whole op, not of the tile.
// CHECK-LABEL: func @bottom_right
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<2x4x?x16xf32>, %[[K:[a-z0-9]*]]: tensor<2x4x?x16xf32>
// CHECK-DAG: %[[SQ:.*]] = tensor.dim %[[Q]], %c2
// CHECK: scf.for %[[ROW:.*]] = %c0 to %[[SQ]] step %c32
// CHECK: %[[SK:.*]] = tensor.dim %[[K]], %c2
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} q_offset(%[[ROW]]) mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[SHIFT:.*]] = arith.subi %[[SK]], %[[SQ]]
// CHECK-NEXT: %[[SHIFTED:.*]] = arith.addi %[[I]], %[[SHIFT]]
// CHECK-NEXT: arith.cmpi sle, %[[J]], %[[SHIFTED]]
func.func @bottom_right(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.causal<bottom_right>] : (!t, !t, !t) -> !t
  return %o : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 32]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!t = tensor<?x4x?x16xf32>

// The whole ids, read at the batch number of the whole op.
// CHECK-LABEL: func @document
// CHECK-SAME: %[[IDS:[a-z0-9]*]]: tensor<?x?xi32>
// CHECK: scf.for %[[BATCH:.*]] = %c0 to %{{.*}} step %c1
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} mask (%[[B:.*]], %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[WHOLE:.*]] = arith.addi %[[B]], %[[BATCH]]
// CHECK-NEXT: tensor.extract %[[IDS]][%[[WHOLE]], %[[I]]]
// CHECK-NEXT: tensor.extract %[[IDS]][%[[WHOLE]], %[[J]]]
// CHECK: } : (tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>, tensor<1x4x?x16xf32>) -> tensor<1x4x?x16xf32>
func.func @document(%q: !t, %k: !t, %ids: tensor<?x?xi32>) -> !t {
  %o = attn.attention %q, %k, %k document_ids(%ids) mask = [#attn.document]
      : (!t, !t, !t, tensor<?x?xi32>) -> !t
  return %o : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [1]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
