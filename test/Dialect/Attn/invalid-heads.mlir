// Heads and head dims, for which every kernel is specialised.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @dynamic_heads(%q: tensor<1x?x4x8xf32>) {
  // expected-error @+1 {{query must have a static number of heads, got 'tensor<1x?x4x8xf32>'}}
  %o = attn.attention %q, %q, %q : (tensor<1x?x4x8xf32>, tensor<1x?x4x8xf32>, tensor<1x?x4x8xf32>) -> tensor<1x?x4x8xf32>
  return
}

// -----

func.func @dynamic_key_heads(%q: tensor<1x2x4x8xf32>, %k: tensor<1x?x4x8xf32>) {
  // expected-error @+1 {{key must have a static number of heads, got 'tensor<1x?x4x8xf32>'}}
  %o = attn.attention %q, %k, %k : (tensor<1x2x4x8xf32>, tensor<1x?x4x8xf32>, tensor<1x?x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @dynamic_head_dim(%q: tensor<1x2x4x8xf32>, %v: tensor<1x2x4x?xf32>) {
  // expected-error @+1 {{value must have a static head_dim, got 'tensor<1x2x4x?xf32>'}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x?xf32>) -> tensor<1x2x4x?xf32>
  return
}

// -----

func.func @wide_head_dim(%q: tensor<1x2x4x513xf32>) {
  // expected-error @+1 {{query must have a head_dim from 1 to 512, got 513}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x4x513xf32>, tensor<1x2x4x513xf32>, tensor<1x2x4x513xf32>) -> tensor<1x2x4x513xf32>
  return
}

// -----

func.func @zero_head_dim(%q: tensor<1x2x4x8xf32>, %v: tensor<1x2x4x0xf32>) {
  // expected-error @+1 {{value must have a head_dim from 1 to 512, got 0}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x0xf32>) -> tensor<1x2x4x0xf32>
  return
}

// -----

func.func @not_a_multiple(%q: tensor<1x6x4x8xf32>, %k: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{the number of query heads must be a multiple of the number of key heads, got 6 and 4}}
  %o = attn.attention %q, %k, %k : (tensor<1x6x4x8xf32>, tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) -> tensor<1x6x4x8xf32>
  return
}

// -----

func.func @more_key_heads(%q: tensor<1x2x4x8xf32>, %k: tensor<1x4x4x8xf32>) {
  // expected-error @+1 {{the number of query heads must be a multiple of the number of key heads, got 2 and 4}}
  %o = attn.attention %q, %k, %k : (tensor<1x2x4x8xf32>, tensor<1x4x4x8xf32>, tensor<1x4x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @no_key_heads(%q: tensor<1x2x4x8xf32>, %k: tensor<1x0x4x8xf32>) {
  // expected-error @+1 {{the number of query heads must be a multiple of the number of key heads, got 2 and 0}}
  %o = attn.attention %q, %k, %k : (tensor<1x2x4x8xf32>, tensor<1x0x4x8xf32>, tensor<1x0x4x8xf32>) -> tensor<1x2x4x8xf32>
  return
}

// -----

func.func @dynamic_heads_of_output(%q: tensor<1x2x4x8xf32>) {
  // expected-error @+1 {{heads of output (of query): wanted 2, got ?}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x?x4x8xf32>
  return
}

// -----

func.func @dynamic_head_dim_of_output(%q: tensor<1x2x4x8xf32>) {
  // expected-error @+1 {{head_dim of output (of value): wanted 8, got ?}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>, tensor<1x2x4x8xf32>) -> tensor<1x2x4x?xf32>
  return
}
