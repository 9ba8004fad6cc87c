// What an op requires under a condition is not required of every caller.
// RUN: attn-opt %s --attn-plan-interface | FileCheck %s

// CHECK-LABEL: func.func @sometimes
// CHECK-SAME: name = "arg0", shape = array<i64: -1>
// CHECK-SAME: name = "arg1", shape = array<i64: -2>
// CHECK-SAME: name = "out0", shape = array<i64: -1>
func.func @sometimes(%a: tensor<?xf32>, %b: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %add = arith.cmpi sgt, %n, %c0 : index
  %r = scf.if %add -> tensor<?xf32> {
    %s = arith.addf %a, %b : tensor<?xf32>
    scf.yield %s : tensor<?xf32>
  } else {
    scf.yield %a : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

// CHECK-LABEL: func.func @cast_sometimes
// CHECK-SAME: name = "arg0", shape = array<i64: -1>
func.func @cast_sometimes(%a: tensor<?xf32>, %n: index) -> tensor<f32> {
  %c0 = arith.constant 0 : index
  %is_four = arith.cmpi eq, %n, %c0 : index
  %x = scf.if %is_four -> f32 {
    %four = tensor.cast %a : tensor<?xf32> to tensor<4xf32>
    %y = tensor.extract %four[%c0] : tensor<4xf32>
    scf.yield %y : f32
  } else {
    %zero = arith.constant 0.0 : f32
    scf.yield %zero : f32
  }
  %r = tensor.from_elements %x : tensor<f32>
  return %r : tensor<f32>
}

// Every return writes into the same argument.
// CHECK-LABEL: func.func @two_returns
// CHECK: cf.cond_br
// CHECK: materialize_in_destination %arg0 in restrict writable %arg2
// CHECK-NEXT: return
// CHECK: %[[NEGATED:.*]] = arith.negf %arg0
// CHECK-NEXT: materialize_in_destination %[[NEGATED]] in restrict writable %arg2
// CHECK-NEXT: return
func.func @two_returns(%a: tensor<?xf32>, %c: i32) -> tensor<?xf32> {
  %zero = arith.constant 0 : i32
  %keep = arith.cmpi eq, %c, %zero : i32
  cf.cond_br %keep, ^keep, ^negate
^keep:
  return %a : tensor<?xf32>
^negate:
  %b = arith.negf %a : tensor<?xf32>
  return %b : tensor<?xf32>
}
