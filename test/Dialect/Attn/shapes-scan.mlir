// The dimensions of the scan's and the convolution's results in terms of operands.
// RUN: attn-opt %s --resolve-shaped-type-result-dims --canonicalize --cse | FileCheck %s

!u = tensor<?x?x12xf32>
!b = tensor<?x?x1x5xf32>
!a = tensor<12x5xf32>

// CHECK-LABEL: func @scan
// CHECK-SAME: %[[U:[a-z0-9]*]]: tensor<?x?x12xf32>
// CHECK-DAG: %[[BATCH:.*]] = tensor.dim %[[U]], %c0
// CHECK-DAG: %[[TIME:.*]] = tensor.dim %[[U]], %c1
// CHECK: return %[[BATCH]], %[[TIME]], %[[BATCH]], %c5
func.func @scan(%u: !u, %a: !a, %b: !b) -> (index, index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b : (!u, !u, !a, !b, !b) -> (!u, tensor<?x12x5xf32>)
  %batch = tensor.dim %y, %c0 : !u
  %time = tensor.dim %y, %c1 : !u
  %states = tensor.dim %last, %c0 : tensor<?x12x5xf32>
  %length = tensor.dim %last, %c2 : tensor<?x12x5xf32>
  return %batch, %time, %states, %length : index, index, index, index
}

// One boundary more than sequences.
// CHECK-LABEL: func @packed_scan
// CHECK-SAME: %[[ENDS:[a-z0-9]*]]: tensor<?xi32>
// CHECK: %[[N:.*]] = tensor.dim %[[ENDS]], %c0
// CHECK: %[[S:.*]] = affine.apply #{{.*}}()[%[[N]]]
// CHECK: return %[[S]], %c4
func.func @packed_scan(%u: tensor<1x?x3x4xf32>, %delta: tensor<1x?x3xf32>, %a: tensor<3xf32>,
                       %b: tensor<1x?x1x5xf32>, %ends: tensor<?xi32>) -> (index, index) {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %y, %last = attn.selective_scan %u, %delta, %a, %b, %b cu_seqlens(%ends)
      : (tensor<1x?x3x4xf32>, tensor<1x?x3xf32>, tensor<3xf32>, tensor<1x?x1x5xf32>,
         tensor<1x?x1x5xf32>, tensor<?xi32>) -> (tensor<1x?x3x4xf32>, tensor<?x3x4x5xf32>)
  %sequences = tensor.dim %last, %c0 : tensor<?x3x4x5xf32>
  %length = tensor.dim %last, %c2 : tensor<?x3x4x5xf32>
  return %sequences, %length : index, index
}

// CHECK-LABEL: func @convolution
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<?x?x12xf32>
// CHECK-DAG: %[[BATCH:.*]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[TIME:.*]] = tensor.dim %[[X]], %c1
// CHECK: return %[[TIME]], %[[BATCH]], %c3
func.func @convolution(%x: !u, %w: tensor<12x4xf32>) -> (index, index, index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %y, %window = attn.causal_conv1d %x, %w : (!u, tensor<12x4xf32>) -> (!u, tensor<?x3x12xf32>)
  %time = tensor.dim %y, %c1 : !u
  %windows = tensor.dim %window, %c0 : tensor<?x3x12xf32>
  %steps = tensor.dim %window, %c1 : tensor<?x3x12xf32>
  return %time, %windows, %steps : index, index, index
}

// CHECK-LABEL: func @packed_convolution
// CHECK: return %c4
func.func @packed_convolution(%x: tensor<1x?x12xf32>, %w: tensor<12x4xf32>, %ends: tensor<5xi32>)
    -> index {
  %c0 = arith.constant 0 : index
  %y, %window = attn.causal_conv1d %x, %w cu_seqlens(%ends)
      : (tensor<1x?x12xf32>, tensor<12x4xf32>, tensor<5xi32>) -> (tensor<1x?x12xf32>, tensor<?x3x12xf32>)
  %windows = tensor.dim %window, %c0 : tensor<?x3x12xf32>
  return %windows : index
}
