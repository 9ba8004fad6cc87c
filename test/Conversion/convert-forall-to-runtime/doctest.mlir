// RUN: attn-opt %s --convert-forall-to-runtime --canonicalize | FileCheck %s

// The loop becomes a task; what it reads travels in a struct, its buffer is the worker's scratch.
// CHECK-LABEL: func @scale
// CHECK-SAME: (%[[X:.*]]: memref<?xf32>, %[[FACTOR:.*]]: f32)
// 20 floats are 80 bytes, placed at multiples of 64.
// CHECK-SAME: attnc.scratch_bytes = 128
// CHECK: %[[TASK:.*]] = constant @scale.task0
// CHECK: %[[CONTEXT:.*]] = llvm.alloca
// CHECK: %[[N:.*]] = memref.dim %[[X]]
// CHECK: llvm.store %[[FACTOR]], %{{.*}} : f32, !llvm.ptr
// CHECK: %[[SCRATCH:.*]] = call @attnc_rt_scratch()
// CHECK: llvm.store %[[SCRATCH]]
// CHECK: %[[TASKS:.*]] = arith.index_cast %[[N]] : index to i64
// CHECK: %[[POINTER:.*]] = builtin.unrealized_conversion_cast %[[TASK]]
// CHECK: %[[WORKERS:.*]] = call @attnc_rt_workers()
// CHECK: call @attnc_parallel_for(%[[CONTEXT]], %[[TASKS]], %[[POINTER]], %[[WORKERS]])
// CHECK-NEXT: return

// CHECK-LABEL: func private @scale.task0
// CHECK-SAME: (%{{.*}}: !llvm.ptr, %[[BEGIN:.*]]: i64, %[[END:.*]]: i64, %[[WORKER:.*]]: i64)
// CHECK-DAG: %[[FIRST:.*]] = arith.index_cast %[[BEGIN]]
// CHECK-DAG: %[[LAST:.*]] = arith.index_cast %[[END]]
// CHECK-DAG: arith.muli %[[WORKER]], %c128_i64
// CHECK: scf.for %{{.*}} = %[[FIRST]] to %[[LAST]] step %c1
// CHECK-NOT: memref.alloc
// CHECK: memref.view {{.*}} to memref<20xf32>
// CHECK: return
func.func @scale(%x: memref<?xf32>, %factor: f32) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  scf.forall (%i) in (%n) {
    %buffer = memref.alloc() : memref<20xf32>
    %old = memref.load %x[%i] : memref<?xf32>
    memref.store %old, %buffer[%c0] : memref<20xf32>
    %again = memref.load %buffer[%c0] : memref<20xf32>
    %new = arith.mulf %again, %factor : f32
    memref.store %new, %x[%i] : memref<?xf32>
    memref.dealloc %buffer : memref<20xf32>
  }
  return
}
