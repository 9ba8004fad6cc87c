// Functions that hold attention can be inlined; regions and their captures come along.
// RUN: attn-opt %s --inline | FileCheck %s

!t = tensor<1x2x4x8xf32>

func.func private @layer(%q: !t, %slopes: tensor<2xf32>) -> !t {
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    %slope = tensor.extract %slopes[%h] : tensor<2xf32>
    %x = arith.addf %s, %slope : f32
    attn.yield %x : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @model
// CHECK-SAME: %[[SLOPES:[a-z0-9]*]]: tensor<2xf32>
// CHECK-NOT: call
// CHECK: %[[A:.*]] = attn.attention
// CHECK: tensor.extract %[[SLOPES]]
// CHECK: attn.attention %[[A]], %[[A]], %[[A]]
// CHECK: tensor.extract %[[SLOPES]]
func.func @model(%q: !t, %slopes: tensor<2xf32>) -> !t {
  %a = call @layer(%q, %slopes) : (!t, tensor<2xf32>) -> !t
  %b = call @layer(%a, %slopes) : (!t, tensor<2xf32>) -> !t
  return %b : !t
}

// Arguments become constants: what would be a mistake if it were written has its defined result.
func.func private @chunks(%q: !t, %size: index, %table: tensor<2xi1>) -> !t {
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    %m = arith.remsi %j, %size : index
    %x = tensor.extract %table[%size] : tensor<2xi1>
    %y = arith.cmpi eq, %m, %i : index
    %z = arith.ori %x, %y : i1
    attn.yield %z : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @constants
// CHECK: attn.attention
// CHECK: arith.cmpi eq, %j, %i
// CHECK: attn.attention
// CHECK: tensor.extract %{{.*}}[%c1]
func.func @constants(%q: !t, %table: tensor<2xi1>) -> (!t, !t) {
  %c0 = arith.constant 0 : index
  %c7 = arith.constant 7 : index
  %a = call @chunks(%q, %c0, %table) : (!t, index, tensor<2xi1>) -> !t
  %b = call @chunks(%q, %c7, %table) : (!t, index, tensor<2xi1>) -> !t
  return %a, %b : !t, !t
}
