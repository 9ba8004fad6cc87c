// RUN: attn-opt %s --convert-forall-to-runtime --canonicalize --split-input-file | FileCheck %s

// Two dimensions are one range of tasks; a task finds its coordinates, the last running fastest.
// CHECK-LABEL: func @two_axes
// CHECK-SAME: (%[[X:.*]]: memref<?x?xf32>, %[[N:.*]]: index, %[[M:.*]]: index)
// CHECK-DAG: %[[N64:.*]] = arith.index_cast %[[N]]
// CHECK-DAG: %[[M64:.*]] = arith.index_cast %[[M]]
// CHECK: %[[TASKS:.*]] = arith.muli %[[N64]], %[[M64]]
// CHECK: call @attnc_parallel_for(%{{.*}}, %[[TASKS]],
// CHECK-LABEL: func private @two_axes.task0
// CHECK: scf.for %[[TASK:.*]] =
// CHECK-DAG: %[[COLUMN:.*]] = arith.remui %[[TASK]], %[[SIZE:.*]] : index
// CHECK-DAG: %[[ROW:.*]] = arith.divui %[[TASK]], %[[SIZE]] : index
// CHECK: memref.store %{{.*}}, %{{.*}}[%[[ROW]], %[[COLUMN]]]
func.func @two_axes(%x: memref<?x?xf32>, %n: index, %m: index) {
  %zero = arith.constant 0.0 : f32
  scf.forall (%i, %j) in (%n, %m) {
    memref.store %zero, %x[%i, %j] : memref<?x?xf32>
  }
  return
}

// -----

// The workers of the outer loop are busy: an inner one runs on the worker that meets it.
// CHECK-LABEL: func @nested
// CHECK: call @attnc_parallel_for
// CHECK-NOT: call @attnc_parallel_for
// CHECK-LABEL: func private @nested.task0
// CHECK: scf.for
// CHECK: scf.for
// CHECK: memref.store
func.func @nested(%x: memref<?x?xf32>, %n: index, %m: index) {
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (%n) {
    scf.forall (%j) in (%m) {
      memref.store %zero, %x[%i, %j] : memref<?x?xf32>
    }
  }
  return
}

// -----

// Several loops of a function share its scratch: the largest need counts.
// CHECK-LABEL: func @several
// CHECK-SAME: attnc.scratch_bytes = 256
// CHECK-DAG: constant @several.task0
// CHECK-DAG: constant @several.task1
// CHECK-COUNT-2: call @attnc_parallel_for
func.func @several(%x: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  scf.forall (%i) in (%n) {
    %a = memref.alloc() : memref<64xf32>
    %v = memref.load %a[%c0] : memref<64xf32>
    memref.store %v, %x[%i] : memref<?xf32>
    memref.dealloc %a : memref<64xf32>
  }
  scf.forall (%i) in (%n) {
    %a = memref.alloc() : memref<3xf32>
    %v = memref.load %a[%c0] : memref<3xf32>
    memref.store %v, %x[%i] : memref<?xf32>
    memref.dealloc %a : memref<3xf32>
  }
  return
}
