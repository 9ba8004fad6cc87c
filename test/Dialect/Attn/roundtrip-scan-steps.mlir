// The tiled scan and convolution on tensors and on memrefs, in text, in the generic form and in
// bytecode.
// RUN: attn-opt %s | FileCheck %s
// RUN: attn-opt %s | attn-opt | FileCheck %s
// RUN: attn-opt %s --mlir-print-op-generic | attn-opt | FileCheck %s
// RUN: attn-opt %s --emit-bytecode | attn-opt | FileCheck %s

!u = tensor<?x16xbf16>
!rows = tensor<?x5xbf16>
!h = tensor<16x5xf32>
!one = tensor<1xf32>

// CHECK-LABEL: func @state_only
// CHECK: %0 = attn.scan_step ins(%arg0, %arg0, %arg1, %arg2, %arg2 : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%arg3 : tensor<16x5xf32>) {channel_tile = 16 : i64, time_tile = 8 : i64} -> tensor<16x5xf32>
func.func @state_only(%u: !u, %A: !h, %B: !rows, %h: !h) -> !h {
  %r = attn.scan_step ins(%u, %u, %A, %B, %B : !u, !u, !h, !rows, !rows) state(%h : !h)
      {time_tile = 8, channel_tile = 16} -> !h
  return %r : !h
}

// CHECK-LABEL: func @all_options
// CHECK: %0:3 = attn.scan_step ins(%arg0, %arg1, %arg2, %arg3, %arg3 : tensor<?x16xbf16>, tensor<?x16xf32>, tensor<16x5xf32>, tensor<?x5xf32>, tensor<?x5xf32>) skip(%arg4 : tensor<16xf32>) gate(%arg0 : tensor<?x16xbf16>) delta_bias(%arg4 : tensor<16xf32>) reset(%arg5 : tensor<?xi1>) state(%arg2 : tensor<16x5xf32>) elapsed(%arg4 : tensor<16xf32>) output(%arg6 : tensor<?x16xbf16>) {channel_tile = 16 : i64, contracting, delta_limits = array<f64: 0.000000e+00, 1.000000e-01>, delta_softplus, powers, reverse, softplus_threshold = 1.500000e+01 : f64, time_tile = 8 : i64} -> tensor<16x5xf32>, tensor<16xf32>, tensor<?x16xbf16>
func.func @all_options(%u: !u, %delta: tensor<?x16xf32>, %A: !h, %B: tensor<?x5xf32>,
                       %D: tensor<16xf32>, %reset: tensor<?xi1>, %out: !u)
    -> (!h, tensor<16xf32>, !u) {
  %r:3 = attn.scan_step ins(%u, %delta, %A, %B, %B
          : !u, tensor<?x16xf32>, !h, tensor<?x5xf32>, tensor<?x5xf32>)
      skip(%D : tensor<16xf32>) gate(%u : !u) delta_bias(%D : tensor<16xf32>)
      reset(%reset : tensor<?xi1>) state(%A : !h) elapsed(%D : tensor<16xf32>) output(%out : !u)
      {delta_softplus, softplus_threshold = 15.0 : f64, delta_limits = array<f64: 0.0, 0.1>,
       reverse, powers, contracting, time_tile = 8, channel_tile = 16} -> !h, tensor<16xf32>, !u
  return %r#0, %r#1, %r#2 : !h, tensor<16xf32>, !u
}

// One step size, one rate and one row of constants for all channels of a head.
// CHECK-LABEL: func @shared
// CHECK: attn.scan_step ins(%arg0, %arg1, %arg2, %arg3, %arg4 : tensor<?x16xbf16>, tensor<?x1xbf16>, tensor<1x1xf32>, tensor<1x5xf32>, tensor<16x5xf32>) skip(%arg5 : tensor<1xf32>) delta_bias(%arg5 : tensor<1xf32>) state(%arg4 : tensor<16x5xf32>) elapsed(%arg5 : tensor<1xf32>) {channel_tile = 16 : i64, constant_b, constant_c, time_tile = 8 : i64} -> tensor<16x5xf32>, tensor<1xf32>
// CHECK: attn.scan_step ins({{.*}} tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x1xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) delta_bias(%arg5 : tensor<1xf32>) state({{.*}}) output({{.*}} -> tensor<16x5xf32>, tensor<?x16xbf16>
func.func @shared(%u: !u, %delta: tensor<?x1xbf16>, %A: tensor<1x1xf32>, %B: tensor<1x5xf32>,
                  %C: !h, %one: !one, %rates: tensor<16x1xf32>, %rows: !rows) -> (!h, !u) {
  %r:2 = attn.scan_step ins(%u, %delta, %A, %B, %C
          : !u, tensor<?x1xbf16>, tensor<1x1xf32>, tensor<1x5xf32>, !h)
      skip(%one : !one) delta_bias(%one : !one) state(%C : !h) elapsed(%one : !one)
      {constant_b, constant_c, time_tile = 8, channel_tile = 16} -> !h, !one
  %s:2 = attn.scan_step ins(%u, %u, %rates, %rows, %rows
          : !u, !u, tensor<16x1xf32>, !rows, !rows)
      delta_bias(%one : !one) state(%r#0 : !h) output(%u : !u) {time_tile = 8, channel_tile = 16} -> !h, !u
  return %s#0, %s#1 : !h, !u
}

// The last block of channels may be a part of one.
// CHECK-LABEL: func @any_channels
// CHECK: attn.scan_step ins({{.*}}) state({{.*}} : tensor<?x5xf32>) output({{.*}} -> tensor<?x5xf32>, tensor<8x?xf32>
func.func @any_channels(%u: tensor<8x?xf32>, %h: tensor<?x5xf32>, %B: tensor<8x5xf32>)
    -> (tensor<?x5xf32>, tensor<8x?xf32>) {
  %r:2 = attn.scan_step ins(%u, %u, %h, %B, %B
          : tensor<8x?xf32>, tensor<8x?xf32>, tensor<?x5xf32>, tensor<8x5xf32>, tensor<8x5xf32>)
      state(%h : tensor<?x5xf32>) output(%u : tensor<8x?xf32>)
      {time_tile = 8, channel_tile = 16} -> tensor<?x5xf32>, tensor<8x?xf32>
  return %r#0, %r#1 : tensor<?x5xf32>, tensor<8x?xf32>
}

// CHECK-LABEL: func @convolution
// CHECK: %0:2 = attn.conv_step ins(%arg0, %arg1 : tensor<?x16xbf16>, tensor<16x4xf32>) bias(%arg2 : tensor<16xbf16>) reset(%arg3 : tensor<?xi1>) window(%arg4 : tensor<3x16xbf16>) output(%arg0 : tensor<?x16xbf16>) {channel_tile = 16 : i64, silu} -> tensor<3x16xbf16>, tensor<?x16xbf16>
// CHECK: %1:2 = attn.conv_step ins(%0#1, %arg1 : tensor<?x16xbf16>, tensor<16x4xf32>) window(%0#0 : tensor<3x16xbf16>) output(%arg0 : tensor<?x16xbf16>) {channel_tile = 16 : i64} -> tensor<3x16xbf16>, tensor<?x16xbf16>
func.func @convolution(%x: !u, %weight: tensor<16x4xf32>, %bias: tensor<16xbf16>,
                       %reset: tensor<?xi1>, %window: tensor<3x16xbf16>)
    -> (tensor<3x16xbf16>, !u) {
  %r:2 = attn.conv_step ins(%x, %weight : !u, tensor<16x4xf32>) bias(%bias : tensor<16xbf16>)
      reset(%reset : tensor<?xi1>) window(%window : tensor<3x16xbf16>) output(%x : !u)
      {silu, channel_tile = 16} -> tensor<3x16xbf16>, !u
  %s:2 = attn.conv_step ins(%r#1, %weight : !u, tensor<16x4xf32>)
      window(%r#0 : tensor<3x16xbf16>) output(%x : !u) {channel_tile = 16} -> tensor<3x16xbf16>, !u
  return %s#0, %s#1 : tensor<3x16xbf16>, !u
}

!tile = memref<8x16xf16, strided<[?, 1], offset: ?>>
!state = memref<16x5xf32, strided<[5, 1], offset: ?>>

// CHECK-LABEL: func @memrefs
// CHECK: attn.scan_step ins(%arg0, %arg0, %arg1, %arg2, %arg2 : memref<8x16xf16, strided<[?, 1], offset: ?>>, {{.*}}, memref<8x5xf16>) reset(%arg3 : memref<8xi1>) state(%arg1 : memref<16x5xf32, strided<[5, 1], offset: ?>>) elapsed(%arg4 : memref<16xf32>) output(%arg0 : memref<8x16xf16, strided<[?, 1], offset: ?>>) {channel_tile = 16 : i64, reverse, time_tile = 8 : i64}{{$}}
// CHECK: attn.conv_step ins(%arg0, %arg5 : {{.*}}) window(%arg6 : memref<1x16xf16>) output(%arg0 : memref<8x16xf16, strided<[?, 1], offset: ?>>) {channel_tile = 16 : i64}{{$}}
func.func @memrefs(%u: !tile, %h: !state, %B: memref<8x5xf16>, %reset: memref<8xi1>,
                   %elapsed: memref<16xf32>, %weight: memref<16x2xf16>, %window: memref<1x16xf16>) {
  attn.scan_step ins(%u, %u, %h, %B, %B : !tile, !tile, !state, memref<8x5xf16>, memref<8x5xf16>)
      reset(%reset : memref<8xi1>) state(%h : !state) elapsed(%elapsed : memref<16xf32>)
      output(%u : !tile) {reverse, time_tile = 8, channel_tile = 16}
  attn.conv_step ins(%u, %weight : !tile, memref<16x2xf16>) window(%window : memref<1x16xf16>)
      output(%u : !tile) {channel_tile = 16}
  return
}
