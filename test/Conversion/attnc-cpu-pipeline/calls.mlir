// RUN: attnc %s --until=attn -o - | FileCheck %s
// RUN: attnc %s -o %t.so && attn-run %t.so --info | FileCheck %s --check-prefix=INFO

// Calls are inlined: the private function is gone, the public one stays as an entry of its own.
// CHECK-NOT: @double
// CHECK-LABEL: func @quadruple(
// CHECK-NOT: call
// CHECK-COUNT-2: arith.addf
// CHECK-LABEL: func @octuple(
// CHECK-NOT: call
// CHECK-COUNT-3: arith.addf
// CHECK: return
// INFO: octuple
// INFO: quadruple
func.func private @double(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = arith.addf %x, %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

func.func @quadruple(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = func.call @double(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %z = func.call @double(%y) : (tensor<?xf32>) -> tensor<?xf32>
  return %z : tensor<?xf32>
}

func.func @octuple(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = func.call @quadruple(%x) : (tensor<?xf32>) -> tensor<?xf32>
  %z = func.call @double(%y) : (tensor<?xf32>) -> tensor<?xf32>
  return %z : tensor<?xf32>
}
