// Patterns that count in chunks and blocks, documents, and combinations.
// RUN: attn-opt %s --attn-expand-patterns --canonicalize | FileCheck %s

!t = tensor<1x2x?x8xf32>

// CHECK-LABEL: func @chunked
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK: %[[C:.*]] = arith.constant 8192 : index
// CHECK: %[[A:.*]] = arith.floordivsi %[[I]], %[[C]]
// CHECK: %[[B:.*]] = arith.floordivsi %[[J]], %[[C]]
// CHECK: arith.cmpi eq, %[[A]], %[[B]]
func.func @chunked(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.chunked<8192>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @dilated
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-DAG: %[[R:.*]] = arith.constant 3 : index
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0 : index
// CHECK: %[[D:.*]] = arith.subi %[[I]], %[[J]]
// CHECK: %[[M:.*]] = arith.remsi %[[D]], %[[R]]
// CHECK: arith.cmpi eq, %[[M]], %[[ZERO]]
func.func @dilated(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.dilated<3>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @strided
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-DAG: %[[BLOCK:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[STRIDE:.*]] = arith.constant 8 : index
// CHECK: %[[A:.*]] = arith.floordivsi %[[I]], %[[BLOCK]]
// CHECK: %[[B:.*]] = arith.floordivsi %[[J]], %[[BLOCK]]
// CHECK: %[[D:.*]] = arith.subi %[[A]], %[[B]]
// CHECK: arith.remsi %[[D]], %[[STRIDE]]
func.func @strided(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.strided<8, block = 64>] : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @block_local
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK-DAG: %[[BLOCK:.*]] = arith.constant 64 : index
// CHECK-DAG: %[[N:.*]] = arith.constant 2 : index
// CHECK-DAG: %[[MINUS:.*]] = arith.constant -2 : index
// CHECK: %[[D:.*]] = arith.subi
// CHECK: arith.cmpi sle, %[[D]], %[[N]]
// CHECK: arith.cmpi sge, %[[D]], %[[MINUS]]
func.func @block_local(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.block_local<64, neighbours = 2>]
      : (!t, !t, !t) -> !t
  return %o : !t
}

// The ids become a capture like any other; the operand is gone.
// CHECK-LABEL: func @document
// CHECK-SAME: %[[IDS:[a-z0-9]*]]: tensor<1x?xi32>
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} mask (%[[B:.*]], %h, %[[I:.*]], %[[J:.*]]) {
// CHECK: %[[A:.*]] = tensor.extract %[[IDS]][%[[B]], %[[I]]]
// CHECK: %[[C:.*]] = tensor.extract %[[IDS]][%[[B]], %[[J]]]
// CHECK: arith.cmpi eq, %[[A]], %[[C]] : i32
// CHECK: } : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>)
func.func @document(%q: !t, %k: !t, %ids: tensor<1x?xi32>) -> !t {
  %o = attn.attention %q, %k, %k document_ids(%ids) mask = [#attn.document]
      : (!t, !t, !t, tensor<1x?xi32>) -> !t
  return %o : !t
}

// CHECK-LABEL: func @combined
// CHECK: mask (%b, %h, %[[I:.*]], %[[J:.*]]) {
// CHECK: %[[CAUSAL:.*]] = arith.cmpi sle, %[[J]], %[[I]]
// CHECK: %[[SINK:.*]] = arith.cmpi slt, %[[J]], %{{.*}}
// CHECK: %[[NOT:.*]] = arith.cmpi ne
// CHECK: %[[ANY:.*]] = arith.ori %[[SINK]], %[[NOT]]
// CHECK: %[[ALL:.*]] = arith.andi %[[CAUSAL]], %[[ANY]]
// CHECK: attn.yield %[[ALL]]
func.func @combined(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k
      mask = [#attn.causal, #attn.any<[#attn.sinks<4>, #attn.not<#attn.chunked<16>>]>]
      : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @nothing_allowed
// CHECK: %[[FALSE:.*]] = arith.constant false
// CHECK: attn.yield %[[FALSE]]
func.func @nothing_allowed(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.any<[]>] : (!t, !t, !t) -> !t
  return %o : !t
}
