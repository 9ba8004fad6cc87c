// TilingInterface of the scan: batch and channels, or heads and their elements, are cut; time never.
// RUN: attn-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

!u = tensor<?x?x12xbf16>
!b = tensor<?x?x3x5xbf16>
!h = tensor<?x12x5xf32>

// Two channels of a group of four, whose B it reads; C is constant.
// CHECK-DAG: #[[GROUP:.*]] = affine_map<(d0) -> (d0 floordiv 2)>
// CHECK-DAG: #[[FIRST:.*]] = affine_map<(d0) -> (d0 * 2)>
// CHECK-LABEL: func @channels
// CHECK-SAME: %[[U:[a-z0-9]*]]: tensor<?x?x12xbf16>, %[[A:[a-z0-9]*]]: tensor<12x5xf32>, %[[B:[a-z0-9]*]]: tensor<?x?x3x5xbf16>, %[[D:[a-z0-9]*]]: tensor<12xf32>, %[[H:[a-z0-9]*]]: tensor<?x12x5xf32>, %[[RESET:[a-z0-9]*]]: tensor<?x?xi1>
// CHECK-DAG: %[[BATCH:.*]] = tensor.dim %[[U]], %c0
// CHECK-DAG: %[[L:.*]] = tensor.dim %[[U]], %c1
// CHECK: scf.forall (%[[S:.*]], %[[T:.*]]) in (%[[BATCH]], 6)
// CHECK-DAG: %[[D0:.*]] = affine.apply #[[FIRST]](%[[T]])
// CHECK-DAG: %[[G:.*]] = affine.apply #[[GROUP]](%[[T]])
// CHECK-DAG: %[[UT:.*]] = tensor.extract_slice %[[U]][%[[S]], 0, %[[D0]]] [1, %[[L]], 2]
// CHECK-DAG: %[[AT:.*]] = tensor.extract_slice %[[A]][%[[D0]], 0] [2, 5]
// CHECK-DAG: %[[BT:.*]] = tensor.extract_slice %[[B]][%[[S]], 0, %[[G]], 0] [1, %[[L]], 1, 5]
// CHECK-DAG: %[[DT:.*]] = tensor.extract_slice %[[D]][%[[D0]]] [2]
// CHECK-DAG: %[[HT:.*]] = tensor.extract_slice %[[H]][%[[S]], %[[D0]], 0] [1, 2, 5]
// CHECK-DAG: %[[RT:.*]] = tensor.extract_slice %[[RESET]][%[[S]], 0] [1, %[[L]]]
// CHECK: %[[Y:.*]], %[[LAST:.*]] = attn.selective_scan %[[UT]], %[[UT]], %[[AT]], %[[BT]], %[[AT]] skip(%[[DT]]) gate(%[[UT]]) delta_bias(%[[DT]]) init(%[[HT]]) reset(%[[RT]]) {delta_limits = array<f64: 0.000000e+00, 1.000000e+00>, reverse, tag = 1 : i64} : {{.*}} -> (tensor<1x?x2xbf16>, tensor<1x2x5xf32>)
// CHECK: tensor.parallel_insert_slice %[[Y]] into %{{.*}}[%[[S]], 0, %[[D0]]] [1, %[[L]], 2]
// CHECK: tensor.parallel_insert_slice %[[LAST]] into %{{.*}}[%[[S]], %[[D0]], 0] [1, 2, 5]
func.func @channels(%u: !u, %A: tensor<12x5xf32>, %B: !b, %D: tensor<12xf32>, %init: !h,
                    %reset: tensor<?x?xi1>) -> (!u, !h) {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %A skip(%D) gate(%u) delta_bias(%D) init(%init)
      reset(%reset) {delta_limits = array<f64: 0.0, 1.0>, reverse, tag = 1}
      : (!u, !u, tensor<12x5xf32>, !b, tensor<12x5xf32>, tensor<12xf32>, !u, tensor<12xf32>, !h,
         tensor<?x?xi1>) -> (!u, !h)
  return %y, %last : !u, !h
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [1, 2]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!x = tensor<2x?x8x6xf32>
!delta = tensor<2x?x8xf32>
!b = tensor<2x?x4x5xf32>

// Two whole groups of heads and a third of each head's elements.
// CHECK-DAG: #[[GROUP:.*]] = affine_map<(d0) -> (d0 floordiv 2)>
// CHECK-LABEL: func @heads
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<2x?x8x6xf32>, %[[DELTA:[a-z0-9]*]]: tensor<2x?x8xf32>, %[[A:[a-z0-9]*]]: tensor<8xf32>, %[[B:[a-z0-9]*]]: tensor<2x?x4x5xf32>, %[[D:[a-z0-9]*]]: tensor<8x6xf32>
// CHECK: scf.for %[[H:.*]] = %c0 to %c8 step %c4
// CHECK: scf.for %[[P:.*]] = %c0 to %c6 step %c2
// CHECK-DAG: %[[G:.*]] = affine.apply #[[GROUP]](%[[H]])
// CHECK-DAG: %[[XT:.*]] = tensor.extract_slice %[[X]][0, 0, %[[H]], %[[P]]] [2, %[[L:.*]], 4, 2]
// CHECK-DAG: %[[DELTAT:.*]] = tensor.extract_slice %[[DELTA]][0, 0, %[[H]]] [2, %{{.*}}, 4]
// CHECK-DAG: %[[AT:.*]] = tensor.extract_slice %[[A]][%[[H]]] [4]
// CHECK-DAG: %[[BT:.*]] = tensor.extract_slice %[[B]][0, 0, %[[G]], 0] [2, %{{.*}}, 2, 5]
// CHECK-DAG: %[[DT:.*]] = tensor.extract_slice %[[D]][%[[H]], %[[P]]] [4, 2]
// CHECK: attn.selective_scan %[[XT]], %[[DELTAT]], %[[AT]], %[[BT]], %[[BT]] skip(%[[DT]]) : {{.*}} -> tensor<2x?x4x2xf32>
func.func @heads(%x: !x, %delta: !delta, %A: tensor<8xf32>, %B: !b, %D: tensor<8x6xf32>) -> !x {
  %y = attn.selective_scan %x, %delta, %A, %B, %B skip(%D)
      : (!x, !delta, tensor<8xf32>, !b, !b, tensor<8x6xf32>) -> !x
  return %y : !x
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loops:2 = transform.structured.tile_using_for %op tile_sizes [0, 4, 2]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!u = tensor<1x?x12xf32>
!b = tensor<?x?x1x5xf32>
!h = tensor<?x12x5xf32>

// Packed sequences are one batch: all of them, and all their states, are in each tile.
// CHECK-LABEL: func @packed
// CHECK-SAME: %[[H:[a-z0-9]*]]: tensor<?x12x5xf32>, %[[ENDS:[a-z0-9]*]]: tensor<?xi32>
// CHECK: scf.forall (%[[T:.*]]) in (3)
// CHECK: tensor.extract_slice %[[H]][0, %{{.*}}, 0] [%[[S:.*]], 4, 5]
// CHECK: attn.selective_scan {{.*}} init(%{{.*}}) cu_seqlens(%[[ENDS]]) : {{.*}} -> (tensor<1x?x4xf32>, tensor<?x4x5xf32>)
// CHECK: tensor.parallel_insert_slice %{{.*}} into %{{.*}}[0, 0, %{{.*}}] [1, %{{.*}}, 4]
// CHECK: tensor.parallel_insert_slice %{{.*}} into %{{.*}}[0, %{{.*}}, 0] [%[[S]], 4, 5]
func.func @packed(%u: !u, %A: tensor<12xf32>, %B: !b, %init: !h, %ends: tensor<?xi32>) -> (!u, !h) {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B init(%init) cu_seqlens(%ends)
      : (!u, !u, tensor<12xf32>, !b, !b, !h, tensor<?xi32>) -> (!u, !h)
  return %y, %last : !u, !h
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [1, 4]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
