// The convolution: last windows, resets and packed sequences.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @window_rank(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{last_window must have rank 3 (batch, steps, channels), got rank 2: 'tensor<3x12xbf16>'}}
  %y, %last = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x4xf32>) -> (tensor<2x?x12xbf16>, tensor<3x12xbf16>)
  return
}

// -----

func.func @window_channels(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{channels of last_window (of x): wanted 12, got 3}}
  %y, %last = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x4xf32>) -> (tensor<2x?x12xbf16>, tensor<2x3x3xbf16>)
  return
}

// -----

func.func @window_type(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{last_window must have the element type of x, 'bf16', got 'f16'}}
  %y, %last = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x4xf32>) -> (tensor<2x?x12xbf16>, tensor<2x3x12xf16>)
  return
}

// -----

func.func @window_sequences(%x: tensor<1x?x12xbf16>, %weight: tensor<12x4xf32>, %cu_seqlens: tensor<4xi32>) {
  // expected-error @+1 {{sequences of last_window (of cu_seqlens): wanted 3, got 2}}
  %y, %last = attn.causal_conv1d %x, %weight cu_seqlens(%cu_seqlens) : (tensor<1x?x12xbf16>, tensor<12x4xf32>, tensor<4xi32>) -> (tensor<1x?x12xbf16>, tensor<2x3x12xbf16>)
  return
}

// -----

func.func @reset_time(%x: tensor<2x7x12xbf16>, %weight: tensor<12x4xf32>, %reset: tensor<2x6xi1>) {
  // expected-error @+1 {{time of reset (of x): wanted 7, got 6}}
  %y = attn.causal_conv1d %x, %weight reset(%reset) : (tensor<2x7x12xbf16>, tensor<12x4xf32>, tensor<2x6xi1>) -> tensor<2x7x12xbf16>
  return
}

// -----

func.func @reset_type(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %reset: tensor<2x?xi8>) {
  // expected-error @+1 {{must be ranked tensor of 1-bit signless integer values, but got 'tensor<2x?xi8>'}}
  %y = attn.causal_conv1d %x, %weight reset(%reset) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<2x?xi8>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @packed_batch(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %cu_seqlens: tensor<4xi32>) {
  // expected-error @+1 {{batch of x (packed, as cu_seqlens is given): wanted 1, got 2}}
  %y = attn.causal_conv1d %x, %weight cu_seqlens(%cu_seqlens) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<4xi32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @packed_dynamic_batch(%x: tensor<?x?x12xbf16>, %weight: tensor<12x4xf32>, %cu_seqlens: tensor<4xi32>) {
  // expected-error @+1 {{batch of x (packed, as cu_seqlens is given): wanted 1, got ?}}
  %y = attn.causal_conv1d %x, %weight cu_seqlens(%cu_seqlens) : (tensor<?x?x12xbf16>, tensor<12x4xf32>, tensor<4xi32>) -> tensor<?x?x12xbf16>
  return
}

// -----

func.func @cu_seqlens_empty(%x: tensor<1x?x12xbf16>, %weight: tensor<12x4xf32>, %cu_seqlens: tensor<0xi32>) {
  // expected-error @+1 {{cu_seqlens must have at least one element, the end of the last sequence, got 'tensor<0xi32>'}}
  %y = attn.causal_conv1d %x, %weight cu_seqlens(%cu_seqlens) : (tensor<1x?x12xbf16>, tensor<12x4xf32>, tensor<0xi32>) -> tensor<1x?x12xbf16>
  return
}

// -----

func.func @weight_encoding(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32, "x">) {
  // expected-error @+1 {{weight must be a dense tensor without encoding, got 'tensor<12x4xf32, "x">'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x4xf32, "x">) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @huge(%x: tensor<2x4611686018427387904x12xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{x must have less than 2^63 bytes, got 'tensor<2x4611686018427387904x12xbf16>'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x4611686018427387904x12xbf16>, tensor<12x4xf32>) -> tensor<2x4611686018427387904x12xbf16>
  return
}
