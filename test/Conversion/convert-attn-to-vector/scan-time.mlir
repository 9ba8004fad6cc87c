// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!rows = memref<?x8xf32, strided<[?, 1], offset: ?>>
!b = memref<?x4xf32, strided<[?, 1], offset: ?>>
!state = memref<8x4xf32>

// At a reset the factor and the state are 0, whatever they are: 0 times infinity is no number.
// CHECK-LABEL: func @reset
// CHECK-SAME: %[[RESET:[a-z0-9]*]]: memref<?xi1>)
// CHECK: scf.for %[[T:.*]] = %c0 to %{{.*}} step %c1 iter_args(%[[H:[a-z0-9]*]] =
// CHECK: %[[NOW:.*]] = memref.load %[[RESET]][%[[T]]]
// CHECK-DAG: %[[FACTOR:.*]] = arith.select %[[NOW]], %[[ZERO:.*]], %{{.*}} : vector<8xf32>
// CHECK-DAG: %[[OLD:.*]] = arith.select %[[NOW]], %[[ZERO]], %[[H]] : vector<8xf32>
// CHECK: vector.fma %[[FACTOR]], %[[OLD]], %
func.func @reset(%u: !rows, %A: !state, %B: !b, %h: !state, %reset: memref<?xi1>) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, !state, !b, !b)
    reset(%reset : memref<?xi1>) state(%h : !state) output(%u : !rows)
    {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}

// Backwards the recurrence takes the last step first, and memory is asked for earlier rows.
// CHECK-LABEL: func @reverse
// CHECK: %[[L:.*]] = memref.dim
// CHECK: arith.addi %{{.*}}, %c-8
// CHECK: "llvm.intr.prefetch"
// CHECK: scf.for %[[I:.*]] = %c0 to %[[L]] step %c1 iter_args
// CHECK: %[[LAST:.*]] = arith.subi %[[L]], %c1
// CHECK: %[[T:.*]] = arith.subi %[[LAST]], %[[I]]
// CHECK: vector.load %{{.*}}[%c0, %[[T]], %c0]
// CHECK: memref.load %{{.*}}[%[[T]], %c0]
func.func @reverse(%u: !rows, %A: !state, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, !state, !b, !b) state(%h : !state)
    output(%u : !rows) {channel_tile = 8 : i64, reverse, time_tile = 4 : i64}
  return
}

// Parts that will be merged want the time that they took, infinite after a reset, and here no
// output: C is not read.
// CHECK-LABEL: func @elapsed
// CHECK-SAME: %[[C:[a-z0-9]*]]: memref<?x4xf32, strided<[?, 1], offset: ?>>, %{{[a-z0-9]*}}: memref<8x4xf32>, %[[ELAPSED:[a-z0-9]*]]: memref<8xf32>, %[[RESET:[a-z0-9]*]]: memref<?xi1>)
// CHECK: %[[INF:.*]] = arith.constant dense<0x7F800000> : vector<8xf32>
// CHECK-NOT: memref.load %[[C]]
// CHECK: %[[BEFORE:.*]] = vector.load %[[ELAPSED]][%c0]
// CHECK: %[[SUM:.*]] = scf.for %[[T:.*]] = %c0 to %{{.*}} step %c1 iter_args(%[[SO_FAR:.*]] = %[[BEFORE]])
// CHECK: %[[NOW:.*]] = memref.load %[[RESET]][%[[T]]]
// CHECK: %[[KEPT:.*]] = arith.select %[[NOW]], %[[INF]], %[[SO_FAR]]
// CHECK: %[[DT:.*]] = vector.load %{{.*}}[%c0, %[[T]], %c0]
// CHECK: arith.addf %[[KEPT]], %[[DT]]
// CHECK: vector.store %[[SUM]], %[[ELAPSED]][%c0]
// CHECK: return
func.func @elapsed(%u: !rows, %A: !state, %B: !b, %C: !b, %h: !state, %elapsed: memref<8xf32>,
                   %reset: memref<?xi1>) {
  attn.scan_step ins(%u, %u, %A, %B, %C : !rows, !rows, !state, !b, !b)
    reset(%reset : memref<?xi1>) state(%h : !state) elapsed(%elapsed : memref<8xf32>)
    {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}

// A head has one time for its channels.
// CHECK-LABEL: func @head_elapsed
// CHECK-SAME: %[[ELAPSED:[a-z0-9]*]]: memref<1xf32>)
// CHECK: %[[SUM:.*]] = scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}) -> (vector<8xf32>) {
// CHECK: %[[FIRST:.*]] = vector.extract %[[SUM]][0]
// CHECK: memref.store %[[FIRST]], %[[ELAPSED]][%c0]
func.func @head_elapsed(%u: !rows, %delta: memref<?x1xf32, strided<[?, 1], offset: ?>>,
                        %A: memref<1x1xf32>, %B: !b, %h: !state, %elapsed: memref<1xf32>) {
  attn.scan_step ins(%u, %delta, %A, %B, %B
      : !rows, memref<?x1xf32, strided<[?, 1], offset: ?>>, memref<1x1xf32>, !b, !b)
    state(%h : !state) elapsed(%elapsed : memref<1xf32>)
    {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}
