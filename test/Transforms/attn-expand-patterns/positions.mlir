// The predicate of each pattern on query position i and key position j.
// RUN: attn-opt %s --attn-expand-patterns --canonicalize | FileCheck %s

!t = tensor<1x2x?x8xf32>

// CHECK-LABEL: func @causal
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[R:.*]] = arith.cmpi sle, %[[J]], %[[I]] : index
// CHECK-NEXT: attn.yield %[[R]] : i1
func.func @causal(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.causal] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @window
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[LEFT:.*]] = arith.constant 4095 : index
// CHECK-NEXT: %[[D:.*]] = arith.subi %[[I]], %[[J]]
// CHECK-NEXT: arith.cmpi sle, %[[D]], %[[LEFT]]
func.func @window(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.window<4096>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @two_sided
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-DAG: %[[LEFT:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[RIGHT:.*]] = arith.constant -5 : index
// CHECK: %[[D:.*]] = arith.subi %[[I]], %[[J]]
// CHECK-NEXT: %[[A:.*]] = arith.cmpi sle, %[[D]], %[[LEFT]]
// CHECK-NEXT: %[[B:.*]] = arith.cmpi sge, %[[D]], %[[RIGHT]]
// CHECK-NEXT: arith.andi %[[A]], %[[B]]
func.func @two_sided(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.window<left = 3, right = 5>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @sinks
// CHECK: mask (%b, %h, %{{.*}}, %[[J:.*]]) {
// CHECK: %[[N:.*]] = arith.constant 4 : index
// CHECK: arith.cmpi slt, %[[J]], %[[N]]
func.func @sinks(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.sinks<4>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @prefix
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK: %[[N:.*]] = arith.constant 7 : index
// CHECK: %[[A:.*]] = arith.cmpi sle, %[[J]], %[[I]]
// CHECK: %[[B:.*]] = arith.cmpi slt, %[[J]], %[[N]]
// CHECK: arith.ori %[[A]], %[[B]]
func.func @prefix(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.prefix<7>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @global
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK: %[[N:.*]] = arith.constant 2 : index
// CHECK: %[[A:.*]] = arith.cmpi slt, %[[I]], %[[N]]
// CHECK: %[[B:.*]] = arith.cmpi slt, %[[J]], %[[N]]
// CHECK: arith.ori %[[A]], %[[B]]
func.func @global(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.global<2>] : (!t, !t, !t) -> !t
  return %o : !t
}

// The ends are those of the whole sequences: offset plus length.
// CHECK-LABEL: func @bottom_right
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<1x2x?x8xf32>, %[[K:[a-z0-9]*]]: tensor<1x2x?x8xf32>, %[[A:[a-z0-9]*]]: index, %[[B:[a-z0-9]*]]: index
// CHECK: %[[SQ:.*]] = tensor.dim %[[Q]], %{{.*}}
// CHECK: %[[QEND:.*]] = arith.addi %[[A]], %[[SQ]]
// CHECK: %[[SK:.*]] = tensor.dim %[[K]], %{{.*}}
// CHECK: %[[KEND:.*]] = arith.addi %[[B]], %[[SK]]
// CHECK: attn.attention {{.*}} q_offset(%[[A]]) kv_offset(%[[B]]) mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-NEXT: %[[SHIFT:.*]] = arith.subi %[[KEND]], %[[QEND]]
// CHECK-NEXT: %[[SHIFTED:.*]] = arith.addi %[[I]], %[[SHIFT]]
// CHECK-NEXT: arith.cmpi sle, %[[J]], %[[SHIFTED]]
func.func @bottom_right(%q: !t, %k: !t, %a: index, %b: index) -> !t {
  %o = attn.attention %q, %k, %k q_offset(%a) kv_offset(%b) mask = [#attn.causal<bottom_right>]
      : (!t, !t, !t, index, index) -> !t
  return %o : !t
}
