// Scans and convolutions: batch and length have names, and packed sequences are one less than the
// numbers that bound them, whichever of the two a function has.
// RUN: attn-opt %s --attn-plan-interface | FileCheck %s

!u = tensor<?x?x8xf32>
!a = tensor<8x4xf32>
!b = tensor<?x?x1x4xf32>
!h = tensor<?x8x4xf32>
!packed = tensor<1x?x8xf32>
!ends = tensor<?xi32>

// CHECK-LABEL: func.func @whole
// CHECK-SAME: name = "arg0", shape = array<i64: -1, -2, 8>
// CHECK-SAME: name = "arg1", shape = array<i64: 8, 4>
// CHECK-SAME: name = "arg2", shape = array<i64: -1, -2, 1, 4>
// CHECK-SAME: name = "arg3", shape = array<i64: -1, 8, 4>
// CHECK-SAME: name = "out0", shape = array<i64: -1, -2, 8>
// CHECK-SAME: name = "out1", shape = array<i64: -1, 8, 4>
// CHECK-SAME: symbols = ["B", "L"]
func.func @whole(%u: !u, %a: !a, %b: !b, %h: !h) -> (!u, !h) {
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b init(%h) : (!u, !u, !a, !b, !b, !h) -> (!u, !h)
  return %y, %last : !u, !h
}

// The states come first in the call.
// CHECK-LABEL: func.func @packed
// CHECK-SAME: name = "arg0", shape = array<i64: 1, -1, 8>
// CHECK-SAME: name = "arg2", shape = array<i64: 1, -1, 1, 4>
// CHECK-SAME: name = "arg3", shape = array<i64: -2, 8, 4>
// CHECK-SAME: name = "arg4", shape = array<i64: -3>
// CHECK-SAME: name = "out1", shape = array<i64: -2, 8, 4>
// CHECK-SAME: symbols = ["L", "S", {base = -2 : i64, plus = 1 : i64}]
func.func @packed(%u: !packed, %a: !a, %b: !b, %h: !h, %ends: !ends) -> (!packed, !h) {
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b init(%h) cu_seqlens(%ends)
      : (!packed, !packed, !a, !b, !b, !h, !ends) -> (!packed, !h)
  return %y, %last : !packed, !h
}

// The numbers alone say how many states there are.
// CHECK-LABEL: func.func @last_state
// CHECK-SAME: name = "arg3", shape = array<i64: -3>
// CHECK-SAME: name = "out0", shape = array<i64: -2, 8, 4>
// CHECK-SAME: symbols = ["L", "S", {base = -2 : i64, plus = 1 : i64}]
func.func @last_state(%u: !packed, %a: !a, %b: !b, %ends: !ends) -> !h {
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b cu_seqlens(%ends)
      : (!packed, !packed, !a, !b, !b, !ends) -> (!packed, !h)
  return %last : !h
}

// Without states there is still one number or more.
// CHECK-LABEL: func.func @no_states
// CHECK-SAME: name = "arg0", shape = array<i64: -2>
// CHECK-SAME: symbols = ["S", {base = -1 : i64, plus = 1 : i64}, "L"]
func.func @no_states(%ends: !ends, %x: !packed, %w: !a) -> !packed {
  %y = attn.causal_conv1d %x, %w cu_seqlens(%ends) : (!packed, !a, !ends) -> !packed
  return %y : !packed
}

// Two ops with the same numbers have the same sequences.
// CHECK-LABEL: func.func @block
// CHECK-SAME: name = "arg4", shape = array<i64: -2, 3, 8>
// CHECK-SAME: name = "arg5", shape = array<i64: -2, 8, 4>
// CHECK-SAME: name = "arg6", shape = array<i64: -3>
// CHECK-SAME: name = "out1", shape = array<i64: -2, 3, 8>
// CHECK-SAME: name = "out2", shape = array<i64: -2, 8, 4>
// CHECK-SAME: symbols = ["L", "S", {base = -2 : i64, plus = 1 : i64}]
func.func @block(%x: !packed, %w: !a, %a: !a, %b: !b, %before: tensor<?x3x8xf32>, %h: !h,
                 %ends: !ends) -> (!packed, tensor<?x3x8xf32>, !h) {
  %u, %window = attn.causal_conv1d %x, %w init(%before) cu_seqlens(%ends)
      : (!packed, !a, tensor<?x3x8xf32>, !ends) -> (!packed, tensor<?x3x8xf32>)
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b init(%h) cu_seqlens(%ends)
      : (!packed, !packed, !a, !b, !b, !h, !ends) -> (!packed, !h)
  return %y, %window, %last : !packed, tensor<?x3x8xf32>, !h
}

// A static size of either is one of both.
// CHECK-LABEL: func.func @static_states
// CHECK-SAME: name = "arg3", shape = array<i64: 3, 8, 4>
// CHECK-SAME: name = "arg4", shape = array<i64: 4>
// CHECK-LABEL: func.func @static_numbers
// CHECK-SAME: name = "arg3", shape = array<i64: 3, 8, 4>
// CHECK-SAME: name = "out0", shape = array<i64: 3, 8, 4>
func.func @static_states(%u: !packed, %a: !a, %b: !b, %h: tensor<3x8x4xf32>, %ends: !ends)
    -> !packed {
  %y = attn.selective_scan %u, %u, %a, %b, %b init(%h) cu_seqlens(%ends)
      : (!packed, !packed, !a, !b, !b, tensor<3x8x4xf32>, !ends) -> !packed
  return %y : !packed
}
func.func @static_numbers(%u: !packed, %a: !a, %b: !b, %h: !h, %ends: tensor<4xi32>) -> !h {
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b init(%h) cu_seqlens(%ends)
      : (!packed, !packed, !a, !b, !b, !h, tensor<4xi32>) -> (!packed, !h)
  return %last : !h
}

// A scan that may not run requires nothing of what it reads.
// CHECK-LABEL: func.func @condition
// CHECK-SAME: name = "arg3", shape = array<i64: -4>
// CHECK-SAME: symbols = ["N1", "N2", "N3", "N4"]
func.func @condition(%u: !packed, %a: !a, %b: !b, %ends: !ends, %c: i32) -> !packed {
  %zero = arith.constant 0 : i32
  %runs = arith.cmpi eq, %c, %zero : i32
  %r = scf.if %runs -> !packed {
    %y = attn.selective_scan %u, %u, %a, %b, %b cu_seqlens(%ends)
        : (!packed, !packed, !a, !b, !b, !ends) -> !packed
    scf.yield %y : !packed
  } else {
    scf.yield %u : !packed
  }
  return %r : !packed
}
