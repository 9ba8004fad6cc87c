// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!rows = memref<?x8xf32, strided<[?, 1], offset: ?>>
!b = memref<?x8xf32, strided<[?, 1], offset: ?>>
!state = memref<8x8xf32>

// Nothing is known of the rates: an exponential for each state, of any sign.
// CHECK-LABEL: func @unknown
// CHECK-NOT: math.exp2
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4: math.exp2 %{{.*}} : vector<8xf32>
// CHECK-NOT: math.exp2
// CHECK: return
func.func @unknown(%u: !rows, %A: !state, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, !state, !b, !b) state(%h : !state)
    output(%u : !rows) {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}

// Rates that are multiples of the first: one exponential for each step, in the first phase, then
// products. The next four states go on from the power that those before them leave.
// CHECK-LABEL: func @powers
// CHECK: %[[EXP:.*]] = math.exp2 %{{.*}} {attnc.non_positive} : vector<8xf32>
// CHECK-DAG: vector.store %[[EXP]], %[[FACTORS:[a-z0-9_]*]][%{{.*}}] : memref<1x4x8xf32>
// CHECK-DAG: vector.store %[[EXP]], %[[POWERS:[a-z0-9_]*]][%{{.*}}] : memref<1x4x8xf32>
// CHECK-NOT: math.exp
// CHECK: scf.for %{{.*}} = %c0 to %c8 step %c4
// CHECK: scf.for %[[T:.*]] = %c0 to %{{.*}} step %c1 iter_args
// CHECK: %[[FIRST:.*]] = vector.load %{{.*}}[%c0, %[[T]], %c0]
// CHECK: %[[SQUARE:.*]] = arith.mulf %[[FACTOR:.*]], %[[FACTOR]]
// CHECK: %[[P1:.*]] = vector.load %{{.*}}[%c0, %[[T]], %c0]
// CHECK: %[[P2:.*]] = arith.mulf %[[P1]], %[[FACTOR]]
// CHECK: %[[P3:.*]] = arith.mulf %[[P1]], %[[SQUARE]]
// CHECK: %[[P4:.*]] = arith.mulf %[[P2]], %[[SQUARE]]
// CHECK: %[[P5:.*]] = arith.mulf %[[P3]], %[[SQUARE]]
// CHECK: vector.store %[[P5]], %{{.*}}[%c0, %[[T]], %c0]
// CHECK: vector.fma %[[P1]]
// CHECK: vector.fma %[[P2]]
// CHECK: vector.fma %[[P3]]
// CHECK: vector.fma %[[P4]]
// CHECK-NOT: math.exp
// CHECK: return
func.func @powers(%u: !rows, %A: !state, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, !state, !b, !b) state(%h : !state)
    output(%u : !rows) {channel_tile = 8 : i64, contracting, powers, time_tile = 4 : i64}
  return
}

// One rate for all states of a channel is one factor for all of them; the one of a head is
// broadcast to its channels, and so is the head's step size.
// CHECK-LABEL: func @shared
// CHECK-SAME: (%{{.*}}: {{.*}}, %[[DELTA:[a-z0-9]*]]: memref<?x1xf32{{.*}}>, %[[A:[a-z0-9]*]]: memref<1x1xf32>
// CHECK: vector.load %[[A]][%c0, %c0]
// CHECK: %[[ONE:.*]] = memref.load %[[DELTA]][%{{.*}}, %c0]
// CHECK: %[[DT:.*]] = vector.broadcast %[[ONE]] : f32 to vector<8xf32>
// CHECK: arith.mulf %[[DT]]
// CHECK: %[[EXPONENT:.*]] = arith.mulf %[[DT]]
// CHECK: math.exp2 %[[EXPONENT]] : vector<8xf32>
// CHECK-NOT: math.exp
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4: vector.fma %[[FACTOR:[a-z0-9_]*]], %{{.*}}
// CHECK-NOT: math.exp
// CHECK: return
func.func @shared(%u: !rows, %delta: memref<?x1xf32, strided<[?, 1], offset: ?>>,
                  %A: memref<1x1xf32>, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %delta, %A, %B, %B
      : !rows, memref<?x1xf32, strided<[?, 1], offset: ?>>, memref<1x1xf32>, !b, !b)
    state(%h : !state) {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}
