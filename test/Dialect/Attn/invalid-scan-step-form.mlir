// The tiled scan and convolution: tensors or memrefs, and results as the destinations.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @mixed(%u: memref<?x16xbf16>, %delta: memref<?x16xbf16>, %A: memref<16x5xf32>, %B: memref<?x5xbf16>, %C: tensor<?x5xbf16>, %state: memref<16x5xf32>) {
  // expected-error @+1 {{operands must be all tensors or all memrefs, got 'memref<?x16xbf16>', 'memref<?x16xbf16>', 'memref<16x5xf32>', 'memref<?x5xbf16>', 'tensor<?x5xbf16>', 'memref<16x5xf32>'}}
  attn.scan_step ins(%u, %delta, %A, %B, %C : memref<?x16xbf16>, memref<?x16xbf16>, memref<16x5xf32>, memref<?x5xbf16>, tensor<?x5xbf16>) state(%state : memref<16x5xf32>) {time_tile = 8, channel_tile = 16}
  return
}

// -----

func.func @mixed_destinations(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>, %output: memref<?x16xbf16>) {
  // expected-error @+1 {{operands must be all tensors or all memrefs, got 'tensor<?x16xbf16>', 'tensor<?x16xbf16>', 'tensor<16x5xf32>', 'tensor<?x5xbf16>', 'tensor<?x5xbf16>', 'tensor<16x5xf32>', 'memref<?x16xbf16>'}}
  %r:2 = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) output(%output : memref<?x16xbf16>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>, tensor<?x16xbf16>
  return
}

// -----

func.func @result_type(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{expected type of operand #5 ('tensor<16x5xf32>') to match type of corresponding result ('tensor<16x6xf32>')}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x6xf32>
  return
}

// -----

func.func @missing_result(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{expected the number of tensor results (1) to be equal to the number of output tensors (2)}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) output(%output : tensor<?x16xbf16>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @encoding(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16, "x">, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{B must be a dense tensor without encoding, got 'tensor<?x5xbf16, "x">'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16, "x">, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @strides(%u: memref<?x16xbf16, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>, %delta: memref<?x16xbf16>, %A: memref<16x5xf32>, %B: memref<?x5xbf16>, %C: memref<?x5xbf16>, %state: memref<16x5xf32>) {
  // expected-error @+1 {{must be tensor or memref of f32, f16 or bf16, but got 'memref<?x16xbf16, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>'}}
  attn.scan_step ins(%u, %delta, %A, %B, %C : memref<?x16xbf16, affine_map<(d0, d1) -> (d0 floordiv 2, d1)>>, memref<?x16xbf16>, memref<16x5xf32>, memref<?x5xbf16>, memref<?x5xbf16>) state(%state : memref<16x5xf32>) {time_tile = 8, channel_tile = 16}
  return
}

// -----

func.func @conv_mixed(%x: memref<?x16xbf16>, %weight: tensor<16x4xf32>, %window: memref<3x16xbf16>, %output: memref<?x16xbf16>) {
  // expected-error @+1 {{operands must be all tensors or all memrefs, got 'memref<?x16xbf16>', 'tensor<16x4xf32>', 'memref<3x16xbf16>', 'memref<?x16xbf16>'}}
  attn.conv_step ins(%x, %weight : memref<?x16xbf16>, tensor<16x4xf32>) window(%window : memref<3x16xbf16>) output(%output : memref<?x16xbf16>) {channel_tile = 16}
  return
}
