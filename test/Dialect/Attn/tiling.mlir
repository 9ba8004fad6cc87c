// TilingInterface: batch, heads and queries are cut; keys and values only along batch and heads.
// RUN: attn-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

!q = tensor<?x8x?x16xbf16>
!k = tensor<?x2x?x16xbf16>
!o = tensor<?x8x?x32xbf16>
!v = tensor<?x2x?x32xbf16>

// Grouped heads, one at a time; the tile's rows keep their positions, its region counts as before.
// CHECK-DAG: #[[GROUP:.*]] = affine_map<(d0) -> (d0 floordiv 4)>
// CHECK-LABEL: func @grouped
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<?x8x?x16xbf16>, %[[K:[a-z0-9]*]]: tensor<?x2x?x16xbf16>, %[[V:[a-z0-9]*]]: tensor<?x2x?x32xbf16>, %[[FIRST:[a-z0-9]*]]: index, %[[SINK:[a-z0-9]*]]: tensor<8xf32>
// CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %[[T:.*]]) in (%{{.*}}, 8, %{{.*}})
// CHECK: %[[ROW:.*]] = affine.apply #{{.*}}(%[[T]])
// CHECK: %[[KH:.*]] = affine.apply #[[GROUP]](%[[H]])
// CHECK-DAG: %[[QT:.*]] = tensor.extract_slice %[[Q]][%[[B]], %[[H]], %[[ROW]], 0] [1, 1, %[[N:.*]], 16]
// CHECK-DAG: %[[KT:.*]] = tensor.extract_slice %[[K]][%[[B]], %[[KH]], 0, 0] [1, 1, %{{.*}}, 16]
// CHECK-DAG: %[[VT:.*]] = tensor.extract_slice %[[V]][%[[B]], %[[KH]], 0, 0] [1, 1, %{{.*}}, 32]
// CHECK-DAG: %[[ST:.*]] = tensor.extract_slice %[[SINK]][%[[H]]] [1] [1]
// CHECK-DAG: %[[POSITION:.*]] = arith.addi %[[FIRST]], %[[ROW]]
// CHECK: %[[TILE:.*]]:2 = attn.attention %[[QT]], %[[KT]], %[[VT]] q_offset(%[[POSITION]]) sink(%[[ST]]) {scale = 5.000000e-01 : f64} mask (%b, %h, %i, %j) {
// CHECK-NEXT: arith.cmpi sle, %j, %i
// CHECK: } score (%[[S:.*]], %{{.*}}, %[[HEAD:.*]], %{{.*}}, %{{.*}}) {
// CHECK: %[[WHOLE:.*]] = arith.addi %[[HEAD]], %[[H]]
// CHECK: tensor.extract %{{.*}}[%[[WHOLE]]]
// CHECK: } : {{.*}} -> (tensor<1x1x?x32xbf16>, tensor<1x1x?xf32>)
// CHECK: tensor.parallel_insert_slice %[[TILE]]#0 into %{{.*}}[%[[B]], %[[H]], %[[ROW]], 0] [1, 1, %[[N]], 32]
// CHECK: tensor.parallel_insert_slice %[[TILE]]#1 into %{{.*}}[%[[B]], %[[H]], %[[ROW]]] [1, 1, %[[N]]]
func.func @grouped(%q: !q, %k: !k, %v: !v, %first: index, %sink: tensor<8xf32>,
                   %slopes: tensor<8xf32>) -> (!o, tensor<?x8x?xf32>) {
  %o, %lse = attn.attention %q, %k, %v q_offset(%first) sink(%sink) {scale = 0.5 : f64}
      mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } score (%s, %b, %h, %i, %j) {
    %slope = tensor.extract %slopes[%h] : tensor<8xf32>
    %x = arith.addf %s, %slope : f32
    attn.yield %x : f32
  } : (!q, !k, !v, index, tensor<8xf32>) -> (!o, tensor<?x8x?xf32>)
  return %o, %lse : !o, tensor<?x8x?xf32>
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [1, 1, 64]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!t = tensor<2x8x64x16xf32>
!k = tensor<2x4x64x16xf32>

// Two whole groups at a time: two key heads. Nothing looks at positions, so there is no offset.
// CHECK-LABEL: func @groups
// CHECK-SAME: %{{.*}}: tensor<2x8x64x16xf32>, %[[K:[a-z0-9]*]]: tensor<2x4x64x16xf32>
// CHECK: scf.for %[[H:.*]] = %{{.*}} to %{{.*}} step %c4
// CHECK: %[[KH:.*]] = affine.apply #{{.*}}(%[[H]])
// CHECK: tensor.extract_slice %[[K]][0, %[[KH]], 0, 0] [2, 2, 64, 16]
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x4x16x16xf32>, tensor<2x2x64x16xf32>, tensor<2x2x64x16xf32>) -> tensor<2x4x16x16xf32>
func.func @groups(%q: !t, %k: !k) -> !t {
  %o = attn.attention %q, %k, %k : (!t, !k, !k) -> !t
  return %o : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:2 = transform.structured.tile_using_for %op tile_sizes [0, 4, 16]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!t = tensor<2x8x64x16xf32>
!k = tensor<2x2x64x16xf32>

// Half a group at a time: the one key head of the group.
// CHECK-DAG: #[[GROUP:.*]] = affine_map<(d0) -> (d0 floordiv 2)>
// CHECK-LABEL: func @half_a_group
// CHECK-SAME: %{{.*}}: tensor<2x8x64x16xf32>, %[[K:[a-z0-9]*]]: tensor<2x2x64x16xf32>
// CHECK: scf.forall (%[[H:.*]]) in (4)
// CHECK: %[[KH:.*]] = affine.apply #[[GROUP]](%[[H]])
// CHECK: tensor.extract_slice %[[K]][0, %[[KH]], 0, 0] [2, 1, 64, 16]
func.func @half_a_group(%q: !t, %k: !k) -> !t {
  %o = attn.attention %q, %k, %k : (!t, !k, !k) -> !t
  return %o : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [0, 2]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
