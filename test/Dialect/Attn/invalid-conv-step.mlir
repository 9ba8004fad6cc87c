// The tiled convolution: tiles and window.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @x_rank(%x: tensor<16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{x must have rank 2 (time, channels), got rank 1: 'tensor<16xbf16>'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<16xbf16>, tensor<16x4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @weight_rank(%x: tensor<?x16xbf16>, %weight: tensor<4xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{weight must have rank 2 (channels, taps), got rank 1: 'tensor<4xf32>'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @taps(%x: tensor<?x16xbf16>, %weight: tensor<16x16xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{weight must have a number of taps from 2 to 8, got 16}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x16xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @weight_channels(%x: tensor<?x16xbf16>, %weight: tensor<8x4xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{channels of weight (of x): wanted 16, got 8}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<8x4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @weight_type(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf16>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{weight must have the element type of x, 'bf16', or 'f32', got 'f16'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf16>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @bias_channels(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %bias: tensor<1xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{channels of bias (of x): wanted 16, got 1}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) bias(%bias : tensor<1xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @bias_type(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %bias: tensor<16xf16>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{bias must have the element type of x, 'bf16', or 'f32', got 'f16'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) bias(%bias : tensor<16xf16>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @reset_rank(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %reset: tensor<1x?xi1>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{reset must have rank 1 (time), got rank 2: 'tensor<1x?xi1>'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) reset(%reset : tensor<1x?xi1>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @window_steps(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<4x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{steps of window (of weight, one less): wanted 3, got 4}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) window(%window : tensor<4x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<4x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @window_type(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<3x16xf32>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{window must have the element type of x, 'bf16', got 'f32'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) window(%window : tensor<3x16xf32>) output(%output : tensor<?x16xbf16>) {channel_tile = 16} -> tensor<3x16xf32>, tensor<?x16xbf16>
  return
}

// -----

func.func @output_time(%x: tensor<8x16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<3x16xbf16>, %output: tensor<9x16xbf16>) {
  // expected-error @+1 {{time of output (of x): wanted 8, got 9}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<8x16xbf16>, tensor<16x4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<9x16xbf16>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<9x16xbf16>
  return
}

// -----

func.func @output_type(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xf32>) {
  // expected-error @+1 {{output must have the element type of x, 'bf16', got 'f32'}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xf32>) {channel_tile = 16} -> tensor<3x16xbf16>, tensor<?x16xf32>
  return
}

// -----

func.func @channel_tile(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{channel_tile is 8, got a tile of 16 channels}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = 8} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}

// -----

func.func @no_channel_tile(%x: tensor<?x16xbf16>, %weight: tensor<16x4xf32>, %window: tensor<3x16xbf16>, %output: tensor<?x16xbf16>) {
  // expected-error @+1 {{channel_tile must be at least 1, got -1}}
  %r:2 = attn.conv_step ins(%x, %weight : tensor<?x16xbf16>, tensor<16x4xf32>) window(%window : tensor<3x16xbf16>) output(%output : tensor<?x16xbf16>) {channel_tile = -1} -> tensor<3x16xbf16>, tensor<?x16xbf16>
  return
}
