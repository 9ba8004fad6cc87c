// What folding finds in regions: masks that are true, divisions by zero, reads out of range.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!t = tensor<1x2x?x8xf32>

// CHECK-LABEL: func @true_mask
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @true_mask(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %same = arith.cmpi sge, %i, %i : index
    attn.yield %same : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @true_mask_step
// CHECK-NOT: mask
// CHECK: return
func.func @true_mask_step(%q: tensor<4x8xf32>, %acc: tensor<1x8x8xf32>, %m: tensor<1x8xf32>,
                          %n: index) -> tensor<1x8x8xf32> {
  %true = arith.constant true
  %r:3 = attn.online_step ins(%q, %q, %q : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>)
      {scale = 1.0 : f64, key_tile = 4 : i64} mask (%b, %h, %i, %j) {
    attn.yield %true : i1
  } score (%s, %b, %h, %i, %j) {
    attn.yield %s : f32
  } -> tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return %r#0 : tensor<1x8x8xf32>
}

// A mask that is false gives rows of 0: it keeps its meaning.
// CHECK-LABEL: func @false_mask
// CHECK: mask (%{{.*}}) {
// CHECK-NEXT: %[[FALSE:.*]] = arith.constant false
// CHECK-NEXT: attn.yield %[[FALSE]] : i1
func.func @false_mask(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %never = arith.cmpi slt, %i, %i : index
    attn.yield %never : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// Constants stay in the region they belong to.
// CHECK-LABEL: func @constants
// CHECK-NEXT: attn.attention
// CHECK-NEXT: %[[C:.*]] = arith.constant 6 : index
// CHECK-NEXT: arith.cmpi slt, %{{.*}}, %[[C]] : index
func.func @constants(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %c2 = arith.constant 2 : index
    %c4 = arith.constant 4 : index
    %c6 = arith.addi %c2, %c4 : index
    %few = arith.cmpi slt, %j, %c6 : index
    attn.yield %few : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// A divisor that turns out to be 0: x / 0 = 0 and x mod 0 = x.
// CHECK-LABEL: func @division
// CHECK: mask (%{{.*}}, %{{.*}}, %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK-NEXT: %[[A:.*]] = arith.cmpi eq, %[[I]], %[[ZERO]]
// CHECK-NEXT: %[[B:.*]] = arith.cmpi eq, %[[I]], %[[J]]
// CHECK-NEXT: %[[R:.*]] = arith.andi %[[A]], %[[B]]
// CHECK-NEXT: attn.yield %[[R]] : i1
func.func @division(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %zero = arith.subi %j, %j : index
    %d = arith.divsi %i, %zero : index
    %r = arith.remsi %i, %zero : index
    %f = arith.floordivsi %d, %zero : index
    %a = arith.cmpi eq, %r, %f : index
    %m = arith.remui %j, %zero : index
    %b2 = arith.cmpi eq, %i, %m : index
    %y = arith.andi %a, %b2 : i1
    attn.yield %y : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// Outside of regions, division by zero is none of our business.
// CHECK-LABEL: func @outside
// CHECK: arith.divsi
func.func @outside(%x: i32) -> i32 {
  %zero = arith.constant 0 : i32
  %r = arith.divsi %x, %zero : i32
  return %r : i32
}

// CHECK-LABEL: func @clamp
// CHECK: score (
// CHECK-DAG: %[[LAST:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[FIRST:.*]] = arith.constant 0 : index
// CHECK: tensor.extract %{{.*}}[%[[FIRST]], %[[LAST]]] : tensor<2x4xf32>
// CHECK-NOT: tensor.extract
// CHECK: return
func.func @clamp(%q: !t, %k: !t, %table: tensor<2x4xf32>, %empty: tensor<0xf32>) -> !t {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %zero = arith.subi %i, %i : index
    %minus = arith.constant -3 : index
    %m = arith.addi %zero, %minus : index
    %nine = arith.constant 9 : index
    %n = arith.addi %zero, %nine : index
    %x = tensor.extract %table[%m, %n] : tensor<2x4xf32>
    %y = tensor.extract %empty[%i] : tensor<0xf32>
    %t = arith.addf %s, %x : f32
    %u = arith.mulf %t, %y : f32
    attn.yield %u : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}
