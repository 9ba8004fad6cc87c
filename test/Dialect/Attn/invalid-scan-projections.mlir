// The scan: what u, B and C want of each other.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @B_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<3x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{batch of B (of u): wanted 2, got 3}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<3x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @B_time(%u: tensor<2x7x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x8x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{time of B (of u): wanted 7, got 8}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x7x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x8x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x7x12xbf16>
  return
}

// -----

func.func @C_batch(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<1x?x3x5xbf16>) {
  // expected-error @+1 {{batch of C (of u): wanted 2, got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<1x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @C_groups(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x6x5xbf16>) {
  // expected-error @+1 {{groups of C (of B): wanted 3, got 6}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x6x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @C_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x6xbf16>) {
  // expected-error @+1 {{states of C (of B): wanted 5, got 6}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x6xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @constant_B_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<3x5xf32>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{channels of B (of u): wanted 12, got 3}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<3x5xf32>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @constant_B_any_channels(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<?x5xf32>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{channels of B (of u): wanted 12, got ?}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<?x5xf32>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @constant_C_states(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<12x6xf32>) {
  // expected-error @+1 {{states of C (of B): wanted 5, got 6}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<12x6xf32>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @constant_C_heads(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<32x5xf32>) {
  // expected-error @+1 {{heads of C (of u): wanted 8, got 32}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<32x5xf32>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @B_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{B must have the element type of u, 'bf16', or 'f32', got 'f16'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @C_type(%u: tensor<?x?x8x4xf16>, %delta: tensor<?x?x8xf16>, %A: tensor<8xf32>, %B: tensor<?x?x2x5xf16>, %C: tensor<?x?x2x5xbf16>) {
  // expected-error @+1 {{C must have the element type of u, 'f16', or 'f32', got 'bf16'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<?x?x8x4xf16>, tensor<?x?x8xf16>, tensor<8xf32>, tensor<?x?x2x5xf16>, tensor<?x?x2x5xbf16>) -> tensor<?x?x8x4xf16>
  return
}

// -----

func.func @constant_B_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<12x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{B that is the same at all times must have the element type 'f32', got 'bf16'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<12x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @u_type(%u: tensor<2x?x12xf64>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<2x?x12xf64>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xf64>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xf64>
  return
}

// -----

func.func @B_complex(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xcomplex<f32>>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<2x?x3x5xcomplex<f32>>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xcomplex<f32>>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}
