// No arguments; two functions; a module without any; everything else becomes internal.
// RUN: attn-opt %s --attn-emit-c-interface --split-input-file | FileCheck %s

// CHECK-LABEL: module @two
module @two {
  // CHECK: llvm.func internal @first.body
  llvm.func @first() attributes {attnc.interface = {arguments = [], symbols = []}} {
    llvm.return
  }
  llvm.func @_mlir_ciface_first() {
    llvm.call @first() : () -> ()
    llvm.return
  }
  // CHECK: llvm.func internal @second.body
  llvm.func @second() attributes {attnc.interface = {arguments = [], symbols = []}} {
    llvm.return
  }
  llvm.func @_mlir_ciface_second() {
    llvm.call @second() : () -> ()
    llvm.return
  }
  // CHECK: llvm.func internal @task
  llvm.func @task(%context: !llvm.ptr) {
    llvm.return
  }
  // CHECK: llvm.func @attnc_parallel_for(
  llvm.func @attnc_parallel_for(!llvm.ptr, i64, !llvm.ptr, i64)
  // CHECK: llvm.mlir.global internal constant @table(
  llvm.mlir.global external constant @table(1.0 : f32) : f32
  // CHECK: llvm.mlir.global private constant @weights(
  llvm.mlir.global private constant @weights(2.0 : f32) : f32
  // CHECK: llvm.mlir.global external @elsewhere()
  llvm.mlir.global external @elsewhere() : f32
  // CHECK: llvm.func @first(%{{.*}}: !llvm.ptr) -> i32
  // CHECK: llvm.func @first_workspace
  // CHECK: llvm.func @second(%{{.*}}: !llvm.ptr) -> i32
  // CHECK: llvm.func @second_workspace
}

// -----
// CHECK-LABEL: module @none
module @none {
  // CHECK-NOT: llvm.func
}
