// The convolution: filter, windows and boundaries of sequences.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @x_rank(%x: tensor<1x2x3x12xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{x must have rank 3 (batch, time, channels), got rank 4: 'tensor<1x2x3x12xbf16>'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<1x2x3x12xbf16>, tensor<12x4xf32>) -> tensor<1x2x3x12xbf16>
  return
}

// -----

func.func @x_channels(%x: tensor<2x?x?xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{x must have a static number of channels, got 'tensor<2x?x?xbf16>'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x?xbf16>, tensor<12x4xf32>) -> tensor<2x?x?xbf16>
  return
}

// -----

func.func @x_no_channels(%x: tensor<2x?x0xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{x must have a number of channels of at least 1, got 0}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x0xbf16>, tensor<12x4xf32>) -> tensor<2x?x0xbf16>
  return
}

// -----

func.func @output_type(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>) {
  // expected-error @+1 {{output must have the type of x, 'tensor<2x?x12xbf16>', got 'tensor<2x?x12xf32>'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x4xf32>) -> tensor<2x?x12xf32>
  return
}

// -----

func.func @weight_rank(%x: tensor<2x?x12xbf16>, %weight: tensor<12x1x4xf32>) {
  // expected-error @+1 {{weight must have rank 2 (channels, taps), got rank 3: 'tensor<12x1x4xf32>'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x1x4xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @one_tap(%x: tensor<2x?x12xbf16>, %weight: tensor<12x1xf32>) {
  // expected-error @+1 {{weight must have a number of taps from 2 to 8, got 1}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x1xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @nine_taps(%x: tensor<2x?x12xbf16>, %weight: tensor<12x9xf32>) {
  // expected-error @+1 {{weight must have a number of taps from 2 to 8, got 9}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x9xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @any_taps(%x: tensor<2x?x12xbf16>, %weight: tensor<12x?xf32>) {
  // expected-error @+1 {{weight must have a static number of taps, got 'tensor<12x?xf32>'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x?xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @weight_channels(%x: tensor<2x?x12xbf16>, %weight: tensor<4x4xf32>) {
  // expected-error @+1 {{channels of weight (of x): wanted 12, got 4}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<4x4xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @weight_type(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf16>) {
  // expected-error @+1 {{weight must have the element type of x, 'bf16', or 'f32', got 'f16'}}
  %y = attn.causal_conv1d %x, %weight : (tensor<2x?x12xbf16>, tensor<12x4xf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @bias_rank(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %bias: tensor<1x12xf32>) {
  // expected-error @+1 {{bias must have rank 1 (channels), got rank 2: 'tensor<1x12xf32>'}}
  %y = attn.causal_conv1d %x, %weight bias(%bias) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<1x12xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @bias_channels(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %bias: tensor<1xf32>) {
  // expected-error @+1 {{channels of bias (of x): wanted 12, got 1}}
  %y = attn.causal_conv1d %x, %weight bias(%bias) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<1xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @bias_type(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %bias: tensor<12xf16>) {
  // expected-error @+1 {{bias must have the element type of x, 'bf16', or 'f32', got 'f16'}}
  %y = attn.causal_conv1d %x, %weight bias(%bias) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<12xf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_steps(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %init: tensor<2x4x12xbf16>) {
  // expected-error @+1 {{steps of init (of weight, one less): wanted 3, got 4}}
  %y = attn.causal_conv1d %x, %weight init(%init) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<2x4x12xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_batch(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %init: tensor<1x3x12xbf16>) {
  // expected-error @+1 {{batch of init (of x): wanted 2, got 1}}
  %y = attn.causal_conv1d %x, %weight init(%init) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<1x3x12xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @init_type(%x: tensor<2x?x12xbf16>, %weight: tensor<12x4xf32>, %init: tensor<2x3x12xf32>) {
  // expected-error @+1 {{init must have the element type of x, 'bf16', got 'f32'}}
  %y = attn.causal_conv1d %x, %weight init(%init) : (tensor<2x?x12xbf16>, tensor<12x4xf32>, tensor<2x3x12xf32>) -> tensor<2x?x12xbf16>
  return
}
