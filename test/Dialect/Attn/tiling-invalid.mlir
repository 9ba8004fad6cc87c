// Tiles of heads whose key heads could not be told from their number.
// RUN: attn-opt %s --transform-interpreter --split-input-file --verify-diagnostics

!q = tensor<1x12x8x16xf32>
!k = tensor<1x3x8x16xf32>

func.func @across_groups(%q: !q, %k: !k) -> !q {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a divisor or by multiples of the 4 query heads that share a key head, got a tile of 6 heads}}
  %o = attn.attention %q, %k, %k : (!q, !k, !k) -> !q
  return %o : !q
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 6]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

!t = tensor<1x12x8x16xf32>

func.func @clipped(%q: !t) -> !t {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a static number of heads that divides 12}}
  %o = attn.attention %q, %q, %q : (!t, !t, !t) -> !t
  return %o : !t
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.attention"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 5]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
