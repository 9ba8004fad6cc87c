// Ranks 0 and 1, every element type, no arguments, no results, results that are no computation.
// RUN: attn-opt %s --attn-plan-interface | FileCheck %s
// The description survives a round trip through text and through bytecode.
// RUN: attn-opt %s --attn-plan-interface > %t.mlir
// RUN: attn-opt %t.mlir | diff %t.mlir -
// RUN: attn-opt %t.mlir --emit-bytecode | attn-opt | diff %t.mlir -

// Up to rank 1 the layout is the identity.
// CHECK-LABEL: func.func @ranks(
// CHECK-SAME: tensor<f64> {bufferization.buffer_layout = affine_map<() -> ()>
// CHECK-SAME: tensor<3xf64> {bufferization.buffer_layout = affine_map<(d0) -> (d0)>
// CHECK-SAME: tensor<1x2x3xf64> {bufferization.buffer_layout = strided<[?, ?, 1]>
// CHECK-SAME: memref<f64>, %{{.*}}: memref<3xf64>, %{{.*}}: memref<1x2x3xf64, strided<[?, ?, 1]>>
// CHECK-SAME: {element = f64, kind = "input", name = "arg0", shape = array<i64>}
func.func @ranks(%a: tensor<f64>, %b: tensor<3xf64>, %c: tensor<1x2x3xf64>)
    -> (tensor<f64>, tensor<3xf64>, tensor<1x2x3xf64>) {
  return %a, %b, %c : tensor<f64>, tensor<3xf64>, tensor<1x2x3xf64>
}

// CHECK-LABEL: func.func @types
func.func @types(%0: tensor<1xi1>, %1: tensor<1xi8>, %2: tensor<1xui8>, %3: tensor<1xi16>,
                 %4: tensor<1xui16>, %5: tensor<1xi32>, %6: tensor<1xui32>, %7: tensor<1xi64>,
                 %8: tensor<1xui64>, %9: tensor<0xf16>, %10: tensor<1xbf16>, %11: tensor<1xf32>,
                 %12: i32, %13: i64, %14: f32, %15: f64, %16: index) {
  return
}

// CHECK-LABEL: func.func @constant
// CHECK-SAME: attnc.interface = {arguments = [{element = f32, kind = "output", name = "out0", shape = array<i64: 2>}], symbols = []}
func.func @constant() -> tensor<2xf32> {
  %c = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  return %c : tensor<2xf32>
}

// The same value twice is written twice.
// CHECK-LABEL: func.func @twice
// CHECK: materialize_in_destination %arg0 in restrict writable %arg1
// CHECK: materialize_in_destination %arg0 in restrict writable %arg2
func.func @twice(%a: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  return %a, %a : tensor<2xf32>, tensor<2xf32>
}

// A default name gives way to a given one.
// CHECK-LABEL: func.func @names
// CHECK-SAME: name = "arg1"
// CHECK-SAME: name = "arg1_"
func.func @names(%a: tensor<2xf32> {attnc.name = "arg1"}, %b: tensor<2xf32>) {
  return
}

// What nobody outside can call stays as it is.
// CHECK-LABEL: func.func private @helper(%arg0: tensor<*xf32>) {
func.func private @helper(%a: tensor<*xf32>) {
  return
}
