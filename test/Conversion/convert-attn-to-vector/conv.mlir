// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!rows = memref<?x16xf32, strided<[?, 1], offset: ?>>
!window = memref<3x16xf32>
!weight = memref<16x4xf32>

// The window of three rows slides along time in registers; the taps stay there.
// CHECK-LABEL: func @conv
// CHECK-SAME: (%[[X:[a-z0-9]*]]: {{.*}}, %[[W:[a-z0-9]*]]: {{.*}}, %[[BIAS:[a-z0-9]*]]: memref<16xf32>, %[[WINDOW:[a-z0-9]*]]: memref<3x16xf32>, %[[Y:[a-z0-9]*]]: {{.*}}, %[[RESET:[a-z0-9]*]]: memref<?xi1>)
// CHECK-NOT: attn.
// CHECK: vector.load %[[W]]
// CHECK: vector.shuffle
// CHECK: memref.load %[[BIAS]]
// CHECK: scf.for %{{.*}} = %c0 to %c2 step %c1
// CHECK: %[[W0:.*]] = vector.load %[[WINDOW]][%c0, %{{.*}}]
// CHECK: %[[W1:.*]] = vector.load %[[WINDOW]][%c1, %{{.*}}]
// CHECK: %[[W2:.*]] = vector.load %[[WINDOW]][%c2, %{{.*}}]
// CHECK: %[[L:.*]] = memref.dim %[[X]], %c0
// CHECK: %[[END:.*]]:3 = scf.for %[[T:.*]] = %c0 to %[[L]] step %c1 iter_args(%[[A:.*]] = %[[W0]], %[[B:.*]] = %[[W1]], %[[C:.*]] = %[[W2]])
// A tile ahead the memory is asked for the rows of the next one.
// CHECK: %[[AHEAD:.*]] = arith.addi %[[T]], %[[L]]
// CHECK: "llvm.intr.prefetch"({{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK: "llvm.intr.prefetch"({{.*}}) <{cache = 1 : i32, hint = 3 : i32, rw = 1 : i32}>
// CHECK: %[[NOW:.*]] = memref.load %[[RESET]][%[[T]]]
// CHECK: %[[KA:.*]] = arith.select %[[NOW]], %[[ZERO:.*]], %[[A]]
// CHECK: %[[KB:.*]] = arith.select %[[NOW]], %[[ZERO]], %[[B]]
// CHECK: %[[KC:.*]] = arith.select %[[NOW]], %[[ZERO]], %[[C]]
// CHECK: %[[NEW:.*]] = vector.load %[[X]][%[[T]], %{{.*}}]
// CHECK: %[[S0:.*]] = vector.fma %{{.*}}, %[[KA]], %
// CHECK: %[[S1:.*]] = vector.fma %{{.*}}, %[[KB]], %[[S0]]
// CHECK: %[[S2:.*]] = vector.fma %{{.*}}, %[[KC]], %[[S1]]
// CHECK: %[[SUM:.*]] = vector.fma %{{.*}}, %[[NEW]], %[[S2]]
// CHECK: math.exp %{{.*}} {attnc.non_positive}
// CHECK: %[[SILU:.*]] = arith.mulf %[[SUM]]
// CHECK: vector.store %[[SILU]], %[[Y]][%[[T]], %{{.*}}]
// CHECK: scf.yield %[[KB]], %[[KC]], %[[NEW]]
// CHECK: vector.store %[[END]]#0, %[[WINDOW]][%c0, %{{.*}}]
// CHECK: vector.store %[[END]]#1, %[[WINDOW]][%c1, %{{.*}}]
// CHECK: vector.store %[[END]]#2, %[[WINDOW]][%c2, %{{.*}}]
func.func @conv(%x: !rows, %w: !weight, %bias: memref<16xf32>, %window: !window, %y: !rows,
                %reset: memref<?xi1>) {
  attn.conv_step ins(%x, %w : !rows, !weight) bias(%bias : memref<16xf32>)
    reset(%reset : memref<?xi1>) window(%window : !window) output(%y : !rows)
    {channel_tile = 16 : i64, silu}
  return
}

!half = memref<?x?xf16, strided<[?, 1], offset: ?>>

// Sums are f32: rows, weights and the window are widened, results rounded. Without silu and bias
// there is no exponential, and sums start as 0.
// CHECK-LABEL: func @f16
// CHECK-SAME: (%[[X:[a-z0-9]*]]: {{.*}}, %[[W:[a-z0-9]*]]: memref<?x2xf16>, %[[WINDOW:[a-z0-9]*]]: memref<1x?xf16>, %[[Y:[a-z0-9]*]]: {{.*}})
// CHECK: vector.load %[[W]]{{.*}} vector<2xf16>
// CHECK: arith.extf
// CHECK-NOT: math.exp
// CHECK: %[[OLD:.*]] = vector.load %[[WINDOW]][%c0, %{{.*}}] : {{.*}}, vector<8xf16>
// CHECK: arith.extf %[[OLD]]
// CHECK: scf.for
// CHECK: %[[NEW:.*]] = vector.load %[[X]]{{.*}}, vector<8xf16>
// CHECK: arith.extf %[[NEW]]
// CHECK-COUNT-2: vector.fma
// CHECK: %[[ROUNDED:.*]] = arith.truncf {{.*}} : vector<8xf32> to vector<8xf16>
// CHECK: vector.store %[[ROUNDED]], %[[Y]]
// CHECK: vector.store %{{.*}}, %[[WINDOW]]{{.*}}, vector<8xf16>
// The channels that fill no vector go one by one.
// CHECK: scf.if
// CHECK: memref.load %[[WINDOW]]
// CHECK: memref.load %[[X]]
// CHECK: memref.store %{{.*}}, %[[Y]]
// CHECK: memref.store %{{.*}}, %[[WINDOW]]
// CHECK-NOT: math.exp
// CHECK: return
func.func @f16(%x: !half, %w: memref<?x2xf16>, %window: memref<1x?xf16>, %y: !half) {
  attn.conv_step ins(%x, %w : !half, memref<?x2xf16>) window(%window : memref<1x?xf16>)
    output(%y : !half) {channel_tile = 32 : i64}
  return
}
