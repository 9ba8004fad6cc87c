// Tiles of channels and heads whose group could not be told from their number, or of any number.
// RUN: attn-opt %s --transform-interpreter --split-input-file --verify-diagnostics

func.func @across_groups(%u: tensor<2x8x12xf32>, %A: tensor<12xf32>, %B: tensor<2x8x3x5xf32>) {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a divisor or by multiples of the 4 channels that share B and C, got a tile of 6 channels}}
  %y = attn.selective_scan %u, %u, %A, %B, %B : (tensor<2x8x12xf32>, tensor<2x8x12xf32>, tensor<12xf32>, tensor<2x8x3x5xf32>, tensor<2x8x3x5xf32>) -> tensor<2x8x12xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 6]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

func.func @any_channels(%u: tensor<2x8x12xf32>, %A: tensor<12xf32>, %B: tensor<2x8x3x5xf32>) {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a static number of channels that divides 12}}
  %y = attn.selective_scan %u, %u, %A, %B, %B : (tensor<2x8x12xf32>, tensor<2x8x12xf32>, tensor<12xf32>, tensor<2x8x3x5xf32>, tensor<2x8x3x5xf32>) -> tensor<2x8x12xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 5]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

func.func @across_groups_of_heads(%x: tensor<2x8x6x4xf32>, %delta: tensor<2x8x6xf32>, %A: tensor<6xf32>, %B: tensor<2x8x2x5xf32>) {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a divisor or by multiples of the 3 heads that share B and C, got a tile of 2 heads}}
  %y = attn.selective_scan %x, %delta, %A, %B, %B : (tensor<2x8x6x4xf32>, tensor<2x8x6xf32>, tensor<6xf32>, tensor<2x8x2x5xf32>, tensor<2x8x2x5xf32>) -> tensor<2x8x6x4xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 2]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

func.func @any_elements(%x: tensor<2x8x6x4xf32>, %delta: tensor<2x8x6xf32>, %A: tensor<6xf32>, %B: tensor<2x8x2x5xf32>) {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a static number of elements of head_dim that divides 4}}
  %y = attn.selective_scan %x, %delta, %A, %B, %B : (tensor<2x8x6x4xf32>, tensor<2x8x6xf32>, tensor<6xf32>, tensor<2x8x2x5xf32>, tensor<2x8x2x5xf32>) -> tensor<2x8x6x4xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.selective_scan"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 0, 3]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}

// -----

func.func @conv_channels(%x: tensor<2x8x12xf32>, %w: tensor<12x4xf32>) {
  // expected-error @+3 {{failed to generate tiling loops}}
  // expected-error-re @+2 {{fail{{e?}}d to tile operation}}
  // expected-error @+1 {{can only be tiled by a static number of channels that divides 12}}
  %y = attn.causal_conv1d %x, %w : (tensor<2x8x12xf32>, tensor<12x4xf32>) -> tensor<2x8x12xf32>
  return
}
module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%module: !transform.any_op {transform.readonly}) {
    %op = transform.structured.match ops{["attn.causal_conv1d"]} in %module : (!transform.any_op) -> !transform.any_op
    %tiled, %loop = transform.structured.tile_using_for %op tile_sizes [0, 5]
        : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
