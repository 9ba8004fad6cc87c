// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!rows = memref<?x?xf32, strided<[?, 1], offset: ?>>
!b = memref<?x4xf32, strided<[?, 1], offset: ?>>
!state = memref<?x4xf32, strided<[?, 1], offset: ?>>

// Where channels may end within a vector, those that exist go one by one through a small buffer.
// CHECK-LABEL: func @partial
// CHECK-SAME: (%[[U:[a-z0-9]*]]: memref<?x?xf32
// CHECK: %[[BUFFER:.*]] = memref.alloc() {{.*}} : memref<8xf32>
// CHECK: %[[N:.*]] = memref.dim %[[U]], %c1
// CHECK: %[[FULL:.*]] = arith.divui %[[N]], %c8
// CHECK: scf.for %{{.*}} = %c0 to %[[FULL]] step %c1
// CHECK: vector.load %[[U]][%{{.*}}] : {{.*}}, vector<8xf32>
// CHECK: %[[DONE:.*]] = arith.muli %[[FULL]], %c8
// CHECK: %[[IS_LEFT:.*]] = arith.cmpi slt, %[[DONE]], %[[N]]
// CHECK: scf.if %[[IS_LEFT]]
// CHECK: %[[LEFT:.*]] = arith.subi %[[N]], %[[DONE]]
// CHECK: scf.for %[[LANE:.*]] = %c0 to %[[LEFT]] step %c1
// CHECK: %[[CHANNEL:.*]] = arith.addi %[[DONE]], %[[LANE]]
// CHECK: %[[X:.*]] = memref.load %[[U]][%{{.*}}, %[[CHANNEL]]]
// CHECK: memref.store %[[X]], %[[BUFFER]][%[[LANE]]]
// CHECK: vector.load %[[BUFFER]][%c0]
// CHECK: return
func.func @partial(%u: !rows, %A: !state, %B: !b, %h: !state) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !rows, !rows, !state, !b, !b) state(%h : !state)
    output(%u : !rows) {channel_tile = 16 : i64, time_tile = 4 : i64}
  return
}

!half = memref<?x8xbf16, strided<[?, 1], offset: ?>>
!bhalf = memref<?x4xbf16, strided<[?, 1], offset: ?>>

// 16-bit rows are widened where they are loaded and rounded where they are stored; B and C, which
// are read as scalars, are widened once for a tile.
// CHECK-LABEL: func @bf16
// CHECK-SAME: (%[[U:[a-z0-9]*]]: memref<?x8xbf16{{.*}}>, %{{.*}}: {{.*}}, %[[B:[a-z0-9]*]]: memref<?x4xbf16
// CHECK: %[[BT:.*]] = vector.load %[[B]][%{{.*}}, %c0] : {{.*}}, vector<4xbf16>
// CHECK: %[[BW:.*]] = arith.extf %[[BT]] : vector<4xbf16> to vector<4xf32>
// CHECK: vector.store %[[BW]], %[[WIDE:[a-z0-9_]*]][%{{.*}}, %c0] : memref<4x4xf32>
// CHECK: %[[UT:.*]] = vector.load %[[U]][%{{.*}}] : {{.*}}, vector<8xbf16>
// CHECK: arith.extf %[[UT]] : vector<8xbf16> to vector<8xf32>
// CHECK: memref.load %[[WIDE]][%{{.*}}, %c0] : memref<4x4xf32>
// CHECK: %[[ROUNDED:.*]] = arith.truncf %{{.*}} : vector<8xf32> to vector<8xbf16>
// CHECK: vector.store %[[ROUNDED]], %[[U]]
func.func @bf16(%u: !half, %A: memref<8x4xf32>, %B: !bhalf, %h: memref<8x4xf32>) {
  attn.scan_step ins(%u, %u, %A, %B, %B : !half, !half, memref<8x4xf32>, !bhalf, !bhalf)
    state(%h : memref<8x4xf32>) output(%u : !half) {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}

!full = memref<?x8xf32, strided<[?, 1], offset: ?>>
!row = memref<8x4xf32>

// Constant B and C are vectors of channels, transposed before the loop over time that calls the
// step, as the rates and the skip factors are. In the loop nothing of theirs is touched.
// CHECK-LABEL: func @constants
// CHECK-SAME: (%{{.*}}: {{.*}}, %[[A:[a-z0-9]*]]: memref<8x4xf32>, %[[B:[a-z0-9]*]]: memref<8x4xf32>, %[[C:[a-z0-9]*]]: memref<8x4xf32>, %{{.*}}: {{.*}}, %[[D:[a-z0-9]*]]: memref<8xf32>, %[[TILES:[a-z0-9]*]]: index)
// CHECK-DAG: vector.load %[[A]]
// CHECK-DAG: memref.load %[[D]]
// CHECK-DAG: vector.load %[[B]]
// CHECK-DAG: vector.load %[[C]]
// CHECK: scf.for %{{.*}} = %c0 to %[[TILES]] step %c1
// CHECK-NOT: {{load %[ABCD]\[}}
// CHECK: vector.fma
// CHECK: return
func.func @constants(%u: !full, %A: !row, %B: !row, %C: !row, %h: !row, %D: memref<8xf32>,
                     %tiles: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %tiles step %c1 {
    attn.scan_step ins(%u, %u, %A, %B, %C : !full, !full, !row, !row, !row)
      skip(%D : memref<8xf32>) state(%h : !row) output(%u : !full)
      {channel_tile = 8 : i64, constant_b, constant_c, time_tile = 4 : i64}
  }
  return
}

// What a row needs from memory is asked for eight steps ahead, into the second-level cache; what the
// last phase needs, gate and output, while the first one runs.
// CHECK-LABEL: func @prefetch
// CHECK: %[[AHEAD:.*]] = arith.addi %[[T:.*]], %c8
// CHECK: arith.muli %[[AHEAD]], %{{.*}}
// CHECK: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK: arith.muli %[[AHEAD]], %{{.*}}
// CHECK: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK: arith.muli %[[T]], %{{.*}}
// CHECK: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 2 : i32, rw = 0 : i32}>
// CHECK: arith.muli %[[T]], %{{.*}}
// CHECK: "llvm.intr.prefetch"(%{{.*}}) <{cache = 1 : i32, hint = 3 : i32, rw = 1 : i32}>
// CHECK-NOT: prefetch
// CHECK: return
func.func @prefetch(%u: !full, %delta: !full, %z: !full, %A: !row, %B: !b, %h: !row, %y: !full) {
  attn.scan_step ins(%u, %delta, %A, %B, %B : !full, !full, !row, !b, !b) gate(%z : !full)
    state(%h : !row) output(%y : !full) {channel_tile = 8 : i64, time_tile = 4 : i64}
  return
}
