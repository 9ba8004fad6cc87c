// The entry points of the pass's description, and what they call.
// RUN: attn-opt %s --attn-emit-c-interface | FileCheck %s

// CHECK: llvm.func internal @add.body(
// CHECK-NOT: attnc.interface
// CHECK: llvm.func internal @_mlir_ciface_add(
// CHECK: llvm.call @add.body(

// CHECK: llvm.func @attnc_rt_invoke(!llvm.ptr, !llvm.ptr, !llvm.ptr, !llvm.ptr) -> i32
// CHECK: llvm.func @attnc_rt_workspace(!llvm.ptr, !llvm.ptr) -> i64

// The entry passes descriptors on and loads scalars.
// CHECK: llvm.func internal @add.entry(%[[ARGS:[a-z0-9]+]]: !llvm.ptr) {
// CHECK: %[[SLOT0:.*]] = llvm.getelementptr %[[ARGS]][0]
// CHECK: %[[X:.*]] = llvm.load %[[SLOT0]] : !llvm.ptr -> !llvm.ptr
// CHECK: %[[SLOT1:.*]] = llvm.getelementptr %[[ARGS]][1]
// CHECK: %[[ADDRESS:.*]] = llvm.load %[[SLOT1]] : !llvm.ptr -> !llvm.ptr
// CHECK: %[[SCALE:.*]] = llvm.load %[[ADDRESS]] : !llvm.ptr -> f32
// CHECK: llvm.call @_mlir_ciface_add(%[[X]], %[[SCALE]], %{{.*}}) : (!llvm.ptr, f32, !llvm.ptr) -> ()

// CHECK: llvm.func @add(%[[X:[a-z0-9]+]]: !llvm.ptr, %[[SCALE:[a-z0-9]+]]: f32, %{{.*}}: !llvm.ptr, %[[CALL:[a-z0-9]+]]: !llvm.ptr) -> i32
// CHECK-SAME: attnc.interface
// CHECK: %[[ARGV:.*]] = llvm.alloca %{{.*}} x !llvm.array<3 x ptr>
// CHECK: %[[SLOT:.*]] = llvm.getelementptr %[[ARGV]][0]
// CHECK: llvm.store %[[X]], %[[SLOT]]
// CHECK: %[[PLACE:.*]] = llvm.alloca %{{.*}} x f32
// CHECK: llvm.store %[[SCALE]], %[[PLACE]]
// CHECK: %[[ENTRY:.*]] = llvm.mlir.addressof @add.entry
// CHECK: %[[METADATA:.*]] = llvm.mlir.addressof @add.metadata
// CHECK: %[[STATUS:.*]] = llvm.call @attnc_rt_invoke(%[[METADATA]], %[[ENTRY]], %[[ARGV]], %[[CALL]])
// CHECK: llvm.return %[[STATUS]] : i32

// CHECK: llvm.func @add_argv(%[[ARGV:[a-z0-9]+]]: !llvm.ptr, %[[CALL:[a-z0-9]+]]: !llvm.ptr) -> i32 {
// CHECK: llvm.call @attnc_rt_invoke(%{{.*}}, %{{.*}}, %[[ARGV]], %[[CALL]])
// CHECK: llvm.func @add_metadata() -> !llvm.ptr {
// CHECK: llvm.func @add_workspace(%[[CALL:[a-z0-9]+]]: !llvm.ptr) -> i64 {
// CHECK: llvm.call @attnc_rt_workspace(%{{.*}}, %[[CALL]])
llvm.func @add(%x0: !llvm.ptr, %x1: !llvm.ptr, %x2: i64, %scale: f32,
               %o0: !llvm.ptr, %o1: !llvm.ptr, %o2: i64) attributes {
    attnc.interface = {arguments = [
      {element = f32, kind = "input", name = "x", shape = array<i64>},
      {element = f32, kind = "scalar", name = "scale", shape = array<i64>},
      {element = f32, kind = "output", name = "o", shape = array<i64>}], symbols = []}} {
  llvm.return
}
llvm.func @_mlir_ciface_add(%x: !llvm.ptr, %scale: f32, %o: !llvm.ptr) attributes {
    attnc.interface = {arguments = [
      {element = f32, kind = "input", name = "x", shape = array<i64>},
      {element = f32, kind = "scalar", name = "scale", shape = array<i64>},
      {element = f32, kind = "output", name = "o", shape = array<i64>}], symbols = []}} {
  %p = llvm.mlir.zero : !llvm.ptr
  %n = llvm.mlir.constant(0 : i64) : i64
  llvm.call @add(%p, %p, %n, %scale, %p, %p, %n)
      : (!llvm.ptr, !llvm.ptr, i64, f32, !llvm.ptr, !llvm.ptr, i64) -> ()
  llvm.return
}
