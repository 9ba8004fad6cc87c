// Side effects of the scan and the convolution: none on tensors, states and outputs on memrefs.
// RUN: attn-opt %s --canonicalize --cse | FileCheck %s

!u = tensor<2x7x4xf32>
!a = tensor<4x3xf32>
!b = tensor<2x7x1x3xf32>
!tile = tensor<7x4xf32>
!bt = tensor<7x3xf32>

// CHECK-LABEL: func @dead
// CHECK-NEXT: return
func.func @dead(%u: !u, %a: !a, %b: !b, %tile: !tile, %bt: !bt, %window: tensor<2x4xf32>) {
  %y = attn.selective_scan %u, %u, %a, %b, %b : (!u, !u, !a, !b, !b) -> !u
  %z = attn.causal_conv1d %u, %a : (!u, !a) -> !u
  %r:2 = attn.scan_step ins(%tile, %tile, %a, %bt, %bt : !tile, !tile, !a, !bt, !bt) state(%a : !a)
      output(%tile : !tile) {time_tile = 7, channel_tile = 4} -> !a, !tile
  %s:2 = attn.conv_step ins(%tile, %a : !tile, !a) window(%window : tensor<2x4xf32>)
      output(%tile : !tile) {channel_tile = 4} -> tensor<2x4xf32>, !tile
  return
}

// Equal ops are one; another option makes another op.
// CHECK-LABEL: func @same
// CHECK: %[[Y:.*]] = attn.selective_scan
// CHECK: %[[Z:.*]] = attn.selective_scan {{.*}} {reverse}
// CHECK: %[[C:.*]] = attn.causal_conv1d
// CHECK: %[[D:.*]] = attn.causal_conv1d {{.*}} {silu}
// CHECK: return %[[Y]], %[[Y]], %[[Z]], %[[C]], %[[C]], %[[D]]
func.func @same(%u: !u, %a: !a, %b: !b) -> (!u, !u, !u, !u, !u, !u) {
  %0 = attn.selective_scan %u, %u, %a, %b, %b : (!u, !u, !a, !b, !b) -> !u
  %1 = attn.selective_scan %u, %u, %a, %b, %b : (!u, !u, !a, !b, !b) -> !u
  %2 = attn.selective_scan %u, %u, %a, %b, %b {reverse} : (!u, !u, !a, !b, !b) -> !u
  %3 = attn.causal_conv1d %u, %a : (!u, !a) -> !u
  %4 = attn.causal_conv1d %u, %a : (!u, !a) -> !u
  %5 = attn.causal_conv1d %u, %a {silu} : (!u, !a) -> !u
  return %0, %1, %2, %3, %4, %5 : !u, !u, !u, !u, !u, !u
}

// CHECK-LABEL: func @memrefs
// CHECK-COUNT-2: attn.scan_step
// CHECK-COUNT-2: attn.conv_step
func.func @memrefs(%u: memref<7x4xf32>, %a: memref<4x3xf32>, %b: memref<7x3xf32>,
                   %window: memref<2x4xf32>) {
  attn.scan_step ins(%u, %u, %a, %b, %b
          : memref<7x4xf32>, memref<7x4xf32>, memref<4x3xf32>, memref<7x3xf32>, memref<7x3xf32>)
      state(%a : memref<4x3xf32>) {time_tile = 7, channel_tile = 4}
  attn.scan_step ins(%u, %u, %a, %b, %b
          : memref<7x4xf32>, memref<7x4xf32>, memref<4x3xf32>, memref<7x3xf32>, memref<7x3xf32>)
      state(%a : memref<4x3xf32>) {time_tile = 7, channel_tile = 4}
  attn.conv_step ins(%u, %a : memref<7x4xf32>, memref<4x3xf32>) window(%window : memref<2x4xf32>)
      output(%u : memref<7x4xf32>) {channel_tile = 4}
  attn.conv_step ins(%u, %a : memref<7x4xf32>, memref<4x3xf32>) window(%window : memref<2x4xf32>)
      output(%u : memref<7x4xf32>) {channel_tile = 4}
  return
}
