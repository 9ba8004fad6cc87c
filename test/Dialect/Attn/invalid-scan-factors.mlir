// The scan: step sizes, rates, skip and gate.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @delta_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{delta must have rank 3 (batch, time, channels), got rank 2: 'tensor<?x12xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @delta_of_heads(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8x4xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>) {
  // expected-error @+1 {{delta must have rank 3 (batch, time, heads), got rank 4: 'tensor<?x?x8x4xf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x4xf16>, tensor<?x?x8x4xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @delta_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x1xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{channels of delta (of u): wanted 12, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x1xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @delta_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<1x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{batch of delta (of u): wanted 2, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<1x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @delta_time(%u: tensor<2x7x12xbf16>, %delta: tensor<2x6x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{time of delta (of u): wanted 7, got 6}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x7x12xbf16>, tensor<2x6x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x7x12xbf16>
  return
}

// -----

func.func @delta_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{delta must have the element type of u, 'bf16', or 'f32', got 'f16'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @A_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<1x12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{A must have rank 2 (channels, states) or rank 1 (channels), got rank 3: 'tensor<1x12x5xf32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<1x12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @A_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{channels of A (of u): wanted 12, got 5}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @A_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x12xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{states of A (of B): wanted 5, got 12}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x12xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @A_any_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x?xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{states of A (of B): wanted 5, got ?}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x?xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @A_of_heads(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8x5xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>) {
  // expected-error @+1 {{A must have rank 1 (heads), got rank 2: 'tensor<8x5xf32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8x5xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @A_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xbf16>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{must be ranked tensor of 32-bit float values, but got 'tensor<12x5xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xbf16>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @skip_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %skip: tensor<12x5xf32>) {
  // expected-error @+1 {{skip must have rank 1 (channels), got rank 2: 'tensor<12x5xf32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C skip(%skip) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<12x5xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @skip_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %skip: tensor<1xf32>) {
  // expected-error @+1 {{channels of skip (of u): wanted 12, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C skip(%skip) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<1xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @skip_head_dim(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>, %skip: tensor<8x5xf32>) {
  // expected-error @+1 {{head_dim of skip (of u): wanted 4, got 5}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C skip(%skip) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>, tensor<8x5xf32>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @skip_of_heads(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>, %skip: tensor<f32>) {
  // expected-error @+1 {{skip must have rank 1 (heads) or rank 2 (heads, head_dim), got rank 0: 'tensor<f32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C skip(%skip) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>, tensor<f32>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @delta_bias(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>, %delta_bias: tensor<32xf32>) {
  // expected-error @+1 {{heads of delta_bias (of u): wanted 8, got 32}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C delta_bias(%delta_bias) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>, tensor<32xf32>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @gate_head_dim(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>, %gate: tensor<?x?x32xf16>) {
  // expected-error @+1 {{gate must have rank 4 (batch, time, heads, head_dim), got rank 3: 'tensor<?x?x32xf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C gate(%gate) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>, tensor<?x?x32xf16>) -> tensor<?x?x8x4xf16>
  return
}
