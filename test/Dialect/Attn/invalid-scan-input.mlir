// The scan: u, its output, B, C and their groups and states.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @u_rank(%u: tensor<?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{u must have rank 3 (batch, time, channels) or rank 4 (batch, time, heads, head_dim), got rank 2: 'tensor<?x12xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<?x12xbf16>
  return
}

// -----

func.func @u_channels(%u: tensor<2x?x?xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{u must have a static number of channels, got 'tensor<2x?x?xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x?xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x?xbf16>
  return
}

// -----

func.func @u_no_channels(%u: tensor<2x?x0xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{u must have a number of channels of at least 1, got 0}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x0xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x0xbf16>
  return
}

// -----

func.func @u_heads(%u: tensor<?x?x?x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>) {
  // expected-error @+1 {{u must have a static number of heads, got 'tensor<?x?x?x4xf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x?x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>) -> tensor<?x?x?x4xf16>
  return
}

// -----

func.func @u_head_dim(%u: tensor<?x?x8x?xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>) {
  // expected-error @+1 {{u must have a static head_dim, got 'tensor<?x?x8x?xf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x?xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>) -> tensor<?x?x8x?xf16>
  return
}

// -----

func.func @u_empty_head_dim(%u: tensor<?x?x8x0xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>) {
  // expected-error @+1 {{u must have a head_dim of at least 1, got 0}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x0xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>) -> tensor<?x?x8x0xf16>
  return
}

// -----

func.func @output_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{output must have the type of u, 'tensor<2x?x12xbf16>', got 'tensor<2x?x12xf32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xf32>
  return
}

// -----

func.func @output_shape(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{output must have the type of u, 'tensor<2x?x12xbf16>', got 'tensor<?x?x12xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<?x?x12xbf16>
  return
}

// -----

func.func @B_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{B must have rank 4 (batch, time, groups, states) or rank 2 (channels, states), the same at all times, got rank 3: 'tensor<2x?x5xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @C_rank(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<f16>) {
  // expected-error @+1 {{C must have rank 4 (batch, time, groups, states) or rank 2 (heads, states), the same at all times, got rank 0: 'tensor<f16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<f16>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @B_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x?xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{B must have a static number of states, got 'tensor<2x?x3x?xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x?xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @too_many_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x1025xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{B must have a number of states from 1 to 1024, got 1025}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x1025xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @no_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x0xbf16>) {
  // expected-error @+1 {{C must have a number of states from 1 to 1024, got 0}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x0xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @B_groups(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x?x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{B must have a static number of groups, got 'tensor<2x?x?x5xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x?x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @no_groups(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x0x5xbf16>) {
  // expected-error @+1 {{C must have a number of groups of at least 1, got 0}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x0x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @groups_of_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x5x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{the number of channels must be a multiple of the number of groups, got 12 and 5}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x5x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @groups_of_heads(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x3x5xf16>, %C: tensor<?x?x2x5xf16>) {
  // expected-error @+1 {{the number of heads must be a multiple of the number of groups, got 8 and 3}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x3x5xf16>, tensor<?x?x2x5xf16>) -> tensor<?x?x8x4xf16>
  return
}
