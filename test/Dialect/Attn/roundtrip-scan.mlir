// The scan and the convolution over whole sequences, with every option in every form: in text, in
// the generic form and in bytecode.
// RUN: attn-opt %s | FileCheck %s
// RUN: attn-opt %s | attn-opt | FileCheck %s
// RUN: attn-opt %s --mlir-print-op-generic | attn-opt | FileCheck %s
// RUN: attn-opt %s --emit-bytecode | attn-opt | FileCheck %s

!u = tensor<?x?x12xbf16>
!bc = tensor<?x?x3x5xbf16>
!state = tensor<?x12x5xf32>

// CHECK-LABEL: func @plain
// CHECK: %output = attn.selective_scan %arg0, %arg0, %arg1, %arg2, %arg2 : (tensor<?x?x12xbf16>, tensor<?x?x12xbf16>, tensor<12x5xf32>, tensor<?x?x3x5xbf16>, tensor<?x?x3x5xbf16>) -> tensor<?x?x12xbf16>
func.func @plain(%u: !u, %A: tensor<12x5xf32>, %B: !bc) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B : (!u, !u, tensor<12x5xf32>, !bc, !bc) -> !u
  return %y : !u
}

// CHECK-LABEL: func @all_options
// CHECK: %output, %last_state = attn.selective_scan %arg0, %arg1, %arg2, %arg3, %arg4 skip(%arg5) gate(%arg1) delta_bias(%arg5) init(%arg6) reset(%arg7) {delta_limits = array<f64: 1.000000e-03, 1.000000e-01>, delta_softplus, reverse, softplus_threshold = 1.500000e+01 : f64} : (tensor<?x?x12xbf16>, tensor<?x?x12xf32>, tensor<12xf32>, tensor<?x?x3x5xf32>, tensor<12x5xf32>, tensor<12xf32>, tensor<?x?x12xf32>, tensor<12xf32>, tensor<?x12x5xf32>, tensor<?x?xi1>) -> (tensor<?x?x12xbf16>, tensor<?x12x5xf32>)
func.func @all_options(%u: !u, %delta: tensor<?x?x12xf32>, %A: tensor<12xf32>,
                       %B: tensor<?x?x3x5xf32>, %C: tensor<12x5xf32>, %D: tensor<12xf32>,
                       %init: !state, %reset: tensor<?x?xi1>) -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%delta) delta_bias(%D)
      init(%init) reset(%reset) {delta_softplus, softplus_threshold = 15.0 : f64,
      delta_limits = array<f64: 0.001, 0.1>, reverse}
      : (!u, tensor<?x?x12xf32>, tensor<12xf32>, tensor<?x?x3x5xf32>, tensor<12x5xf32>,
         tensor<12xf32>, tensor<?x?x12xf32>, tensor<12xf32>, !state, tensor<?x?xi1>) -> (!u, !state)
  return %y, %last : !u, !state
}

// Packed sequences: a batch of one, a state for each of them.
// CHECK-LABEL: func @packed
// CHECK: attn.selective_scan {{.*}} init(%arg3) cu_seqlens(%arg4) : (tensor<1x?x12xf32>, {{.*}}, tensor<4x12x5xf32>, tensor<5xi32>) -> (tensor<1x?x12xf32>, tensor<4x12x5xf32>)
// CHECK: attn.selective_scan {{.*}} cu_seqlens(%arg5) {delta_limits = array<f64: -1.000000e+00, 0x7FF0000000000000>} : (tensor<1x?x12xf32>, {{.*}}, tensor<?xi32>) -> (tensor<1x?x12xf32>, tensor<?x12x5xf32>)
// CHECK: attn.selective_scan {{.*}} cu_seqlens(%arg6) : (tensor<1x?x12xf32>, {{.*}}, tensor<1xi32>) -> (tensor<1x?x12xf32>, tensor<0x12x5xf32>)
func.func @packed(%u: tensor<1x?x12xf32>, %A: tensor<12x5xf32>, %B: tensor<1x?x1x5xf32>,
                  %init: tensor<4x12x5xf32>, %ends: tensor<5xi32>, %any: tensor<?xi32>,
                  %none: tensor<1xi32>)
    -> (tensor<4x12x5xf32>, !state, tensor<0x12x5xf32>) {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B init(%init) cu_seqlens(%ends)
      : (tensor<1x?x12xf32>, tensor<1x?x12xf32>, tensor<12x5xf32>, tensor<1x?x1x5xf32>,
         tensor<1x?x1x5xf32>, tensor<4x12x5xf32>, tensor<5xi32>)
      -> (tensor<1x?x12xf32>, tensor<4x12x5xf32>)
  %z, %some = attn.selective_scan %u, %u, %A, %B, %B cu_seqlens(%any)
      {delta_limits = array<f64: -1.0, 0x7FF0000000000000>}
      : (tensor<1x?x12xf32>, tensor<1x?x12xf32>, tensor<12x5xf32>, tensor<1x?x1x5xf32>,
         tensor<1x?x1x5xf32>, tensor<?xi32>) -> (tensor<1x?x12xf32>, !state)
  %w, %empty = attn.selective_scan %u, %u, %A, %B, %B cu_seqlens(%none)
      : (tensor<1x?x12xf32>, tensor<1x?x12xf32>, tensor<12x5xf32>, tensor<1x?x1x5xf32>,
         tensor<1x?x1x5xf32>, tensor<1xi32>) -> (tensor<1x?x12xf32>, tensor<0x12x5xf32>)
  return %last, %some, %empty : tensor<4x12x5xf32>, !state, tensor<0x12x5xf32>
}

!x = tensor<?x?x8x4xf16>
!heads = tensor<8xf32>
!constant = tensor<8x5xf32>
!groups = tensor<?x?x2x5xf16>

// CHECK-LABEL: func @heads
// CHECK: attn.selective_scan {{.*}} skip(%arg2) delta_bias(%arg2) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<8x5xf32>, tensor<?x?x2x5xf16>, tensor<8xf32>, tensor<8xf32>) -> tensor<?x?x8x4xf16>
// CHECK: attn.selective_scan {{.*}} skip(%arg5) gate(%arg0) init(%arg6) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<8x5xf32>, tensor<8x4xf32>, tensor<?x?x8x4xf16>, tensor<?x8x4x5xf32>) -> (tensor<?x?x8x4xf16>, tensor<?x8x4x5xf32>)
func.func @heads(%x: !x, %delta: tensor<?x?x8xf16>, %A: !heads, %B: !constant, %C: !groups,
                 %D: tensor<8x4xf32>, %init: tensor<?x8x4x5xf32>) -> (!x, tensor<?x8x4x5xf32>) {
  %y = attn.selective_scan %x, %delta, %A, %B, %C skip(%A) delta_bias(%A)
      : (!x, tensor<?x?x8xf16>, !heads, !constant, !groups, !heads, !heads) -> !x
  %z, %last = attn.selective_scan %y, %delta, %A, %C, %B skip(%D) gate(%x) init(%init)
      : (!x, tensor<?x?x8xf16>, !heads, !groups, !constant, tensor<8x4xf32>, !x,
         tensor<?x8x4x5xf32>) -> (!x, tensor<?x8x4x5xf32>)
  return %z, %last : !x, tensor<?x8x4x5xf32>
}

// CHECK-LABEL: func @convolution
// CHECK: %output = attn.causal_conv1d %arg0, %arg1 : (tensor<?x?x12xbf16>, tensor<12x2xbf16>) -> tensor<?x?x12xbf16>
// CHECK: %output_0, %last_window = attn.causal_conv1d %output, %arg2 bias(%arg3) init(%arg4) reset(%arg5) {silu} : (tensor<?x?x12xbf16>, tensor<12x8xf32>, tensor<12xf32>, tensor<?x7x12xbf16>, tensor<?x?xi1>) -> (tensor<?x?x12xbf16>, tensor<?x7x12xbf16>)
// CHECK: %output_1, %last_window_2 = attn.causal_conv1d %arg6, %arg2 bias(%arg7) cu_seqlens(%arg8) : (tensor<1x?x12xbf16>, tensor<12x8xf32>, tensor<12xbf16>, tensor<3xi32>) -> (tensor<1x?x12xbf16>, tensor<2x7x12xbf16>)
func.func @convolution(%x: !u, %two: tensor<12x2xbf16>, %eight: tensor<12x8xf32>,
                       %bias: tensor<12xf32>, %init: tensor<?x7x12xbf16>, %reset: tensor<?x?xi1>,
                       %packed: tensor<1x?x12xbf16>, %bf16: tensor<12xbf16>, %ends: tensor<3xi32>)
    -> tensor<2x7x12xbf16> {
  %y = attn.causal_conv1d %x, %two : (!u, tensor<12x2xbf16>) -> !u
  %z, %window = attn.causal_conv1d %y, %eight bias(%bias) init(%init) reset(%reset) {silu}
      : (!u, tensor<12x8xf32>, tensor<12xf32>, tensor<?x7x12xbf16>, tensor<?x?xi1>)
      -> (!u, tensor<?x7x12xbf16>)
  %w, %windows = attn.causal_conv1d %packed, %eight bias(%bf16) cu_seqlens(%ends)
      : (tensor<1x?x12xbf16>, tensor<12x8xf32>, tensor<12xbf16>, tensor<3xi32>)
      -> (tensor<1x?x12xbf16>, tensor<2x7x12xbf16>)
  return %windows : tensor<2x7x12xbf16>
}
