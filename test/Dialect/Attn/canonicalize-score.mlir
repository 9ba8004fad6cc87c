// Score regions that change nothing vanish, and scores of -inf become mask.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!t = tensor<1x2x?x8xf32>

// CHECK-LABEL: func @identity
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @identity(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    attn.yield %s : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// A window written as a score: the mask it is.
// CHECK-LABEL: func @lift
// CHECK: mask (%[[B:.*]], %[[H:.*]], %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[C:.*]] = arith.constant 128 : index
// CHECK-NEXT: %[[D:.*]] = arith.subi %[[I]], %[[J]] : index
// CHECK-NEXT: %[[NEAR:.*]] = arith.cmpi slt, %[[D]], %[[C]] : index
// CHECK-NEXT: attn.yield %[[NEAR]] : i1
// CHECK-NEXT: } score (%[[S:.*]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {
// CHECK-NEXT: %[[T:.*]] = math.tanh %[[S]] : f32
// CHECK-NEXT: attn.yield %[[T]] : f32
// CHECK-NEXT: }
func.func @lift(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %minf = arith.constant 0xFF800000 : f32
    %w = arith.constant 128 : index
    %d = arith.subi %i, %j : index
    %near = arith.cmpi slt, %d, %w : index
    %t = math.tanh %s : f32
    %r = arith.select %near, %t, %minf : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// The other way around, and-ed to the mask that is there; the rest of the score is nothing.
// CHECK-LABEL: func @swapped
// CHECK: mask (%{{.*}}, %[[H:.*]], %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[TRUE:.*]] = arith.constant true
// CHECK-NEXT: %[[CAUSAL:.*]] = arith.cmpi sle, %[[J]], %[[I]] : index
// CHECK-NEXT: %[[FAR:.*]] = tensor.extract %{{.*}}[%[[H]], %[[J]]]
// CHECK-NEXT: %[[NEAR:.*]] = arith.xori %[[FAR]], %[[TRUE]] : i1
// CHECK-NEXT: %[[BOTH:.*]] = arith.andi %[[CAUSAL]], %[[NEAR]] : i1
// CHECK-NEXT: attn.yield %[[BOTH]] : i1
// CHECK-NEXT: } : (
func.func @swapped(%q: !t, %k: !t, %dropped: tensor<2x?xi1>) -> !t {
  %minf = arith.constant 0xFF800000 : f32
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %causal = arith.cmpi sle, %j, %i : index
    attn.yield %causal : i1
  } score (%s, %b, %h, %i, %j) {
    %far = tensor.extract %dropped[%h, %j] : tensor<2x?xi1>
    %r = arith.select %far, %minf, %s : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// One after the other, until a choice depends on the score.
// CHECK-LABEL: func @nested
// CHECK: mask (%{{.*}}, %{{.*}}, %[[I:.*]], %[[J:.*]]) {
// CHECK-DAG: arith.cmpi ne, %[[I]], %[[J]]
// CHECK-DAG: arith.cmpi sle, %[[J]], %[[I]]
// CHECK: } score (%[[S:.*]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}}) {
// CHECK: %[[HIGH:.*]] = arith.cmpf ogt, %[[S]]
// CHECK-NEXT: %[[R:.*]] = arith.select %[[HIGH]], %[[S]]
// CHECK-NEXT: attn.yield %[[R]]
func.func @nested(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %minf = arith.constant 0xFF800000 : f32
    %zero = arith.constant 0.0 : f32
    %high = arith.cmpf ogt, %s, %zero : f32
    %causal = arith.cmpi sle, %j, %i : index
    %other = arith.cmpi ne, %i, %j : index
    %x = arith.select %high, %s, %minf : f32
    %y = arith.select %causal, %x, %minf : f32
    %z = arith.select %other, %y, %minf : f32
    attn.yield %z : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// The least finite float is a score like any other, and +inf is no mask.
// CHECK-LABEL: func @no_mask
// CHECK-NOT: mask
// CHECK: return
func.func @no_mask(%q: !t, %k: !t) -> (!t, !t) {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %least = arith.constant 0xFF7FFFFF : f32
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.select %causal, %s, %least : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  %p = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %inf = arith.constant 0x7F800000 : f32
    %causal = arith.cmpi sle, %j, %i : index
    %r = arith.select %causal, %s, %inf : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  return %o, %p : !t, !t
}

// Patterns come first; `attn-expand-patterns` turns them into the region to which this is and-ed.
// CHECK-LABEL: func @patterns
// CHECK: mask = [#attn.causal] score (
// CHECK: arith.select
func.func @patterns(%q: !t, %k: !t, %n: index) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.causal] score (%s, %b, %h, %i, %j) {
    %minf = arith.constant 0xFF800000 : f32
    %near = arith.cmpi slt, %j, %n : index
    %r = arith.select %near, %s, %minf : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// The choice may come from outside.
// CHECK-LABEL: func @captured
// CHECK-SAME: %[[FLAG:[a-z0-9]*]]: i1
// CHECK: mask (%{{.*}}) {
// CHECK-NEXT: attn.yield %[[FLAG]] : i1
func.func @captured(%q: !t, %k: !t, %flag: i1) -> !t {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %minf = arith.constant 0xFF800000 : f32
    %r = arith.select %flag, %s, %minf : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}
