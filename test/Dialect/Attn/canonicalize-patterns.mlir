// Patterns that allow every pair of the static lengths vanish; what is nested becomes flat.
// RUN: attn-opt %s --canonicalize --split-input-file | FileCheck %s

!short = tensor<1x2x16x8xf32>
!one = tensor<1x2x1x8xf32>
!any = tensor<1x2x?x8xf32>

// The query is short enough for the window, the keys for the sinks.
// CHECK-LABEL: func @always_true
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @always_true(%q: !short, %k: !short) -> !short {
  %o = attn.attention %q, %k, %k
      mask = [#attn.window<16>, #attn.window<left = 15, right = 15>, #attn.sinks<16>,
              #attn.chunked<16>, #attn.dilated<1>, #attn.strided<1, block = 4>,
              #attn.block_local<8, neighbours = 1>, #attn.global<16>, #attn.prefix<16>]
      : (!short, !short, !short) -> !short
  return %o : !short
}

// -----

!short = tensor<1x2x16x8xf32>

// One position less and each of them cuts something off.
// CHECK-LABEL: func @just_too_small
// CHECK: mask = [#attn.window<15>, #attn.window<left = 14, right = 15>, #attn.window<left = 15, right = 14>,
// CHECK-SAME: #attn.sinks<15>, #attn.chunked<15>, #attn.dilated<2>, #attn.strided<2, block = 4>,
// CHECK-SAME: #attn.block_local<8>, #attn.global<15>, #attn.prefix<15>, #attn.causal, #attn.causal<bottom_right>] :
func.func @just_too_small(%q: !short, %k: !short) -> !short {
  %o = attn.attention %q, %k, %k
      mask = [#attn.window<15>, #attn.window<left = 14, right = 15>,
              #attn.window<left = 15, right = 14>, #attn.sinks<15>,
              #attn.chunked<15>, #attn.dilated<2>, #attn.strided<2, block = 4>,
              #attn.block_local<8>, #attn.global<15>, #attn.prefix<15>, #attn.causal,
              #attn.causal<bottom_right>]
      : (!short, !short, !short) -> !short
  return %o : !short
}

// -----

!any = tensor<1x2x?x8xf32>

// Unknown lengths: only what holds for every length goes.
// CHECK-LABEL: func @dynamic
// CHECK: mask = [#attn.window<4096>, #attn.chunked<8192>] :
func.func @dynamic(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k
      mask = [#attn.window<4096>, #attn.dilated<1>, #attn.chunked<8192>, #attn.strided<1>]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// -----

!short = tensor<1x2x16x8xf32>

// An offset moves the positions out of what the lengths say.
// CHECK-LABEL: func @offset
// CHECK: q_offset(%{{.*}}) mask = [#attn.window<16>] :
func.func @offset(%q: !short, %k: !short, %first: index) -> !short {
  %o = attn.attention %q, %k, %k q_offset(%first) mask = [#attn.window<16>, #attn.dilated<1>]
      : (!short, !short, !short, index) -> !short
  return %o : !short
}

// -----

!one = tensor<1x2x1x8xf32>
!any = tensor<1x2x?x8xf32>

// The last query sees all keys; the first query sees the first key only.
// CHECK-LABEL: func @decode
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
// CHECK: mask = [#attn.causal] :
func.func @decode(%q: !one, %k: !any) -> (!one, !one) {
  %o = attn.attention %q, %k, %k mask = [#attn.causal<bottom_right>] : (!one, !any, !any) -> !one
  %p = attn.attention %q, %k, %k mask = [#attn.causal] : (!one, !any, !any) -> !one
  return %o, %p : !one, !one
}

// -----

!any = tensor<1x2x?x8xf32>
!one = tensor<1x2x1x8xf32>

// CHECK-LABEL: func @one_key
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @one_key(%q: !any, %k: !one) -> !any {
  %o = attn.attention %q, %k, %k mask = [#attn.causal, #attn.prefix<0>] : (!any, !one, !one) -> !any
  return %o : !any
}
