// attn.attention in text, in the generic form and in bytecode.
// RUN: attn-opt %s | FileCheck %s
// RUN: attn-opt %s | attn-opt | FileCheck %s
// RUN: attn-opt %s --mlir-print-op-generic | attn-opt | FileCheck %s
// RUN: attn-opt %s --emit-bytecode | attn-opt | FileCheck %s
// RUN: attn-opt %s --mlir-print-op-generic | FileCheck %s --check-prefix=GENERIC

!t = tensor<1x2x4x8xf32>

// CHECK-LABEL: func @plain
// CHECK: %0 = attn.attention %arg0, %arg1, %arg2 : (tensor<?x32x?x128xbf16>, tensor<?x8x?x128xbf16>, tensor<?x8x?x64xbf16>) -> tensor<?x32x?x64xbf16>
// GENERIC: "attn.attention"(%{{.*}}, %{{.*}}, %{{.*}}) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>}> ({
func.func @plain(%q: tensor<?x32x?x128xbf16>, %k: tensor<?x8x?x128xbf16>, %v: tensor<?x8x?x64xbf16>)
    -> tensor<?x32x?x64xbf16> {
  %o = attn.attention %q, %k, %v
      : (tensor<?x32x?x128xbf16>, tensor<?x8x?x128xbf16>, tensor<?x8x?x64xbf16>) -> tensor<?x32x?x64xbf16>
  return %o : tensor<?x32x?x64xbf16>
}

// CHECK-LABEL: func @lse
// CHECK: %0:2 = attn.attention %arg0, %arg0, %arg0 : ({{.*}}) -> (tensor<1x2x?x8xf16>, tensor<1x2x?xf32>)
func.func @lse(%q: tensor<1x2x?x8xf16>) -> (tensor<1x2x?x8xf16>, tensor<1x2x?xf32>) {
  %o, %lse = attn.attention %q, %q, %q : (tensor<1x2x?x8xf16>, tensor<1x2x?x8xf16>, tensor<1x2x?x8xf16>)
      -> (tensor<1x2x?x8xf16>, tensor<1x2x?xf32>)
  return %o, %lse : tensor<1x2x?x8xf16>, tensor<1x2x?xf32>
}

// CHECK-LABEL: func @scale
// CHECK: attn.attention %arg0, %arg0, %arg0 {note = "kept", scale = 1.250000e-01 : f64} : (
// CHECK: attn.attention %arg0, %arg0, %arg0 {scale = 0.000000e+00 : f64} mask = [#attn.causal] : (
// CHECK: attn.attention %arg0, %arg0, %arg0 {scale = -2.000000e+00 : f64} : (
func.func @scale(%q: !t) -> (!t, !t, !t) {
  %a = attn.attention %q, %q, %q {scale = 0.125 : f64, note = "kept"} : (!t, !t, !t) -> !t
  %b = attn.attention %q, %q, %q {scale = 0.0 : f64} mask = [#attn.causal] : (!t, !t, !t) -> !t
  %c = attn.attention %q, %q, %q {scale = -2.0 : f64} : (!t, !t, !t) -> !t
  return %a, %b, %c : !t, !t, !t
}

// CHECK-LABEL: func @operands
// CHECK: attn.attention %arg0, %arg0, %arg0 q_offset(%arg1) : ({{.*}}, index) ->
// CHECK: attn.attention %arg0, %arg0, %arg0 kv_offset(%arg2) : ({{.*}}, index) ->
// CHECK: attn.attention %arg0, %arg0, %arg0 document_ids(%arg3) : ({{.*}}, tensor<1x?xi32>) ->
// CHECK: attn.attention %arg0, %arg0, %arg0 sink(%arg4) : ({{.*}}, tensor<2xf32>) ->
// CHECK: attn.attention %arg0, %arg0, %arg0 q_offset(%arg1) kv_offset(%arg2) document_ids(%arg3) sink(%arg4) {scale = 1.000000e+00 : f64} mask = [#attn.document] : ({{.*}}, index, index, tensor<1x?xi32>, tensor<2xf32>) ->
func.func @operands(%q: !t, %a: index, %b: index, %ids: tensor<1x?xi32>, %sink: tensor<2xf32>)
    -> (!t, !t, !t, !t, !t) {
  %0 = attn.attention %q, %q, %q q_offset(%a) : (!t, !t, !t, index) -> !t
  %1 = attn.attention %q, %q, %q kv_offset(%b) : (!t, !t, !t, index) -> !t
  %2 = attn.attention %q, %q, %q document_ids(%ids) : (!t, !t, !t, tensor<1x?xi32>) -> !t
  %3 = attn.attention %q, %q, %q sink(%sink) : (!t, !t, !t, tensor<2xf32>) -> !t
  %4 = attn.attention %q, %q, %q q_offset(%a) kv_offset(%b) document_ids(%ids) sink(%sink)
      {scale = 1.0 : f64} mask = [#attn.document]
      : (!t, !t, !t, index, index, tensor<1x?xi32>, tensor<2xf32>) -> !t
  return %0, %1, %2, %3, %4 : !t, !t, !t, !t, !t
}

// No batch, no heads, no rows; one half of what is too large; a sequence that may be anything.
// CHECK-LABEL: func @sizes
// CHECK-COUNT-4: attn.attention
func.func @sizes(%a: tensor<0x2x4x8xf32>, %b: tensor<1x0x4x8xf32>, %k: tensor<1x2x4x8xf32>,
                 %c: tensor<1x2x0x8xf32>, %d: tensor<72057594037927936x2x1x8xf32>)
    -> (tensor<0x2x4x8xf32>, tensor<1x0x4x8xf32>, tensor<1x2x0x8xf32>) {
  %0 = attn.attention %a, %a, %a : (tensor<0x2x4x8xf32>, tensor<0x2x4x8xf32>, tensor<0x2x4x8xf32>) -> tensor<0x2x4x8xf32>
  %1 = attn.attention %b, %k, %k : (tensor<1x0x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x0x4x8xf32>
  %2 = attn.attention %c, %k, %k : (tensor<1x2x0x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x0x8xf32>
  %3 = attn.attention %d, %d, %d : (tensor<72057594037927936x2x1x8xf32>, tensor<72057594037927936x2x1x8xf32>, tensor<72057594037927936x2x1x8xf32>) -> tensor<72057594037927936x2x1x8xf32>
  return %0, %1, %2 : tensor<0x2x4x8xf32>, tensor<1x0x4x8xf32>, tensor<1x2x0x8xf32>
}
