// TilingInterface of the convolution: batch and channels are cut; time never.
// RUN: attn-opt %s --transform-interpreter --canonicalize --cse --split-input-file | FileCheck %s

!x = tensor<?x?x12xbf16>
!window = tensor<?x3x12xbf16>

// CHECK-DAG: #[[FIRST:.*]] = affine_map<(d0) -> (d0 * 4)>
// CHECK-LABEL: func @all_operands
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<?x?x12xbf16>, %[[W:[a-z0-9]*]]: tensor<12x4xf32>, %[[BIAS:[a-z0-9]*]]: tensor<12xf32>, %[[BEFORE:[a-z0-9]*]]: tensor<?x3x12xbf16>, %[[RESET:[a-z0-9]*]]: tensor<?x?xi1>
// CHECK: scf.forall (%[[S:.*]], %[[T:.*]]) in (%{{.*}}, 3)
// CHECK: %[[D:.*]] = affine.apply #[[FIRST]](%[[T]])
// CHECK-DAG: %[[XT:.*]] = tensor.extract_slice %[[X]][%[[S]], 0, %[[D]]] [1, %[[L:.*]], 4]
// CHECK-DAG: %[[WT:.*]] = tensor.extract_slice %[[W]][%[[D]], 0] [4, 4]
// CHECK-DAG: %[[BIAST:.*]] = tensor.extract_slice %[[BIAS]][%[[D]]] [4]
// CHECK-DAG: %[[BEFORET:.*]] = tensor.extract_slice %[[BEFORE]][%[[S]], 0, %[[D]]] [1, 3, 4]
// CHECK-DAG: %[[RT:.*]] = tensor.extract_slice %[[RESET]][%[[S]], 0] [1, %{{.*}}]
// CHECK: %[[Y:.*]], %[[LAST:.*]] = attn.causal_conv1d %[[XT]], %[[WT]] bias(%[[BIAST]]) init(%[[BEFORET]]) reset(%[[RT]]) {silu, tag = 1 : i64} : {{.*}} -> (tensor<1x?x4xbf16>, tensor<1x3x4xbf16>)
// CHECK: tensor.parallel_insert_slice %[[Y]] into %{{.*}}[%[[S]], 0, %[[D]]] [1, %{{.*}}, 4]
// CHECK: tensor.parallel_insert_slice %[[LAST]] into %{{.*}}[%[[S]], 0, %[[D]]] [1, 3, 4]
func.func @all_operands(%x: !x, %w: tensor<12x4xf32>, %bias: tensor<12xf32>, %before: !window,
                        %reset: tensor<?x?xi1>) -> (!x, !window) {
  %y, %last = attn.causal_conv1d %x, %w bias(%bias) init(%before) reset(%reset) {silu, tag = 1}
      : (!x, tensor<12x4xf32>, tensor<12xf32>, !window, tensor<?x?xi1>) -> (!x, !window)
  return %y, %last : !x, !window
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.causal_conv1d"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_forall %op tile_sizes [1, 4]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!x = tensor<1x?x12xf32>
!windows = tensor<4x1x12xf32>

// CHECK-LABEL: func @packed
// CHECK-SAME: %[[ENDS:[a-z0-9]*]]: tensor<5xi32>
// CHECK: scf.for %[[D:.*]] = %c0 to %c12 step %c6
// CHECK: tensor.extract_slice %{{.*}}[0, 0, %[[D]]] [4, 1, 6] [1, 1, 1] : tensor<4x1x12xf32>
// CHECK: attn.causal_conv1d {{.*}} init(%{{.*}}) cu_seqlens(%[[ENDS]]) : {{.*}} -> (tensor<1x?x6xf32>, tensor<4x1x6xf32>)
func.func @packed(%x: !x, %w: tensor<12x2xf32>, %before: !windows, %ends: tensor<5xi32>)
    -> (!x, !windows) {
  %y, %last = attn.causal_conv1d %x, %w init(%before) cu_seqlens(%ends)
      : (!x, tensor<12x2xf32>, !windows, tensor<5xi32>) -> (!x, !windows)
  return %y, %last : !x, !windows
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.causal_conv1d"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 6]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
