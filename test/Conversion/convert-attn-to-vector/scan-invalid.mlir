// RUN: attn-opt %s --convert-attn-to-vector --split-input-file --verify-diagnostics

// Steps of scans and convolutions on tensors are refused.
func.func @scan(%u: tensor<?x8xf32>, %A: tensor<8x4xf32>, %B: tensor<?x4xf32>)
    -> tensor<8x4xf32> {
  // expected-error @+1 {{'attn.scan_step' op must be bufferized before convert-attn-to-vector}}
  %s = attn.scan_step ins(%u, %u, %A, %B, %B
      : tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>)
    state(%A : tensor<8x4xf32>) {channel_tile = 8 : i64, time_tile = 4 : i64} -> tensor<8x4xf32>
  return %s : tensor<8x4xf32>
}

// -----

func.func @conv(%x: tensor<?x8xf32>, %w: tensor<8x4xf32>, %window: tensor<3x8xf32>)
    -> tensor<?x8xf32> {
  // expected-error @+1 {{'attn.conv_step' op must be bufferized before convert-attn-to-vector}}
  %s:2 = attn.conv_step ins(%x, %w : tensor<?x8xf32>, tensor<8x4xf32>)
    window(%window : tensor<3x8xf32>) output(%x : tensor<?x8xf32>) {channel_tile = 8 : i64}
    -> tensor<3x8xf32>, tensor<?x8xf32>
  return %s#1 : tensor<?x8xf32>
}
