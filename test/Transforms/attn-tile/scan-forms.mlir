// RUN: attn-opt %s --attn-tile="channels=16 time-tile=8" --canonicalize --cse | FileCheck %s

!u = tensor<?x?x96xf32>
!A = tensor<96x4xf32>

// A block lies in one group: 3 groups of 2 blocks of 16 channels each. B and C are the group's.
// CHECK-LABEL: func @groups
// CHECK-SAME: %[[B:[a-z0-9]*]]: tensor<?x?x3x4xf32>)
// CHECK: scf.forall (%[[S:.*]], %[[GROUP:.*]], %[[BLOCK:.*]]) in (%{{.*}}, 3, 2)
// CHECK-DAG: %[[INGROUP:.*]] = arith.muli %[[BLOCK]], %c16
// CHECK-DAG: %[[GROUPFIRST:.*]] = arith.muli %[[GROUP]], %c32
// CHECK: %[[FIRST:.*]] = arith.addi %[[GROUPFIRST]], %[[INGROUP]]
// CHECK: tensor.extract_slice %{{.*}}[%[[FIRST]], 0] [16, 4]
// CHECK: scf.for %[[T:.*]] = %c0 to %{{.*}} step %c8
// CHECK: tensor.extract_slice %[[B]][%[[S]], %[[T]], %[[GROUP]], 0] [1, %{{.*}}, 1, 4]
// CHECK: attn.scan_step {{.*}} {channel_tile = 16 : i64, time_tile = 8 : i64}
func.func @groups(%u: !u, %A: !A, %B: tensor<?x?x3x4xf32>) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B
    : (!u, !u, !A, tensor<?x?x3x4xf32>, tensor<?x?x3x4xf32>) -> !u
  return %y : !u
}

// A group that is no whole number of blocks: its last block is short, and starts no other group.
// CHECK-LABEL: func @short_groups
// CHECK: scf.forall (%{{.*}}, %[[GROUP:.*]], %[[BLOCK:.*]]) in (%{{.*}}, 4, 2)
// CHECK: %[[INGROUP:.*]] = arith.muli %[[BLOCK]], %c16
// CHECK: %[[LEFT:.*]] = arith.subi %c24, %[[INGROUP]]
// CHECK: arith.minsi %[[LEFT]], %c16
// CHECK: %[[GROUPFIRST:.*]] = arith.muli %[[GROUP]], %c24
// CHECK: arith.addi %[[GROUPFIRST]], %[[INGROUP]]
func.func @short_groups(%u: !u, %A: !A, %B: tensor<?x?x4x4xf32>) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B
    : (!u, !u, !A, tensor<?x?x4x4xf32>, tensor<?x?x4x4xf32>) -> !u
  return %y : !u
}

!heads = tensor<?x?x6x20xf32>
!deltas = tensor<?x?x6xf32>
!grouped = tensor<?x?x2x4xf32>

// Heads form: blocks of channels of one head, which have one step size and one rate; three heads
// share B and C.
// CHECK-LABEL: func @heads
// CHECK-SAME: (%[[U:[a-z0-9]*]]: {{.*}}, %[[DELTA:[a-z0-9]*]]: {{.*}}, %[[A:[a-z0-9]*]]: tensor<6xf32>, %[[B:[a-z0-9]*]]: {{.*}}, %[[SKIP:[a-z0-9]*]]: tensor<6x20xf32>, %[[BIAS:[a-z0-9]*]]: tensor<6xf32>)
// CHECK: scf.forall (%[[S:.*]], %[[HEAD:.*]], %[[BLOCK:.*]]) in (%{{.*}}, 6, 2) shared_outs(%{{.*}} = %{{.*}}, %[[LAST:.*]] = %
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c16
// CHECK: %[[LEFT:.*]] = arith.subi %c20, %[[FIRST]]
// CHECK: %[[N:.*]] = arith.minsi %[[LEFT]], %c16
// CHECK: %[[COLUMN:.*]] = tensor.expand_shape %[[A]] {{\[}}[0, 1]] output_shape [6, 1]
// CHECK: tensor.extract_slice %[[COLUMN]][%[[HEAD]], 0] [1, 1]
// CHECK: tensor.extract_slice %[[SKIP]][%[[HEAD]], %[[FIRST]]] [1, %[[N]]]
// CHECK: tensor.extract_slice %[[BIAS]][%[[HEAD]]] [1]
// CHECK: tensor.extract_slice %[[LAST]][%[[S]], %[[HEAD]], %[[FIRST]], 0] [1, 1, %[[N]], 4]
// CHECK: scf.for %[[T:.*]] = %c0
// CHECK: tensor.extract_slice %[[U]][%[[S]], %[[T]], %[[HEAD]], %[[FIRST]]] [1, %[[STEPS:.*]], 1, %[[N]]]
// CHECK: tensor.extract_slice %[[DELTA]][%[[S]], %[[T]], %[[HEAD]]] [1, %[[STEPS]], 1]
// CHECK: %[[GROUP:.*]] = arith.divui %[[HEAD]], %c3
// CHECK: tensor.extract_slice %[[B]][%[[S]], %[[T]], %[[GROUP]], 0] [1, %[[STEPS]], 1, 4]
// CHECK: attn.scan_step ins(%{{.*}} : tensor<?x?xf32>, tensor<?x1xf32>, tensor<1x1xf32>, tensor<?x4xf32>, tensor<?x4xf32>) skip(%{{.*}} : tensor<?xf32>) delta_bias(%{{.*}} : tensor<1xf32>)
func.func @heads(%u: !heads, %delta: !deltas, %A: tensor<6xf32>, %B: !grouped,
                 %skip: tensor<6x20xf32>, %bias: tensor<6xf32>)
    -> (!heads, tensor<?x6x20x4xf32>) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %B skip(%skip) delta_bias(%bias)
    : (!heads, !deltas, tensor<6xf32>, !grouped, !grouped, tensor<6x20xf32>, tensor<6xf32>)
      -> (!heads, tensor<?x6x20x4xf32>)
  return %y, %last : !heads, tensor<?x6x20x4xf32>
}

// One skip factor for each head is one for the block.
// CHECK-LABEL: func @head_skip
// CHECK-SAME: %[[SKIP:[a-z0-9]*]]: tensor<6xf32>)
// CHECK: scf.forall (%{{.*}}, %[[HEAD:.*]], %{{.*}}) in
// CHECK: tensor.extract_slice %[[SKIP]][%[[HEAD]]] [1]
// CHECK: attn.scan_step {{.*}} skip(%{{.*}} : tensor<1xf32>)
func.func @head_skip(%u: !heads, %delta: !deltas, %A: tensor<6xf32>, %B: !grouped,
                     %skip: tensor<6xf32>) -> !heads {
  %y = attn.selective_scan %u, %delta, %A, %B, %B skip(%skip)
    : (!heads, !deltas, tensor<6xf32>, !grouped, !grouped, tensor<6xf32>) -> !heads
  return %y : !heads
}

// B and C that hold for all time are sliced before the loop over it, as one rate for all states is.
// CHECK-LABEL: func @constants
// CHECK-SAME: %[[A:[a-z0-9]*]]: tensor<96xf32>, %[[B:[a-z0-9]*]]: tensor<96x4xf32>, %[[C:[a-z0-9]*]]: tensor<96x4xf32>)
// CHECK: scf.forall
// CHECK: %[[COLUMN:.*]] = tensor.expand_shape %[[A]] {{\[}}[0, 1]] output_shape [96, 1]
// CHECK: %[[RATES:.*]] = tensor.extract_slice %[[COLUMN]][%[[FIRST:.*]], 0] [16, 1]
// CHECK: %[[BS:.*]] = tensor.extract_slice %[[B]][%[[FIRST]], 0] [16, 4]
// CHECK: %[[CS:.*]] = tensor.extract_slice %[[C]][%[[FIRST]], 0] [16, 4]
// CHECK: scf.for
// CHECK: attn.scan_step ins(%{{.*}}, %{{.*}}, %[[RATES]], %[[BS]], %[[CS]] : tensor<?x16xf32>, tensor<?x16xf32>, tensor<16x1xf32>, tensor<16x4xf32>, tensor<16x4xf32>)
// CHECK-SAME: {channel_tile = 16 : i64, constant_b, constant_c, time_tile = 8 : i64}
func.func @constants(%u: !u, %A: tensor<96xf32>, %B: !A, %C: !A) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %C : (!u, !u, tensor<96xf32>, !A, !A) -> !u
  return %y : !u
}
