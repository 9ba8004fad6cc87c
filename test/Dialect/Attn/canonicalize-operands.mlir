// Offsets, document ids and lse that nothing looks at are dropped.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!t = tensor<1x2x?x8xf32>
!ids = tensor<1x?xi32>
!lse = tensor<1x2x?xf32>

// CHECK-LABEL: func @nothing_looks
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @nothing_looks(%q: !t, %k: !t, %a: index, %b: index, %ids: !ids) -> !t {
  %o = attn.attention %q, %k, %k q_offset(%a) kv_offset(%b) document_ids(%ids)
      : (!t, !t, !t, index, index, !ids) -> !t
  return %o : !t
}

// The sink stays, and the operands after a dropped one keep their places.
// CHECK-LABEL: func @sink
// CHECK-SAME: %[[SINK:[a-z0-9]*]]: tensor<2xf32>
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} sink(%[[SINK]]) : (
func.func @sink(%q: !t, %k: !t, %a: index, %ids: !ids, %sink: tensor<2xf32>) -> !t {
  %o = attn.attention %q, %k, %k q_offset(%a) document_ids(%ids) sink(%sink)
      : (!t, !t, !t, index, !ids, tensor<2xf32>) -> !t
  return %o : !t
}

// CHECK-LABEL: func @patterns_look
// CHECK: q_offset(%{{.*}}) kv_offset(%{{.*}}) mask = [#attn.causal] :
// CHECK: document_ids(%{{.*}}) mask = [#attn.any<[#attn.causal, #attn.document]>] :
func.func @patterns_look(%q: !t, %k: !t, %a: index, %b: index, %ids: !ids) -> (!t, !t) {
  %o = attn.attention %q, %k, %k q_offset(%a) kv_offset(%b) document_ids(%ids)
      mask = [#attn.causal] : (!t, !t, !t, index, index, !ids) -> !t
  %p = attn.attention %q, %k, %k document_ids(%ids)
      mask = [#attn.any<[#attn.causal, #attn.document]>] : (!t, !t, !t, !ids) -> !t
  return %o, %p : !t, !t
}

// A mask region that looks at the key position only, a score region at the query position only.
// CHECK-LABEL: func @regions_look
// CHECK-SAME: %[[A:[a-z0-9]*]]: index, %[[B:[a-z0-9]*]]: index
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} kv_offset(%[[B]]) mask (
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} q_offset(%[[A]]) score (
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} score (
func.func @regions_look(%q: !t, %k: !t, %a: index, %b: index, %n: index) -> (!t, !t, !t) {
  %o = attn.attention %q, %k, %k q_offset(%a) kv_offset(%b) mask (%batch, %h, %i, %j) {
    %few = arith.cmpi slt, %j, %n : index
    attn.yield %few : i1
  } : (!t, !t, !t, index, index) -> !t
  %p = attn.attention %q, %k, %k q_offset(%a) kv_offset(%b) score (%s, %batch, %h, %i, %j) {
    %int = arith.index_cast %i : index to i64
    %x = arith.sitofp %int : i64 to f32
    %y = arith.mulf %s, %x : f32
    attn.yield %y : f32
  } : (!t, !t, !t, index, index) -> !t
  %r = attn.attention %q, %k, %k q_offset(%a) kv_offset(%b) score (%s, %batch, %h, %i, %j) {
    %int = arith.index_cast %h : index to i64
    %x = arith.sitofp %int : i64 to f32
    %y = arith.mulf %s, %x : f32
    attn.yield %y : f32
  } : (!t, !t, !t, index, index) -> !t
  return %o, %p, %r : !t, !t, !t
}

// CHECK-LABEL: func @zero_offset
// CHECK-SAME: %[[A:[a-z0-9]*]]: index
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} q_offset(%[[A]]) mask = [#attn.causal] :
func.func @zero_offset(%q: !t, %k: !t, %a: index) -> !t {
  %zero = arith.constant 0 : index
  %o = attn.attention %q, %k, %k q_offset(%a) kv_offset(%zero) mask = [#attn.causal]
      : (!t, !t, !t, index, index) -> !t
  return %o : !t
}

// CHECK-LABEL: func @lse_unused
// CHECK: %[[O:.*]] = attn.attention {{.*}} {scale = 5.000000e-01 : f64, tag = 1 : i64} mask (%b, %h, %i, %j) {
// CHECK: } score (%s, %b, %h, %i, %j) {
// CHECK: } : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
// CHECK: return %[[O]]
func.func @lse_unused(%q: !t, %k: !t) -> !t {
  %o, %lse = attn.attention %q, %k, %k {scale = 0.5 : f64, tag = 1} mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } score (%s, %b, %h, %i, %j) {
    %t = math.tanh %s : f32
    attn.yield %t : f32
  } : (!t, !t, !t) -> (!t, !lse)
  return %o : !t
}

// CHECK-LABEL: func @lse_used
// CHECK: attn.attention {{.*}} -> (tensor<1x2x?x8xf32>, tensor<1x2x?xf32>)
func.func @lse_used(%q: !t, %k: !t) -> !lse {
  %o, %lse = attn.attention %q, %k, %k : (!t, !t, !t) -> (!t, !lse)
  return %lse : !lse
}
