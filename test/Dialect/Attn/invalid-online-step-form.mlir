// The tiled step: attributes, results, regions, and tensors among memrefs.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @scale(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{scale must be finite, got INF}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 0x7FF0000000000000 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @no_scale(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{requires attribute 'scale'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @no_key_tile(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{requires attribute 'key_tile'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @key_tile(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{key_tile must be at least 1, got -4}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = -4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @more_keys(%q: tensor<?x8xf32>, %k: tensor<5x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{key_tile is 4, got key with 5 rows}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<5x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @state_type(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf16>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{operand #7 must be tensor or memref of f32, but got 'tensor<1x16x8xf16>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf16>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf16>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @memref_results(%q: memref<?x8xf32>, %k: memref<?x8xf32>, %v: memref<?x16xf32>, %acc: memref<1x16x8xf32>, %m: memref<1x8xf32>, %s: memref<1x8xf32>, %n: index) {
  // expected-error @+1 {{expected the number of tensor results (1) to be equal to the number of output tensors (0)}}
  %r = attn.online_step ins(%q, %k, %v : memref<?x8xf32>, memref<?x8xf32>, memref<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : memref<1x16x8xf32>, memref<1x8xf32>, memref<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x8xf32>
  return
}

// -----

func.func @too_few_results(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{expected the number of tensor results (2) to be equal to the number of output tensors (3)}}
  %r:2 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @result_type(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{expected type of operand #8 ('tensor<1x8xf32>') to match type of corresponding result ('tensor<1x9xf32>')}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x9xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @mixed(%q: memref<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{operands must be all tensors or all memrefs, got 'memref<?x8xf32>'}}
  %r:3 = attn.online_step ins(%q, %k, %v : memref<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @mixed_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: memref<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{operands must be all tensors or all memrefs, got 'tensor<?x8xf32>'}}
  %r:2 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : memref<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} -> tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @mask(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{mask region must yield 'i1', got 'f32'}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} mask (%b, %h, %i, %j) {
    %x = arith.constant 0.0 : f32
    attn.yield %x : f32
  } -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}

// -----

func.func @score(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x16xf32>, %acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %s: tensor<1x8xf32>, %n: index) {
  // expected-error @+1 {{score region may hold arith and math ops on scalars and tensor.extract, got tensor.dim}}
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x16xf32>) at(%n, %n, %n, %n) outs(%acc, %m, %s : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) {scale = 1.0 : f64, key_tile = 4 : i64} score (%x, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %d = tensor.dim %q, %h : tensor<?x8xf32>
    attn.yield %x : f32
  } -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}
