// Options of the convolution that change nothing are dropped.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!x = tensor<2x?x4xbf16>
!w = tensor<4x4xf32>
!window = tensor<2x3x4xbf16>

// CHECK-LABEL: func @nothing_said
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<2x?x4xbf16>, %[[W:[a-z0-9]*]]: tensor<4x4xf32>
// CHECK: %[[Y:.*]] = attn.causal_conv1d %[[X]], %[[W]] {silu, tag = 1 : i64} : (tensor<2x?x4xbf16>, tensor<4x4xf32>) -> tensor<2x?x4xbf16>
// CHECK: return %[[Y]]
func.func @nothing_said(%x: !x, %w: !w, %length: index) -> !x {
  %before = arith.constant dense<0.0> : !window
  %bias = arith.constant dense<0.0> : tensor<4xf32>
  %false = arith.constant false
  %never = tensor.splat %false[%length] : tensor<2x?xi1>
  %y, %last = attn.causal_conv1d %x, %w bias(%bias) init(%before) reset(%never) {silu, tag = 1}
      : (!x, !w, tensor<4xf32>, !window, tensor<2x?xi1>) -> (!x, !window)
  return %y : !x
}

// CHECK-LABEL: func @what_stays
// CHECK: %{{.*}}, %[[LAST:.*]] = attn.causal_conv1d {{.*}} bias(%{{.*}}) init(%{{.*}}) reset(%{{.*}}) : {{.*}} -> (tensor<2x?x4xbf16>, tensor<2x3x4xbf16>)
// CHECK: return %[[LAST]]
func.func @what_stays(%x: !x, %w: !w, %reset: tensor<2x?xi1>) -> !window {
  %before = arith.constant dense<-0.0> : !window
  %bias = arith.constant dense<[0.0, 1.0, 0.0, 0.0]> : tensor<4xf32>
  %y, %last = attn.causal_conv1d %x, %w bias(%bias) init(%before) reset(%reset)
      : (!x, !w, tensor<4xf32>, !window, tensor<2x?xi1>) -> (!x, !window)
  return %last : !window
}

// The ends of packed sequences stay when a bias between the operands is dropped.
// CHECK-LABEL: func @packed
// CHECK-SAME: %[[ENDS:[a-z0-9]*]]: tensor<3xi32>
// CHECK: attn.causal_conv1d %{{.*}}, %{{.*}} cu_seqlens(%[[ENDS]]) : (tensor<1x9x4xf32>, tensor<4x2xf32>, tensor<3xi32>)
func.func @packed(%x: tensor<1x9x4xf32>, %w: tensor<4x2xf32>, %ends: tensor<3xi32>)
    -> tensor<1x9x4xf32> {
  %bias = arith.constant dense<0.0> : tensor<4xf32>
  %y = attn.causal_conv1d %x, %w bias(%bias) cu_seqlens(%ends)
      : (tensor<1x9x4xf32>, tensor<4x2xf32>, tensor<4xf32>, tensor<3xi32>) -> tensor<1x9x4xf32>
  return %y : tensor<1x9x4xf32>
}
