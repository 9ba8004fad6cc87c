// Element types, encodings and sizes that cannot be stored.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @f64(%q: tensor<1x2x4x8xf64>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<1x2x4x8xf64>'}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x4x8xf64>, tensor<1x2x4x8xf64>, tensor<1x2x4x8xf64>) -> tensor<1x2x4x8xf64>
  return
}

// -----

func.func @integers(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x4x8xi8>) {
  // expected-error @+1 {{operand #1 must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<1x2x4x8xi8>'}}
  %o = attn.attention %q, %k, %q : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xi8>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @unranked(%q: tensor<1x2x4x8xf32>, %v: tensor<*xf32>) {
  // expected-error @+1 {{operand #2 must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'tensor<*xf32>'}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<*xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @memref(%q: memref<1x2x4x8xf32>) {
  // expected-error @+1 {{operand #0 must be ranked tensor of 32-bit float or 16-bit float or bfloat16 type values, but got 'memref<1x2x4x8xf32>'}}
  %o = attn.attention %q, %q, %q : (memref<1x2x4x8xf32>, memref<1x2x4x8xf32>, memref<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @mixed_key(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x4x8xf16>) {
  // expected-error @+1 {{key must have the element type of query, 'f32', got 'f16'}}
  %o = attn.attention %q, %k, %q : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf16>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @mixed_value(%q: tensor<1x2x4x8xf32>, %v: tensor<1x2x4x8xbf16>) {
  // expected-error @+1 {{value must have the element type of query, 'f32', got 'bf16'}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xbf16>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @mixed_output(%q: tensor<1x2x4x8xbf16>) {
  // expected-error @+1 {{output must have the element type of query, 'bf16', got 'f32'}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x4x8xbf16>, tensor<1x2x4x8xbf16>, tensor<1x2x4x8xbf16>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @encoding(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x4x8xf32, "packed">) {
  // expected-error @+1 {{key must be a dense tensor without encoding, got 'tensor<1x2x4x8xf32, "packed">'}}
  %o = attn.attention %q, %k, %q : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32, "packed">, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

// 2^61 floats are 2^63 bytes; half of that is fine (test/Dialect/Attn/roundtrip-attention.mlir).
func.func @too_large(%q: tensor<72057594037927936x4x1x8xf32>) {
  // expected-error @+1 {{query must have less than 2^63 bytes, got 'tensor<72057594037927936x4x1x8xf32>'}}
  %o = attn.attention %q, %q, %q : (tensor<72057594037927936x4x1x8xf32>, tensor<72057594037927936x4x1x8xf32>, tensor<72057594037927936x4x1x8xf32>) -> tensor<72057594037927936x4x1x8xf32>
  return
}

// -----

func.func @overflowing(%q: tensor<1x2x4x8xf32>, %k: tensor<1x2x9223372036854775807x8xf32>) {
  // expected-error @+1 {{key must have less than 2^63 bytes, got 'tensor<1x2x9223372036854775807x8xf32>'}}
  %o = attn.attention %q, %k, %k : (tensor<1x2x4x8xf32>, tensor<1x2x9223372036854775807x8xf32>, tensor<1x2x9223372036854775807x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @infinite_scale(%q: tensor<1x2x4x8xf32>) {
  // expected-error @+1 {{scale must be finite, got INF}}
  %o = attn.attention %q, %q, %q {scale = 0x7FF0000000000000 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @no_number_as_scale(%q: tensor<1x2x4x8xf32>) {
  // expected-error @+1 {{scale must be finite, got nan}}
  %o = attn.attention %q, %q, %q {scale = 0x7FF8000000000000 : f64} : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @integer_scale(%q: tensor<1x2x4x8xf32>) {
  // expected-error @+1 {{attribute 'scale' failed to satisfy constraint: 64-bit float attribute}}
  %o = attn.attention %q, %q, %q {scale = 1 : i64} : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}
