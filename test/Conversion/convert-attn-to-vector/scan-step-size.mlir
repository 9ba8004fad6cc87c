// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!rows = memref<?x8xf32, strided<[?, 1], offset: ?>>
!b = memref<?x4xf32, strided<[?, 1], offset: ?>>
!state = memref<8x4xf32>

// Step sizes take the bias, softplus and their limits, in this order. Far above 0 softplus is its
// argument to the last bit, so that thresholds like the default of 20 cost nothing.
// CHECK-LABEL: func @softplus
// CHECK: %[[DELTA:.*]] = vector.load %{{.*}} : memref<?x8xf32{{.*}}>, vector<8xf32>
// CHECK: %[[BIASED:.*]] = arith.addf %[[DELTA]], %{{.*}}
// CHECK: math.absf %[[BIASED]]
// CHECK: math.exp2 {{.*}} {attnc.non_positive}
// CHECK: arith.divf
// CHECK-COUNT-5: vector.fma
// CHECK-NOT: arith.cmpf ogt, %[[BIASED]], %{{.*}}20
// CHECK: vector.store
// CHECK: return
func.func @softplus(%u: !rows, %A: memref<8x1xf32>, %B: !b, %h: !state, %bias: memref<8xf32>) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, memref<8x1xf32>, !b, !b)
    delta_bias(%bias : memref<8xf32>) state(%h : !state)
    {channel_tile = 8 : i64, contracting, delta_softplus, time_tile = 4 : i64}
  return
}

// A low threshold is a comparison of its own.
// CHECK-LABEL: func @low_threshold
// CHECK-DAG: %[[TWO:.*]] = arith.constant dense<2.5{{.*}}> : vector<8xf32>
// CHECK: %[[DELTA:.*]] = vector.load %{{.*}} : memref<?x8xf32{{.*}}>, vector<8xf32>
// CHECK: %[[SOFT:.*]] = vector.fma
// CHECK: %[[IS_ABOVE:.*]] = arith.cmpf ogt, %[[DELTA]], %[[TWO]]
// CHECK: arith.select %[[IS_ABOVE]], %[[DELTA]], %
func.func @low_threshold(%u: !rows, %A: memref<8x1xf32>, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, memref<8x1xf32>, !b, !b) state(%h : !state)
    {channel_tile = 8 : i64, delta_softplus, softplus_threshold = 2.5 : f64, time_tile = 4 : i64}
  return
}

// Limits are selected, not minima and maxima: what is no number stays so. An infinite one is none.
// CHECK-LABEL: func @limits
// CHECK-DAG: %[[LOW:.*]] = arith.constant dense<1.25{{.*}}> : vector<8xf32>
// CHECK-DAG: %[[HIGH:.*]] = arith.constant dense<2.5{{.*}}> : vector<8xf32>
// CHECK: %[[IS_BELOW:.*]] = arith.cmpf olt, %[[DELTA:.*]], %[[LOW]]
// CHECK: %[[RAISED:.*]] = arith.select %[[IS_BELOW]], %[[LOW]], %[[DELTA]]
// CHECK: %[[IS_ABOVE:.*]] = arith.cmpf ogt, %[[RAISED]], %[[HIGH]]
// CHECK: arith.select %[[IS_ABOVE]], %[[HIGH]], %[[RAISED]]
// CHECK-LABEL: func @one_limit
// CHECK: arith.cmpf olt
// CHECK-NOT: arith.cmpf
// CHECK: return
func.func @limits(%u: !rows, %A: memref<8x1xf32>, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, memref<8x1xf32>, !b, !b) state(%h : !state)
    {channel_tile = 8 : i64, delta_limits = array<f64: 1.25, 2.5>, time_tile = 4 : i64}
  return
}

func.func @one_limit(%u: !rows, %A: memref<8x1xf32>, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, memref<8x1xf32>, !b, !b) state(%h : !state)
    {channel_tile = 8 : i64, delta_limits = array<f64: 1.25, 0x7FF0000000000000>, time_tile = 4 : i64}
  return
}
