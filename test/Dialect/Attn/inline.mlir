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
