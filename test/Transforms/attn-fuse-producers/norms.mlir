// RUN: attn-opt %s --attn-tile="channels=32 time-tile=16" --convert-elementwise-to-linalg \
// RUN:   --attn-fuse-producers --canonicalize --cse | FileCheck %s

// RMS norms of B and C, with weights for C, through the views between the norm and the scan: sums of
// squares are computed once for all blocks of channels, roots and products of a tile in the loop; no
// normalised copy exists. C goes on from the tile of B.
// CHECK-LABEL: func @norms
// CHECK-SAME: %{{.*}}: tensor<2x?x64xbf16>, %{{.*}}: tensor<64x16xf32>, %[[RAW:.*]]: tensor<2x?x16xf32>, %[[WEIGHTS:.*]]: tensor<16xf32>
// CHECK: %[[SUMS:.*]] = linalg.generic
// CHECK-SAME: "reduction"
// CHECK-SAME: ins(%[[RAW]] :
// CHECK-NOT: linalg.generic
// CHECK: scf.forall (%[[S:.*]], %[[BLOCK:.*]]) in (2, 2)
// CHECK: scf.for %[[T:.*]] = %c0
// CHECK: %[[STEPS:.*]] = arith.minsi %{{.*}}, %c16
// CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[RAW]][%[[S]], %[[T]], 0] [1, %[[STEPS]], 16]
// CHECK: %[[SUM:.*]] = tensor.extract_slice %[[SUMS]][%[[S]], %[[T]]] [1, %[[STEPS]]]
// CHECK: %[[NORM:.*]] = linalg.generic
// CHECK-SAME: ins(%[[ROWS]], %[[SUM]] : tensor<1x?x16xf32>, tensor<1x?xf32>)
// CHECK: math.rsqrt
// CHECK: %[[B:.*]] = tensor.extract_slice %[[NORM]][0, 0, 0] [1, %[[STEPS]], 16]
// CHECK: %[[WEIGHTED:.*]] = linalg.generic
// CHECK-SAME: ins(%[[NORM]], %[[WEIGHTS]] : tensor<1x?x16xf32>, tensor<16xf32>)
// CHECK: %[[C:.*]] = tensor.extract_slice %[[WEIGHTED]][0, 0, 0] [1, %[[STEPS]], 16]
// CHECK: attn.scan_step ins(%{{.*}}, %{{.*}}, %{{.*}}, %[[B]], %[[C]] :
#row = affine_map<(b, l, n) -> (b, l, n)>
#sum = affine_map<(b, l, n) -> (b, l)>
#weight = affine_map<(b, l, n) -> (n)>
!row = tensor<2x?x16xf32>
!group = tensor<2x?x1x16xf32>
func.func @norms(%u: tensor<2x?x64xbf16>, %A: tensor<64x16xf32>, %raw: !row,
                 %weights: tensor<16xf32>) -> tensor<2x?x64xbf16> {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %eps = arith.constant 1.0e-5 : f32
  %length = tensor.dim %raw, %c1 : !row
  %sumsEmpty = tensor.empty(%length) : tensor<2x?xf32>
  %empty = tensor.empty(%length) : !row
  %zeros = linalg.fill ins(%zero : f32) outs(%sumsEmpty : tensor<2x?xf32>) -> tensor<2x?xf32>
  %sums = linalg.generic
      {indexing_maps = [#row, #sum], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%raw : !row) outs(%zeros : tensor<2x?xf32>) {
  ^bb0(%x: f32, %s: f32):
    %square = arith.mulf %x, %x : f32
    %next = arith.addf %s, %square : f32
    linalg.yield %next : f32
  } -> tensor<2x?xf32>
  %norm = linalg.generic
      {indexing_maps = [#row, #sum, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%raw, %sums : !row, tensor<2x?xf32>) outs(%empty : !row) {
  ^bb0(%x: f32, %s: f32, %o: f32):
    %e = arith.addf %s, %eps : f32
    %root = math.rsqrt %e : f32
    %y = arith.mulf %x, %root : f32
    linalg.yield %y : f32
  } -> !row
  %weighted = linalg.generic
      {indexing_maps = [#row, #weight, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%norm, %weights : !row, tensor<16xf32>) outs(%empty : !row) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %y = arith.mulf %x, %w : f32
    linalg.yield %y : f32
  } -> !row
  %B = tensor.expand_shape %norm [[0], [1], [2, 3]] output_shape [2, %length, 1, 16]
    : !row into !group
  %C = tensor.expand_shape %weighted [[0], [1], [2, 3]] output_shape [2, %length, 1, 16]
    : !row into !group
  %y = attn.selective_scan %u, %u, %A, %B, %C
    : (tensor<2x?x64xbf16>, tensor<2x?x64xbf16>, tensor<64x16xf32>, !group, !group)
      -> tensor<2x?x64xbf16>
  return %y : tensor<2x?x64xbf16>
}

// Groups and heads that were one axis before: the slice of a group lies at a multiple of its size.
// CHECK-LABEL: func @heads
// CHECK-SAME: %{{.*}}: tensor<1x5x6x32xf32>, %[[FLAT:.*]]: tensor<1x5x24xf32>
// CHECK: scf.forall (%[[H:.*]]) in (6)
// CHECK: %[[GROUP:.*]] = arith.divui %[[H]], %c3
// CHECK: %[[OFFSET:.*]] = affine.apply #[[$TIMES12:.*]](%[[GROUP]])
// CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[FLAT]][0, 0, %[[OFFSET]]] [1, 5, 12]
// CHECK: linalg.generic {{.*}} ins(%[[ROWS]] : tensor<1x5x12xf32>)
// CHECK: math.tanh
func.func @heads(%u: tensor<1x5x6x32xf32>, %flat: tensor<1x5x24xf32>, %delta: tensor<1x5x6xf32>,
                 %A: tensor<6xf32>, %C: tensor<6x12xf32>) -> tensor<1x5x6x32xf32> {
  %b = math.tanh %flat : tensor<1x5x24xf32>
  %B = tensor.expand_shape %b [[0], [1], [2, 3]] output_shape [1, 5, 2, 12]
    : tensor<1x5x24xf32> into tensor<1x5x2x12xf32>
  %y = attn.selective_scan %u, %delta, %A, %B, %C
    : (tensor<1x5x6x32xf32>, tensor<1x5x6xf32>, tensor<6xf32>, tensor<1x5x2x12xf32>,
       tensor<6x12xf32>) -> tensor<1x5x6x32xf32>
  return %y : tensor<1x5x6x32xf32>
}
