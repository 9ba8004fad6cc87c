// RUN: attn-opt %s --convert-forall-to-runtime --canonicalize --split-input-file | FileCheck %s

// Buffers whose life ends in the task lie side by side in the worker's scratch, each at a multiple
// of 64 bytes: worker w owns 64 + 256 bytes at w * 320.
// CHECK-LABEL: func @two_buffers
// CHECK-SAME: attnc.scratch_bytes = 320 : i64
// CHECK-LABEL: func private @two_buffers.task0
// CHECK-SAME: (%{{.*}}: !llvm.ptr, %{{.*}}: i64, %{{.*}}: i64, %[[WORKER:.*]]: i64)
// CHECK: %[[BYTES:.*]] = arith.muli %[[WORKER]], %c320_i64
// CHECK: llvm.getelementptr %{{.*}}[%[[BYTES]]]
// CHECK-DAG: memref.view %[[SCRATCH:.*]][%c0][] : memref<?xi8> to memref<3xf16>
// CHECK-DAG: memref.view %{{.*}}[%c64][] : memref<?xi8> to memref<64xf32>
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.dealloc
// CHECK: return
func.func @two_buffers(%x: memref<?xf32>, %n: index) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.5 : f16
  scf.forall (%i) in (%n) {
    %a = memref.alloc() : memref<3xf16>
    %b = memref.alloc() : memref<64xf32>
    memref.store %half, %a[%c0] : memref<3xf16>
    memref.store %zero, %b[%c0] : memref<64xf32>
    %value = memref.load %b[%c0] : memref<64xf32>
    memref.store %value, %x[%i] : memref<?xf32>
    memref.dealloc %a : memref<3xf16>
    memref.dealloc %b : memref<64xf32>
  }
  return
}

// -----

// What has no size of its own, or is freed somewhere else, stays on the heap.
// CHECK-LABEL: func @heap
// CHECK-SAME: attnc.scratch_bytes = 0 : i64
// CHECK-LABEL: func private @heap.task0
// CHECK-NOT: memref.view
// CHECK-DAG: memref.alloc({{.*}}) : memref<?xf32>
// CHECK-DAG: memref.alloc() : memref<4xindex>
// CHECK-DAG: memref.alloc() : memref<8xf32>
// CHECK-COUNT-3: memref.dealloc
func.func @heap(%x: memref<?xf32>, %n: index, %flag: i1) {
  %c0 = arith.constant 0 : index
  %zero = arith.constant 0.0 : f32
  scf.forall (%i) in (%n) {
    %dynamic = memref.alloc(%i) : memref<?xf32>
    %indices = memref.alloc() : memref<4xindex>
    %sometimes = memref.alloc() : memref<8xf32>
    memref.store %zero, %dynamic[%c0] : memref<?xf32>
    memref.store %i, %indices[%c0] : memref<4xindex>
    %old = memref.load %sometimes[%i] : memref<8xf32>
    memref.store %old, %x[%i] : memref<?xf32>
    %index = memref.load %indices[%c0] : memref<4xindex>
    %value = memref.load %dynamic[%c0] : memref<?xf32>
    memref.store %value, %x[%index] : memref<?xf32>
    memref.dealloc %dynamic : memref<?xf32>
    memref.dealloc %indices : memref<4xindex>
    scf.if %flag {
      memref.dealloc %sometimes : memref<8xf32>
    }
  }
  return
}

// -----

// Constants are rebuilt in the task, everything else travels: a buffer as its descriptor.
// CHECK-LABEL: func @captures
// CHECK-SAME: (%[[X:.*]]: memref<?xf32>, %[[N:.*]]: index, %[[A:.*]]: f32)
// CHECK: llvm.alloca {{.*}} x !llvm.struct<({{.*}}f32{{.*}}, ptr)>
// CHECK-NOT: llvm.store {{.*}}5.0
// CHECK: call @attnc_parallel_for
// CHECK-LABEL: func private @captures.task0
// CHECK-DAG: %[[FIVE:.*]] = arith.constant 5.0{{.*}} : f32
// CHECK-DAG: %[[FACTOR:.*]] = llvm.load %{{.*}} : !llvm.ptr -> f32
// CHECK-DAG: llvm.load %{{.*}} : !llvm.ptr -> !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
// CHECK: scf.for
// CHECK: arith.addf %[[FACTOR]], %[[FIVE]]
func.func @captures(%x: memref<?xf32>, %n: index, %a: f32) {
  %five = arith.constant 5.0 : f32
  scf.forall (%i) in (%n) {
    %sum = arith.addf %a, %five : f32
    memref.store %sum, %x[%i] : memref<?xf32>
  }
  return
}
