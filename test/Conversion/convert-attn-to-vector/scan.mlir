// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s
// RUN: attn-opt %s \
// RUN:   --convert-attn-to-vector=features=+avx512f,+avx512bw,+avx512dq,+avx512vl \
// RUN:   --canonicalize --cse | FileCheck %s --check-prefix=AVX512

!rows = memref<?x16xf32, strided<[?, 1], offset: ?>>
!b = memref<?x6xf32, strided<[?, 1], offset: ?>>
!state = memref<16x6xf32>

// Lanes run along channels. First the step sizes, the inputs dt * u and the skip connection of all
// steps, then the recurrence of a few states in registers at a time, then the gate.
// CHECK-LABEL: func @per_state
// CHECK-SAME: (%[[U:[a-z0-9]*]]: {{.*}}, %[[DELTA:[a-z0-9]*]]: {{.*}}, %[[A:[a-z0-9]*]]: memref<16x6xf32>, %[[B:[a-z0-9]*]]: memref<?x6xf32{{.*}}>, %[[C:[a-z0-9]*]]: memref<?x6xf32{{.*}}>, %[[STATE:[a-z0-9]*]]: memref<16x6xf32>, %[[Y:[a-z0-9]*]]: {{.*}}, %[[Z:[a-z0-9]*]]: {{.*}}, %[[D:[a-z0-9]*]]: memref<16xf32>)
// CHECK-NOT: attn.
// CHECK: %[[L:.*]] = memref.dim %[[U]], %c0
// Rates are transposed into vectors of channels, times log2(e).
// CHECK: vector.load %[[A]]
// CHECK: vector.shuffle
// CHECK: arith.mulf %{{.*}}, %[[LOG2E:.*]] : vector<8xf32>
// CHECK: vector.store %{{.*}}, %[[RATES:.*]][%{{.*}}] : memref<2x6x8xf32>
// CHECK: memref.load %[[D]]
// Phase 1.
// CHECK: scf.for %[[T:.*]] = %c0 to %[[L]] step %c1
// CHECK-NEXT: scf.for %[[V:.*]] = %c0 to %c2 step %c1
// CHECK: %[[DT:.*]] = vector.load %[[DELTA]][%[[T]], %{{.*}}] : {{.*}}, vector<8xf32>
// CHECK-NEXT: %[[IN:.*]] = vector.load %[[U]][%[[T]], %{{.*}}] : {{.*}}, vector<8xf32>
// CHECK-NEXT: vector.store %[[DT]], %[[STEPS:.*]][%[[V]], %[[T]], %c0] : memref<2x8x8xf32>
// CHECK-NEXT: %[[INPUT:.*]] = arith.mulf %[[DT]], %[[IN]]
// CHECK-NEXT: vector.store %[[INPUT]], %[[INPUTS:.*]][%[[V]], %[[T]], %c0] : memref<2x8x8xf32>
// CHECK: %[[SKIPPED:.*]] = arith.mulf %{{.*}}, %[[IN]]
// CHECK-NEXT: vector.store %[[SKIPPED]], %[[SUMS:.*]][%[[V]], %[[T]], %c0] : memref<2x8x8xf32>
// The state comes in transposed.
// CHECK: vector.load %[[STATE]]
// CHECK: vector.shuffle
// Phase 2: four states of one vector of channels, and the two that are left.
// CHECK: scf.for %[[V2:.*]] = %c0 to %c2 step %c1
// CHECK: scf.for %[[T2:.*]] = %c0 to %[[L]] step %c1 iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK: %[[DT2:.*]] = vector.load %[[STEPS]][%[[V2]], %[[T2]], %c0]
// CHECK: %[[INPUT2:.*]] = vector.load %[[INPUTS]][%[[V2]], %[[T2]], %c0]
// CHECK: arith.mulf %[[DT2]]
// CHECK-COUNT-4: math.exp2 %{{.*}} {attnc.non_positive} : vector<8xf32>
// CHECK: %[[B0:.*]] = memref.load %[[B]][%[[T2]], %{{.*}}]
// CHECK: %[[BV:.*]] = vector.broadcast %[[B0]]
// CHECK: %[[ADDED:.*]] = arith.mulf %[[INPUT2]], %[[BV]]
// CHECK: vector.fma %{{.*}}, %{{.*}}, %[[ADDED]]
// CHECK: memref.load %[[C]][%[[T2]], %{{.*}}]
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>) {
// CHECK-COUNT-2: math.exp2
// The state goes back as it came, rows of channels.
// CHECK: vector.store %{{.*}}, %[[STATE]][%{{.*}}, %c0] : memref<16x6xf32>, vector<4xf32>
// CHECK: vector.store %{{.*}}, %[[STATE]][%{{.*}}, %c4] : memref<16x6xf32>, vector<2xf32>
// Phase 3.
// CHECK: scf.for %[[T3:.*]] = %c0 to %[[L]] step %c1
// CHECK: %[[SUM:.*]] = vector.load %[[SUMS]]
// CHECK: vector.load %[[Z]][%[[T3]], %{{.*}}]
// CHECK: math.exp %{{.*}} {attnc.non_positive}
// CHECK: %[[GATED:.*]] = arith.mulf %[[SUM]]
// CHECK: vector.store %[[GATED]], %[[Y]][%[[T3]], %{{.*}}]
// CHECK: return

// AVX-512 has registers for all six states, sixteen channels wide.
// AVX512-LABEL: func @per_state
// AVX512: scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>, vector<16xf32>)
// AVX512-COUNT-6: math.exp2 %{{.*}} {attnc.non_positive} : vector<16xf32>
// AVX512: return
func.func @per_state(%u: !rows, %delta: !rows, %A: !state, %B: !b, %C: !b, %h: !state, %y: !rows,
                     %z: !rows, %D: memref<16xf32>) {
  attn.scan_step ins(%u, %delta, %A, %B, %C : !rows, !rows, !state, !b, !b)
    skip(%D : memref<16xf32>) gate(%z : !rows) state(%h : !state) output(%y : !rows)
    {channel_tile = 16 : i64, contracting, time_tile = 8 : i64}
  return
}
