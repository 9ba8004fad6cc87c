// The tiled scan: optional operands and attributes.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @constant_B_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<8x5xf32>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of B (of u) or 1: wanted 16, got 8}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<8x5xf32>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {constant_b, time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @constant_C_type(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{C that is the same at all times must have the element type 'f32', got 'bf16'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {constant_c, time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @skip_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %skip: tensor<5xf32>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of skip (of u) or 1: wanted 16, got 5}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) skip(%skip : tensor<5xf32>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @gate_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %gate: tensor<?x1xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of gate (of u): wanted 16, got 1}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) gate(%gate : tensor<?x1xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @gate_type(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %gate: tensor<?x16xf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{gate must have the element type of u, 'bf16', or 'f32', got 'f16'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) gate(%gate : tensor<?x16xf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @bias_of_shared_delta(%u: tensor<?x16xbf16>, %delta: tensor<?x1xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %delta_bias: tensor<16xf32>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of delta_bias (of delta): wanted 1, got 16}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x1xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) delta_bias(%delta_bias : tensor<16xf32>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @bias_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %delta_bias: tensor<5xf32>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of delta_bias (of delta) or 1: wanted 16, got 5}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) delta_bias(%delta_bias : tensor<5xf32>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @reset_time(%u: tensor<8x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %reset: tensor<7xi1>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{time of reset (of u): wanted 8, got 7}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<8x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) reset(%reset : tensor<7xi1>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @elapsed_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>, %elapsed: tensor<1xf32>) {
  // expected-error @+1 {{channels of elapsed (of delta): wanted 16, got 1}}
  %r:2 = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) elapsed(%elapsed : tensor<1xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>, tensor<1xf32>
  return
}

// -----

func.func @output_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>, %output: tensor<?x8xbf16>) {
  // expected-error @+1 {{channels of output (of u): wanted 16, got 8}}
  %r:2 = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) output(%output : tensor<?x8xbf16>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>, tensor<?x8xbf16>
  return
}

// -----

func.func @output_type(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>, %output: tensor<?x16xf32>) {
  // expected-error @+1 {{output must have the element type of u, 'bf16', got 'f32'}}
  %r:2 = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) output(%output : tensor<?x16xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>, tensor<?x16xf32>
  return
}

// -----

func.func @powers_of_one_rate(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x1xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{powers needs A with a rate for each channel and state, got 'tensor<16x1xf32>'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x1xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {powers, time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @threshold(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{softplus_threshold needs delta_softplus}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {softplus_threshold = 10.0 : f64, time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @limits(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{delta_limits must be two numbers (lowest, highest), got 0}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {delta_limits = array<f64>, time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @no_time_tile(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{time_tile must be at least 1, got 0}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 0, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @time_tile(%u: tensor<9x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{time_tile is 8, got a tile of 9 steps}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<9x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @channel_tile(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channel_tile is 8, got a tile of 16 channels}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 8} -> tensor<16x5xf32>
  return
}

// -----

func.func @without_tiles(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{requires attribute 'channel_tile'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) -> tensor<16x5xf32>
  return
}
