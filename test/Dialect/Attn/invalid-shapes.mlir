// Shapes that do not fit each other: each message names what was wanted and what was got.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @query_rank(%q: tensor<2x?x8xf32>, %k: tensor<1x2x?x8xf32>) {
  // expected-error @+1 {{query must have rank 4 (batch, heads, sequence, head_dim), got rank 3: 'tensor<2x?x8xf32>'}}
  %o = attn.attention %q, %k, %k : (tensor<2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @key_rank(%q: tensor<1x2x?x8xf32>, %k: tensor<f32>) {
  // expected-error @+1 {{key must have rank 4 (batch, heads, sequence, head_dim), got rank 0: 'tensor<f32>'}}
  %o = attn.attention %q, %k, %q : (tensor<1x2x?x8xf32>, tensor<f32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @value_rank(%q: tensor<1x2x?x8xf32>, %v: tensor<1x2x?x8x1xf32>) {
  // expected-error @+1 {{value must have rank 4 (batch, heads, sequence, head_dim), got rank 5: 'tensor<1x2x?x8x1xf32>'}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8x1xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @output_rank(%q: tensor<1x2x?x8xf32>) {
  // expected-error @+1 {{output must have rank 4 (batch, heads, sequence, head_dim), got rank 2: 'tensor<?x8xf32>'}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @head_dim_of_key(%q: tensor<1x2x?x8xf32>, %k: tensor<1x2x?x16xf32>) {
  // expected-error @+1 {{head_dim of key (of query): wanted 8, got 16}}
  %o = attn.attention %q, %k, %q : (tensor<1x2x?x8xf32>, tensor<1x2x?x16xf32>, tensor<1x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @batch_of_key(%q: tensor<1x2x?x8xf32>, %k: tensor<3x2x?x8xf32>) {
  // expected-error @+1 {{batch of key (of query): wanted 1, got 3}}
  %o = attn.attention %q, %k, %k : (tensor<1x2x?x8xf32>, tensor<3x2x?x8xf32>, tensor<3x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @batch_of_value(%q: tensor<1x2x?x8xf32>, %v: tensor<3x2x?x8xf32>) {
  // expected-error @+1 {{batch of value (of query): wanted 1, got 3}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<3x2x?x8xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @heads_of_value(%q: tensor<1x4x?x8xf32>, %k: tensor<1x2x?x8xf32>, %v: tensor<1x4x?x8xf32>) {
  // expected-error @+1 {{heads of value (of key): wanted 2, got 4}}
  %o = attn.attention %q, %k, %v : (tensor<1x4x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x4x?x8xf32>) -> tensor<1x4x?x8xf32>
  return
}

// -----

func.func @sequence_of_value(%q: tensor<1x2x?x8xf32>, %k: tensor<1x2x7x8xf32>, %v: tensor<1x2x6x8xf32>) {
  // expected-error @+1 {{sequence of value (of key): wanted 7, got 6}}
  %o = attn.attention %q, %k, %v : (tensor<1x2x?x8xf32>, tensor<1x2x7x8xf32>, tensor<1x2x6x8xf32>) -> tensor<1x2x?x8xf32>
  return
}

// -----

func.func @batch_of_output(%q: tensor<1x2x?x8xf32>) {
  // expected-error @+1 {{batch of output (of query): wanted 1, got 2}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<2x2x?x8xf32>
  return
}

// -----

func.func @heads_of_output(%q: tensor<1x2x?x8xf32>) {
  // expected-error @+1 {{heads of output (of query): wanted 2, got 1}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>) -> tensor<1x1x?x8xf32>
  return
}

// -----

func.func @sequence_of_output(%q: tensor<1x2x5x8xf32>) {
  // expected-error @+1 {{sequence of output (of query): wanted 5, got 6}}
  %o = attn.attention %q, %q, %q : (tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>, tensor<1x2x5x8xf32>) -> tensor<1x2x6x8xf32>
  return
}

// -----

func.func @head_dim_of_output(%q: tensor<1x2x?x8xf32>, %v: tensor<1x2x?x4xf32>) {
  // expected-error @+1 {{head_dim of output (of value): wanted 4, got 8}}
  %o = attn.attention %q, %q, %v : (tensor<1x2x?x8xf32>, tensor<1x2x?x8xf32>, tensor<1x2x?x4xf32>) -> tensor<1x2x?x8xf32>
  return
}
