// Truncating divisions of what may be negative get a warning: they are no floor divisions.
// RUN: attn-opt %s --attn-expand-patterns --verify-diagnostics

!t = tensor<1x2x?x8xf32>

func.func @distance(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %c4 = arith.constant 4 : index
    %d = arith.subi %i, %j : index
    // expected-warning @+1 {{rounds towards zero, and the dividend may be negative; wanted arith.floordivsi?}}
    %block = arith.divsi %d, %c4 : index
    // expected-warning @+1 {{rounds towards zero, and the dividend may be negative; wanted arith.floordivsi and a difference?}}
    %phase = arith.remsi %d, %c4 : index
    %same = arith.cmpi slt, %block, %phase : index
    attn.yield %same : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// Through casts, sums and products, in a score region, too.
func.func @score(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k score (%s, %b, %h, %i, %j) {
    %minus = arith.constant -2 : i32
    %c3 = arith.constant 3 : i32
    %int = arith.index_cast %i : index to i32
    %x = arith.muli %int, %minus : i32
    %y = arith.addi %x, %c3 : i32
    // expected-warning @+1 {{rounds towards zero, and the dividend may be negative}}
    %z = arith.divsi %y, %c3 : i32
    %f = arith.sitofp %z : i32 to f32
    attn.yield %f : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// Positions are not negative, a floor division is what it says, and whether a remainder is 0 does
// not depend on the rounding.
func.func @fine(%q: !t, %k: !t, %n: index) -> !t {
  %o = attn.attention %q, %k, %k mask (%b, %h, %i, %j) {
    %c0 = arith.constant 0 : index
    %c4 = arith.constant 4 : index
    %a = arith.divsi %i, %c4 : index
    %d = arith.subi %i, %j : index
    %e = arith.floordivsi %d, %c4 : index
    %m = arith.remsi %d, %n : index
    %p = arith.cmpi eq, %m, %c0 : index
    %positive = arith.maxsi %d, %c0 : index
    %f = arith.remsi %positive, %c4 : index
    %r = arith.cmpi slt, %a, %f : index
    %t = arith.cmpi slt, %r, %p : i1
    %u = arith.cmpi sle, %e, %c4 : index
    %v = arith.andi %t, %u : i1
    attn.yield %v : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// Nor is a word said about the patterns themselves.
func.func @patterns(%q: !t, %k: !t) -> !t {
  %o = attn.attention %q, %k, %k mask = [#attn.dilated<3>, #attn.strided<2, block = 5>]
      : (!t, !t, !t) -> !t
  return %o : !t
}
