// The dimensions of results in terms of operands, and what effects the ops have.
// RUN: attn-opt %s --resolve-shaped-type-result-dims --canonicalize --cse --split-input-file | FileCheck %s

!q = tensor<?x4x?x8xf32>
!v = tensor<?x2x?x16xf32>
!k = tensor<?x2x?x8xf32>

// CHECK-LABEL: func @attention
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<?x4x?x8xf32>
// CHECK-DAG: %[[B:.*]] = tensor.dim %[[Q]], %c0
// CHECK-DAG: %[[S:.*]] = tensor.dim %[[Q]], %c2
// CHECK: return %[[B]], %[[S]], %c16, %[[S]]
func.func @attention(%q: !q, %k: !k, %v: !v) -> (index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %o, %lse = attn.attention %q, %k, %v : (!q, !k, !v) -> (tensor<?x4x?x16xf32>, tensor<?x4x?xf32>)
  %batch = tensor.dim %o, %c0 : tensor<?x4x?x16xf32>
  %rows = tensor.dim %o, %c2 : tensor<?x4x?x16xf32>
  %length = tensor.dim %o, %c3 : tensor<?x4x?x16xf32>
  %lse_rows = tensor.dim %lse, %c2 : tensor<?x4x?xf32>
  return %batch, %rows, %length, %lse_rows : index, index, index, index
}

// -----

!acc = tensor<1x4x16xf32>
!m = tensor<1x16xf32>

// CHECK-LABEL: func @finish
// CHECK-SAME: %[[OUT:[a-z0-9]*]]: tensor<?x4xf32>
// CHECK: %[[N:.*]] = tensor.dim %[[OUT]], %c0
// CHECK: return %[[N]]
func.func @finish(%acc: !acc, %m: !m, %out: tensor<?x4xf32>) -> index {
  %c0 = arith.constant 0 : index
  %o = attn.online_finish ins(%acc, %m, %m : !acc, !m, !m) outs(%out : tensor<?x4xf32>) -> tensor<?x4xf32>
  %n = tensor.dim %o, %c0 : tensor<?x4xf32>
  return %n : index
}
