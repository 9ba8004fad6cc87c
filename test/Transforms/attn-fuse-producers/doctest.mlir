// RUN: attn-opt %s --attn-fuse-producers --canonicalize --cse | FileCheck %s

// A step size that is scaled before the scan: the tile is scaled where it is read, into scratch of
// the task, and nothing is left before the loop.
// CHECK-LABEL: func @scaled
// CHECK-SAME: %[[U:.*]]: tensor<2x?x64xf32>, %[[PROJECTED:.*]]: tensor<2x?x64xf32>, %{{.*}}: tensor<64x4xf32>
// CHECK-NOT: linalg.generic
// CHECK: scf.forall (%[[B:.*]]) in (2)
// CHECK: %[[SCRATCH:.*]] = bufferization.alloc_tensor() : tensor<1x32x64xf32>
// CHECK: scf.for %[[T:.*]] = %c0
// CHECK: %[[STEPS:.*]] = arith.minsi
// CHECK: %[[IN:.*]] = tensor.extract_slice %[[PROJECTED]][%[[B]], %[[T]], 0] [1, %[[STEPS]], 64]
// CHECK-SAME: to tensor<1x?x64xf32>
// CHECK: %[[OUT:.*]] = tensor.extract_slice %[[SCRATCH]][0, 0, 0] [1, %[[STEPS]], 64]
// CHECK: %[[SCALED:.*]] = linalg.generic
// CHECK-SAME: ins(%[[IN]] : tensor<1x?x64xf32>) outs(%[[OUT]] : tensor<1x?x64xf32>)
// CHECK: arith.mulf
// CHECK: %[[DELTA:.*]] = tensor.extract_slice %[[SCALED]][0, 0, 0] [1, %[[STEPS]], 64]
// CHECK: attn.scan_step ins(%{{.*}}, %[[DELTA]],
#id = affine_map<(b, l, d) -> (b, l, d)>
func.func @scaled(%u: tensor<2x?x64xf32>, %projected: tensor<2x?x64xf32>, %A: tensor<64x4xf32>,
                  %BC: tensor<64x4xf32>, %out: tensor<2x?x64xf32>) -> tensor<2x?x64xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %half = arith.constant 0.5 : f32
  %zero = arith.constant 0.0 : f32
  %projectedLength = tensor.dim %projected, %c1 : tensor<2x?x64xf32>
  %empty = tensor.empty(%projectedLength) : tensor<2x?x64xf32>
  %scaled = linalg.generic
      {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%projected : tensor<2x?x64xf32>) outs(%empty : tensor<2x?x64xf32>) {
  ^bb0(%x: f32, %o: f32):
    %y = arith.mulf %x, %half : f32
    linalg.yield %y : f32
  } -> tensor<2x?x64xf32>
  // The length of what is fused is the length of what it is computed from.
  %length = tensor.dim %scaled, %c1 : tensor<2x?x64xf32>
  %y = scf.forall (%b) in (2) shared_outs(%rows = %out) -> (tensor<2x?x64xf32>) {
    %mine = tensor.extract_slice %rows[%b, 0, 0] [1, %length, 64] [1, 1, 1]
      : tensor<2x?x64xf32> to tensor<?x64xf32>
    %state = tensor.empty() : tensor<64x4xf32>
    %start = linalg.fill ins(%zero : f32) outs(%state : tensor<64x4xf32>) -> tensor<64x4xf32>
    %part:2 = scf.for %t = %c0 to %length step %c32 iter_args(%done = %mine, %h = %start)
        -> (tensor<?x64xf32>, tensor<64x4xf32>) {
      %left = arith.subi %length, %t : index
      %steps = arith.minsi %left, %c32 : index
      %tile = tensor.extract_slice %done[%t, 0] [%steps, 64] [1, 1]
        : tensor<?x64xf32> to tensor<?x64xf32>
      %uTile = tensor.extract_slice %u[%b, %t, 0] [1, %steps, 64] [1, 1, 1]
        : tensor<2x?x64xf32> to tensor<?x64xf32>
      %delta = tensor.extract_slice %scaled[%b, %t, 0] [1, %steps, 64] [1, 1, 1]
        : tensor<2x?x64xf32> to tensor<?x64xf32>
      %next:2 = attn.scan_step ins(%uTile, %delta, %A, %BC, %BC
          : tensor<?x64xf32>, tensor<?x64xf32>, tensor<64x4xf32>, tensor<64x4xf32>,
            tensor<64x4xf32>)
        state(%h : tensor<64x4xf32>) output(%tile : tensor<?x64xf32>)
        {constant_b, constant_c, time_tile = 32, channel_tile = 64}
        -> tensor<64x4xf32>, tensor<?x64xf32>
      %inserted = tensor.insert_slice %next#1 into %done[%t, 0] [%steps, 64] [1, 1]
        : tensor<?x64xf32> into tensor<?x64xf32>
      scf.yield %inserted, %next#0 : tensor<?x64xf32>, tensor<64x4xf32>
    }
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %part#0 into %rows[%b, 0, 0] [1, %length, 64] [1, 1, 1]
        : tensor<?x64xf32> into tensor<2x?x64xf32>
    }
  }
  return %y : tensor<2x?x64xf32>
}
