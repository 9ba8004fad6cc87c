// What the pass leaves alone, and what stays around an expanded list.
// RUN: attn-opt %s --attn-expand-patterns | FileCheck %s

!t = tensor<1x2x?x8xf32>

// CHECK-LABEL: func @no_mask
// CHECK-NEXT: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @no_mask(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @region
// CHECK-NEXT: attn.attention %{{.*}}, %{{.*}}, %{{.*}} mask (%b, %h, %i, %j) {
// CHECK-NEXT: arith.cmpi ne, %i, %j
func.func @region(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %other = arith.cmpi ne, %i, %j : index
    attn.yield %other : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// An empty list allows every pair.
// CHECK-LABEL: func @empty_list
// CHECK: mask (%b, %h, %i, %j) {
// CHECK-NEXT: %[[TRUE:.*]] = arith.constant true
// CHECK-NEXT: attn.yield %[[TRUE]]
func.func @empty_list(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [] : (!t, !t, !t) -> !t
  return %o : !t
}

// Scale, sink, lse, the score region and the order of operands stay.
// CHECK-LABEL: func @everything
// CHECK-SAME: %[[SINK:[a-z0-9]*]]: tensor<2xf32>
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} q_offset(%{{.*}}) sink(%[[SINK]]) {scale = 2.000000e+00 : f64, tag} mask (
// CHECK: } score (%s, %b, %h, %i, %j) {
// CHECK-NEXT: math.tanh %s
// CHECK: -> (tensor<1x2x?x8xf32>, tensor<1x2x?xf32>)
func.func @everything(%q: !t, %k: !t, %ids: tensor<1x?xi32>, %a: index, %sink: tensor<2xf32>)
    -> (!t, tensor<1x2x?xf32>) {
  %o, %lse = attn.attention %q, %k, %k q_offset(%a) document_ids(%ids) sink(%sink)
      {scale = 2.0 : f64, tag} mask = [#attn.document] score (%s, %b, %h, %i, %j) {
    %x = math.tanh %s : f32
    attn.yield %x : f32
  } : (!t, !t, !t, index, tensor<1x?xi32>, tensor<2xf32>) -> (!t, tensor<1x2x?xf32>)
  return %o, %lse : !t, tensor<1x2x?xf32>
}

// Expanding twice changes nothing.
// RUN: attn-opt %s --attn-expand-patterns > %t.once
// RUN: attn-opt %t.once --attn-expand-patterns | diff - %t.once
