// RUN: attn-opt %s --attn-tile="panels=1 panel-width=8 key-tile=32" --canonicalize --cse \
// RUN:   | FileCheck %s

!t = tensor<?x2x?x16xf32>
!l = tensor<?x2x?xf32>

// lse rows are finished and stored beside those of the output.
// CHECK-LABEL: func @lse
// CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %{{.*}}) in
// CHECK-SAME: shared_outs(%[[O:.*]] = %{{.*}}, %[[L:.*]] = %{{.*}}) -> (tensor<?x2x?x16xf32>, tensor<?x2x?xf32>)
// CHECK: tensor.extract_slice %[[L]][%[[B]], %[[H]], %[[ROW:.*]]] [1, 1, %[[ROWS:.*]]] [1, 1, 1]
// CHECK: %[[FINISHED:.*]]:2 = attn.online_finish
// CHECK: tensor.parallel_insert_slice %[[FINISHED]]#0 into %[[O]][%[[B]], %[[H]], %[[ROW]], 0] [1, 1, %[[ROWS]], 16]
// CHECK: tensor.parallel_insert_slice %[[FINISHED]]#1 into %[[L]][%[[B]], %[[H]], %[[ROW]]] [1, 1, %[[ROWS]]]
func.func @lse(%q: !t, %k: !t, %v: !t) -> (!t, !l) {
  %o, %lse = attn.attention %q, %k, %v : (!t, !t, !t) -> (!t, !l)
  return %o, %lse : !t, !l
}

// A sink is a key without a value that was seen before the others: (m, l, acc) = (sink, 1, 0).
// CHECK-LABEL: func @sink
// CHECK-SAME: %[[SINK:[a-z0-9]*]]: tensor<2xf32>)
// CHECK-DAG: %[[ZERO:.*]] = arith.constant 0.0{{.*}} : f32
// CHECK-DAG: %[[ONE:.*]] = arith.constant 1.0{{.*}} : f32
// CHECK: scf.forall (%{{.*}}, %[[H:.*]], %{{.*}}) in
// CHECK: %[[LOGIT:.*]] = tensor.extract %[[SINK]][%[[H]]]
// CHECK: %[[ACC:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%{{.*}} : tensor<1x16x8xf32>)
// CHECK: %[[MAX:.*]] = linalg.fill ins(%[[LOGIT]] : f32)
// CHECK: %[[SUM:.*]] = linalg.fill ins(%[[ONE]] : f32)
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %[[ACC]], %{{.*}} = %[[MAX]], %{{.*}} = %[[SUM]])
func.func @sink(%q: !t, %k: !t, %v: !t, %sink: tensor<2xf32>) -> !t {
  %o = attn.attention %q, %k, %v sink(%sink) : (!t, !t, !t, tensor<2xf32>) -> !t
  return %o : !t
}

// Positions are rows plus offsets; bounds of the keys are brought back to rows.
// CHECK-LABEL: func @offsets
// CHECK-SAME: %[[QO:[a-z0-9]*]]: index, %[[KO:[a-z0-9]*]]: index)
// CHECK: %[[ROW:.*]] = arith.muli %{{.*}}, %c8
// CHECK: %[[I:.*]] = arith.addi %[[ROW]], %[[QO]]
// CHECK: %[[END:.*]] = arith.subi %{{.*}}, %[[KO]]
// CHECK: %[[LAST:.*]] = arith.minsi %{{.*}}, %[[END]]
// CHECK: scf.for %[[KEY:.*]] = %c0 to %[[LAST]] step %c32
// CHECK: %[[J:.*]] = arith.addi %[[KEY]], %[[KO]]
// CHECK: attn.online_step {{.*}} at(%{{.*}}, %{{.*}}, %[[I]], %[[J]])
func.func @offsets(%q: !t, %k: !t, %v: !t, %qo: index, %ko: index) -> !t {
  %o = attn.attention %q, %k, %v q_offset(%qo) kv_offset(%ko) mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } : (!t, !t, !t, index, index) -> !t
  return %o : !t
}

// The score region moves into the step, with what it captures; the scale becomes its attribute.
// CHECK-LABEL: func @score
// CHECK-SAME: %[[SLOPES:[a-z0-9]*]]: tensor<2xf32>)
// CHECK: attn.online_step {{.*}} {key_tile = 32 : i64, scale = 5.0{{.*}} : f64} score (%s, %b, %[[H:.*]], %i, %j) {
// CHECK: tensor.extract %[[SLOPES]][%[[H]]]
func.func @score(%q: !t, %k: !t, %v: !t, %slopes: tensor<2xf32>) -> !t {
  %o = attn.attention %q, %k, %v {scale = 0.5 : f64} score (%s, %b, %h, %i, %j) {
    %slope = tensor.extract %slopes[%h] : tensor<2xf32>
    %biased = arith.addf %s, %slope : f32
    attn.yield %biased : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}
