// The scan: states, boundaries of sequences and options.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @gate_time(%u: tensor<2x7x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %gate: tensor<2x6x12xbf16>) {
  // expected-error @+1 {{time of gate (of u): wanted 7, got 6}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C gate(%gate) : (tensor<2x7x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<2x6x12xbf16>) -> tensor<2x7x12xbf16>
  return
}

// -----

func.func @gate_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %gate: tensor<2x?x12xf16>) {
  // expected-error @+1 {{gate must have the element type of u, 'bf16', or 'f32', got 'f16'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C gate(%gate) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<2x?x12xf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %init: tensor<12x5xf32>) {
  // expected-error @+1 {{init must have rank 3 (batch, channels, states), got rank 2: 'tensor<12x5xf32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C init(%init) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<12x5xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %init: tensor<1x12x5xf32>) {
  // expected-error @+1 {{batch of init (of u): wanted 2, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C init(%init) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<1x12x5xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %init: tensor<2x12x6xf32>) {
  // expected-error @+1 {{states of init (of B): wanted 5, got 6}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C init(%init) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<2x12x6xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_head_dim(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xf16>, %init: tensor<?x8x5xf32>) {
  // expected-error @+1 {{init must have rank 4 (batch, heads, head_dim, states), got rank 3: 'tensor<?x8x5xf32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C init(%init) : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xf16>, tensor<?x8x5xf32>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @init_sequences(%u: tensor<1x?x12xbf16>, %delta: tensor<1x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<1x?x3x5xbf16>, %C: tensor<1x?x3x5xbf16>, %init: tensor<1x12x5xf32>, %cu_seqlens: tensor<4xi32>) {
  // expected-error @+1 {{sequences of init (of cu_seqlens): wanted 3, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C init(%init) cu_seqlens(%cu_seqlens) : (tensor<1x?x12xbf16>, tensor<1x?x12xbf16>, tensor<12x5xf32>, tensor<1x?x3x5xbf16>, tensor<1x?x3x5xbf16>, tensor<1x12x5xf32>, tensor<4xi32>) -> tensor<1x?x12xbf16>
  return
}

// -----

func.func @last_state_sequences(%u: tensor<1x?x12xbf16>, %delta: tensor<1x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<1x?x3x5xbf16>, %C: tensor<1x?x3x5xbf16>, %cu_seqlens: tensor<1xi32>) {
  // expected-error @+1 {{sequences of last_state (of cu_seqlens): wanted 0, got 1}}
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C cu_seqlens(%cu_seqlens) : (tensor<1x?x12xbf16>, tensor<1x?x12xbf16>, tensor<12x5xf32>, tensor<1x?x3x5xbf16>, tensor<1x?x3x5xbf16>, tensor<1xi32>) -> (tensor<1x?x12xbf16>, tensor<1x12x5xf32>)
  return
}

// -----

func.func @last_state_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{batch of last_state (of u): wanted 2, got 3}}
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> (tensor<2x?x12xbf16>, tensor<3x12x5xf32>)
  return
}

// -----

func.func @last_state_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{channels of last_state (of u): wanted 12, got ?}}
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> (tensor<2x?x12xbf16>, tensor<2x?x5xf32>)
  return
}

// -----

func.func @last_state_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{must be ranked tensor of 32-bit float values, but got 'tensor<2x12x5xbf16>'}}
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> (tensor<2x?x12xbf16>, tensor<2x12x5xbf16>)
  return
}

// -----

func.func @reset_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %reset: tensor<?xi1>) {
  // expected-error @+1 {{reset must have rank 2 (batch, time), got rank 1: 'tensor<?xi1>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C reset(%reset) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<?xi1>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @reset_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %reset: tensor<1x?xi1>) {
  // expected-error @+1 {{batch of reset (of u): wanted 2, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C reset(%reset) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<1x?xi1>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @packed_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %cu_seqlens: tensor<4xi32>) {
  // expected-error @+1 {{batch of u (packed, as cu_seqlens is given): wanted 1, got 2}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C cu_seqlens(%cu_seqlens) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<4xi32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @packed_dynamic_batch(%u: tensor<?x?x12xbf16>, %delta: tensor<1x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<1x?x3x5xbf16>, %C: tensor<1x?x3x5xbf16>, %cu_seqlens: tensor<4xi32>) {
  // expected-error @+1 {{batch of u (packed, as cu_seqlens is given): wanted 1, got ?}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C cu_seqlens(%cu_seqlens) : (tensor<?x?x12xbf16>, tensor<1x?x12xbf16>, tensor<12x5xf32>, tensor<1x?x3x5xbf16>, tensor<1x?x3x5xbf16>, tensor<4xi32>) -> tensor<?x?x12xbf16>
  return
}

// -----

func.func @cu_seqlens_rank(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %cu_seqlens: tensor<1x4xi32>) {
  // expected-error @+1 {{cu_seqlens must have rank 1 (sequences + 1), got rank 2: 'tensor<1x4xi32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C cu_seqlens(%cu_seqlens) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<1x4xi32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @cu_seqlens_empty(%u: tensor<?x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %cu_seqlens: tensor<0xi32>) {
  // expected-error @+1 {{cu_seqlens must have at least one element, the end of the last sequence, got 'tensor<0xi32>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C cu_seqlens(%cu_seqlens) : (tensor<?x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<0xi32>) -> tensor<?x?x12xbf16>
  return
}

// -----

func.func @cu_seqlens_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %cu_seqlens: tensor<4xi64>) {
  // expected-error @+1 {{must be ranked tensor of 32-bit signless integer values, but got 'tensor<4xi64>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C cu_seqlens(%cu_seqlens) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<4xi64>) -> tensor<2x?x12xbf16>
  return
}
