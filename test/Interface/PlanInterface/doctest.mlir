// The example of the pass's description.
// RUN: attn-opt %s --attn-plan-interface | FileCheck %s

// CHECK-LABEL: func.func @add(
// CHECK-SAME: [[X:%[a-z0-9]+]]: tensor<?x8xf32> {bufferization.buffer_layout = strided<[?, 1]>, bufferization.writable = false},
// CHECK-SAME: [[Y:%[a-z0-9]+]]: tensor<?x8xf32> {bufferization.buffer_layout = strided<[?, 1]>, bufferization.writable = false},
// CHECK-SAME: [[OUT:%[a-z0-9]+]]: memref<?x8xf32, strided<[?, 1]>>)
// CHECK-SAME: attnc.interface = {arguments = [
// CHECK-SAME: {element = f32, kind = "input", name = "x", shape = array<i64: -1, 8>},
// CHECK-SAME: {element = f32, kind = "input", name = "arg1", shape = array<i64: -1, 8>},
// CHECK-SAME: {element = f32, kind = "output", name = "out0", shape = array<i64: -1, 8>}],
// CHECK-SAME: symbols = ["N1"]}
// CHECK-SAME: llvm.emit_c_interface
// CHECK: [[SUM:%[a-z0-9]+]] = arith.addf [[X]], [[Y]]
// CHECK: bufferization.materialize_in_destination [[SUM]] in restrict writable [[OUT]]
// CHECK-NEXT: return{{$}}
func.func @add(%x: tensor<?x8xf32> {attnc.name = "x"}, %y: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %sum = arith.addf %x, %y : tensor<?x8xf32>
  return %sum : tensor<?x8xf32>
}
