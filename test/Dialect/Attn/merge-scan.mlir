// MergeableStateOpInterface: a scan's loop over time cut in two, the later half merged into the
// earlier one.
// RUN: attn-opt %s --test-attn-merge --split-input-file | FileCheck %s

!h = tensor<16x4xf32>
!e = tensor<16xf32>

// CHECK-DAG: #[[FULL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[CHANNELS:.*]] = affine_map<(d0, d1) -> (d0)>
// CHECK-LABEL: func @channels
// CHECK-SAME: %[[A:[a-z0-9]*]]: tensor<16x4xf32>, %{{[a-z0-9]*}}: tensor<8x4xf32>, %[[H0:[a-z0-9]*]]: tensor<16x4xf32>, %[[E0:[a-z0-9]*]]: tensor<16xf32>, %[[N:[a-z0-9]*]]: index
// CHECK: %[[MID:.*]] = arith.addi %c0

// Before any step the state is 0 and no time has passed.
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[H_ID:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%{{.*}} : tensor<16x4xf32>)
// CHECK: %[[E_ID:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%{{.*}} : tensor<16xf32>)

// CHECK: %[[FIRST:.*]]:2 = scf.for %{{.*}} = %c0 to %[[MID]] {{.*}} iter_args(%{{.*}} = %[[H0]], %{{.*}} = %[[E0]])
// CHECK: %[[SECOND:.*]]:2 = scf.for %{{.*}} = %[[MID]] to %[[N]] {{.*}} iter_args(%{{.*}} = %[[H_ID]], %{{.*}} = %[[E_ID]])

// What the first half left decays for as long as the second took; a reset leaves nothing.
// CHECK: %[[H:.*]] = linalg.generic {indexing_maps = [#[[FULL]], #[[FULL]], #[[CHANNELS]], #[[FULL]]], iterator_types = ["parallel", "parallel"]}
// CHECK-SAME: ins(%[[SECOND]]#0, %[[A]], %[[SECOND]]#1 : {{.*}}) outs(%[[FIRST]]#0 :
// CHECK-NEXT: ^bb0(%[[H2:.*]]: f32, %[[RATE:.*]]: f32, %[[PASSED:.*]]: f32, %[[H1:.*]]: f32):
// CHECK-DAG: %[[INF:.*]] = arith.constant 0x7F800000 : f32
// CHECK-DAG: %[[NONE:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[RESET:.*]] = arith.cmpf oeq, %[[PASSED]], %[[INF]]
// CHECK: %[[X:.*]] = arith.mulf %[[RATE]], %[[PASSED]]
// CHECK: %[[FACTOR:.*]] = math.exp %[[X]]
// CHECK: %[[DECAYED:.*]] = arith.mulf %[[FACTOR]], %[[H1]]
// CHECK: %[[KEPT:.*]] = arith.select %[[RESET]], %[[NONE]], %[[DECAYED]]
// CHECK: %[[SUM:.*]] = arith.addf %[[KEPT]], %[[H2]]
// CHECK: linalg.yield %[[SUM]]
// CHECK: %[[E:.*]] = linalg.add ins(%[[FIRST]]#1, %[[SECOND]]#1 : {{.*}}) outs(%[[FIRST]]#1 :
// CHECK: return %[[H]], %[[E]]
func.func @channels(%u: tensor<8x16xf32>, %A: !h, %B: tensor<8x4xf32>, %h0: !h, %e0: !e, %n: index)
    -> (!h, !e) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %state:2 = scf.for %t = %c0 to %n step %c8 iter_args(%h = %h0, %e = %e0) -> (!h, !e) {
    %r:2 = attn.scan_step ins(%u, %u, %A, %B, %B
            : tensor<8x16xf32>, tensor<8x16xf32>, !h, tensor<8x4xf32>, tensor<8x4xf32>)
        state(%h : !h) elapsed(%e : !e) {time_tile = 8, channel_tile = 16} -> !h, !e
    scf.yield %r#0, %r#1 : !h, !e
  }
  return %state#0, %state#1 : !h, !e
}

// -----

!h = tensor<?x4xf32>
!e = tensor<1xf32>

// One rate and one step size for all channels of a head; any number of channels.
// CHECK-DAG: #[[FULL:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[FIRST_RATE:.*]] = affine_map<(d0, d1) -> (0, 0)>
// CHECK-DAG: #[[FIRST_TIME:.*]] = affine_map<(d0, d1) -> (0)>
// CHECK-LABEL: func @head
// CHECK-SAME: %[[H0:[a-z0-9]*]]: tensor<?x4xf32>, %{{[a-z0-9]*}}: tensor<1xf32>
// CHECK: %[[CHANNELS:.*]] = tensor.dim %[[H0]], %{{.*}}
// CHECK: tensor.empty(%[[CHANNELS]]) : tensor<?x4xf32>
// CHECK: linalg.generic {indexing_maps = [#[[FULL]], #[[FIRST_RATE]], #[[FIRST_TIME]], #[[FULL]]]
func.func @head(%u: tensor<8x?xf32>, %delta: tensor<8x1xf32>, %A: tensor<1x1xf32>,
                %B: tensor<8x4xf32>, %h0: !h, %e0: !e, %n: index) -> (!h, !e) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %state:2 = scf.for %t = %c0 to %n step %c8 iter_args(%h = %h0, %e = %e0) -> (!h, !e) {
    %r:2 = attn.scan_step ins(%u, %delta, %A, %B, %B
            : tensor<8x?xf32>, tensor<8x1xf32>, tensor<1x1xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
        state(%h : !h) elapsed(%e : !e) {time_tile = 8, channel_tile = 16} -> !h, !e
    scf.yield %r#0, %r#1 : !h, !e
  }
  return %state#0, %state#1 : !h, !e
}
