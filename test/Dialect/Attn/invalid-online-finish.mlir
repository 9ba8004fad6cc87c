// The end of the tiled form: output and lse that do not fit the state.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @output_rank(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<1x?x16xbf16>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{output must be rows of 16 (the value dim of acc), got 'tensor<1x?x16xbf16>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<1x?x16xbf16>, tensor<?xf32>) -> tensor<1x?x16xbf16>, tensor<?xf32>
  return
}

// -----

func.func @output_dim(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x8xbf16>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{output must be rows of 16 (the value dim of acc), got 'tensor<?x8xbf16>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x8xbf16>, tensor<?xf32>) -> tensor<?x8xbf16>, tensor<?xf32>
  return
}

// -----

func.func @output_type(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xf64>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{operand #3 must be tensor or memref of f32, f16 or bf16, but got 'tensor<?x16xf64>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x16xf64>, tensor<?xf32>) -> tensor<?x16xf64>, tensor<?xf32>
  return
}

// -----

func.func @capacity(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<9x16xf32>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{the state holds 8 queries, got output with 9}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<9x16xf32>, tensor<?xf32>) -> tensor<9x16xf32>, tensor<?xf32>
  return
}

// -----

func.func @lse_rank(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xbf16>, %lse: tensor<1x?xf32>) {
  // expected-error @+1 {{lse must have rank 1 (rows), got rank 2: 'tensor<1x?xf32>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x16xbf16>, tensor<1x?xf32>) -> tensor<?x16xbf16>, tensor<1x?xf32>
  return
}

// -----

func.func @lse_rows(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<7x16xf32>, %lse: tensor<8xf32>) {
  // expected-error @+1 {{rows of lse (of output): wanted 7, got 8}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<7x16xf32>, tensor<8xf32>) -> tensor<7x16xf32>, tensor<8xf32>
  return
}

// -----

func.func @lse_type(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xbf16>, %lse: tensor<?xbf16>) {
  // expected-error @+1 {{operand #4 must be tensor or memref of f32, but got 'tensor<?xbf16>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x16xbf16>, tensor<?xbf16>) -> tensor<?x16xbf16>, tensor<?xbf16>
  return
}

// -----

func.func @max_shape(%acc: tensor<1x16x8xf32>, %m: tensor<8x1xf32>, %out: tensor<?x16xbf16>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{max must have shape 1x8 (panels x panel width of acc), got 'tensor<8x1xf32>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<8x1xf32>, tensor<8x1xf32>) outs(%out, %lse : tensor<?x16xbf16>, tensor<?xf32>) -> tensor<?x16xbf16>, tensor<?xf32>
  return
}

// -----

func.func @acc_dynamic(%acc: tensor<1x?x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xbf16>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{acc must have static shape (panels x value dim x panel width) without zeros, got 'tensor<1x?x8xf32>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : tensor<1x?x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x16xbf16>, tensor<?xf32>) -> tensor<?x16xbf16>, tensor<?xf32>
  return
}

// -----

func.func @results(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xbf16>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{expected the number of tensor results (1) to be equal to the number of output tensors (2)}}
  %r = attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x16xbf16>, tensor<?xf32>) -> tensor<?x16xbf16>
  return
}

// -----

func.func @mixed(%acc: memref<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xbf16>, %lse: tensor<?xf32>) {
  // expected-error @+1 {{operands must be all tensors or all memrefs, got 'memref<1x16x8xf32>'}}
  %r:2 = attn.online_finish ins(%acc, %m, %m : memref<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out, %lse : tensor<?x16xbf16>, tensor<?xf32>) -> tensor<?x16xbf16>, tensor<?xf32>
  return
}

// -----

func.func @no_result(%acc: tensor<1x16x8xf32>, %m: tensor<1x8xf32>, %out: tensor<?x16xbf16>) {
  // expected-error @+1 {{expected the number of tensor results (0) to be equal to the number of output tensors (1)}}
  attn.online_finish ins(%acc, %m, %m : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>) outs(%out : tensor<?x16xbf16>)
  return
}
