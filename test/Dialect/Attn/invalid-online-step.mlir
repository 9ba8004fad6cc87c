// The tiled step: tiles, state and attributes that do not fit each other.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @query_rank(%q: tensor<1x4x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{query must be rows of static length (rows x head_dim), got 'tensor<1x4x8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<1x4x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @key_length(%q: tensor<?x8xf32>, %k: tensor<?x?xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{key must be rows of static length (rows x head_dim), got 'tensor<?x?xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x?xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @value_rank(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{value must be rows of static length (rows x head_dim), got 'tensor<16xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @head_dims(%q: tensor<?x8xf32>, %k: tensor<?x7xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{head_dim of key (of query): wanted 8, got 7}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x7xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @rows(%q: tensor<?x8xf32>, %k: tensor<4x8xf32>, %v: tensor<3x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{rows of value (of key): wanted 4, got 3}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<4x8xf32>, tensor<3x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @element_type(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xbf16>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{value must have the element type of query, 'f32', got 'bf16'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xbf16>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @acc_value_dim(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x8x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{value dim of acc (head_dim of value): wanted 16, got 8}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @acc_rank(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{acc must have static shape (panels x value dim x panel width) without zeros, got 'tensor<16x8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @acc_dynamic(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<?x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{acc must have static shape (panels x value dim x panel width) without zeros, got 'tensor<?x16x8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<?x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<?x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @acc_empty(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<0x16x8xf32>, %m: tensor<0x8xf32>, %s: tensor<0x8xf32>, %n: index) {
  // expected-error @+1 {{acc must have static shape (panels x value dim x panel width) without zeros, got 'tensor<0x16x8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<0x16x8xf32>, tensor<0x8xf32>, tensor<0x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<0x16x8xf32>, tensor<0x8xf32>, tensor<0x8xf32>
  return
}

// -----

func.func @max_shape(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{max must have shape 1x8 (panels x panel width of acc), got 'tensor<8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @sum_shape(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<2x8xf32>, %n: index) {
  // expected-error @+1 {{sum must have shape 1x8 (panels x panel width of acc), got 'tensor<2x8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<2x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<2x8xf32>
  return
}

// -----

func.func @capacity(%q: tensor<9x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{the state holds 8 queries, got query with 9}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<9x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}
