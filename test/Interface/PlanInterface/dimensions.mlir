// How sizes flow through ops: what is required of arguments, and what defines results.
// RUN: attn-opt %s --attn-plan-interface | FileCheck %s

// Loops of a structured op: the contracted size of both factors agrees.
// CHECK-LABEL: func.func @matmul
// CHECK-SAME: name = "arg0", shape = array<i64: -1, -2>
// CHECK-SAME: name = "arg1", shape = array<i64: -2, -3>
// CHECK-SAME: name = "out0", shape = array<i64: -1, -3>
func.func @matmul(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %a, %c0 : tensor<?x?xf32>
  %n = tensor.dim %b, %c1 : tensor<?x?xf32>
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %c = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>)
                     outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %c : tensor<?x?xf32>
}

// A cast that always runs makes a dynamic size static.
// CHECK-LABEL: func.func @cast
// CHECK-SAME: name = "arg0", shape = array<i64: 4, -1>
// CHECK-SAME: name = "out0", shape = array<i64: 4, -1>
func.func @cast(%a: tensor<?x?xf16>) -> tensor<4x?xf16> {
  %b = tensor.cast %a : tensor<?x?xf16> to tensor<4x?xf16>
  return %b : tensor<4x?xf16>
}

// Reshapes and slices answer for the sizes that they keep.
// CHECK-LABEL: func.func @reshape
// CHECK-SAME: name = "arg0", shape = array<i64: -1, 6>
// CHECK-SAME: name = "out0", shape = array<i64: -1, 2, 3>
func.func @reshape(%a: tensor<?x6xi8>) -> tensor<?x2x3xi8> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?x6xi8>
  %b = tensor.expand_shape %a [[0], [1, 2]] output_shape [%n, 2, 3]
      : tensor<?x6xi8> into tensor<?x2x3xi8>
  return %b : tensor<?x2x3xi8>
}

// CHECK-LABEL: func.func @slice
// CHECK-SAME: name = "arg0", shape = array<i64: -1>
// CHECK-SAME: name = "arg1", shape = array<i64: -2>
// CHECK-SAME: name = "out0", shape = array<i64: -2>
// The ops that were asked for sizes leave nothing behind.
// CHECK-NEXT: arith.constant
// CHECK-NEXT: tensor.dim
// CHECK-NEXT: tensor.extract_slice
// CHECK-NEXT: bufferization.materialize_in_destination
func.func @slice(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %b, %c0 : tensor<?xf32>
  %part = tensor.extract_slice %a[0] [%n] [1] : tensor<?xf32> to tensor<?xf32>
  return %part : tensor<?xf32>
}

// A loop that updates a tensor keeps its size.
// CHECK-LABEL: func.func @loop
// CHECK-SAME: name = "arg0", shape = array<i64: -1>
// CHECK-SAME: name = "out0", shape = array<i64: -1>
func.func @loop(%a: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f32
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%t = %a) -> tensor<?xf32> {
    %u = tensor.insert %one into %t[%i] : tensor<?xf32>
    scf.yield %u : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

// Parts that are put together agree in the other dimensions.
// CHECK-LABEL: func.func @concat
// CHECK-SAME: name = "arg0", shape = array<i64: -1, -2>
// CHECK-SAME: name = "arg1", shape = array<i64: -1, -3>
// CHECK-SAME: name = "out0", shape = array<i64: -1, 6>
func.func @concat(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>) -> tensor<?x6xf32> {
  %ab = tensor.concat dim(1) %a, %b : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  %six = tensor.cast %ab : tensor<?x?xf32> to tensor<?x6xf32>
  return %six : tensor<?x6xf32>
}
