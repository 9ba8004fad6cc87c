// The tiled scan: tiles of time and channels.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @u_rank(%u: tensor<1x?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{u must have rank 2 (time, channels), got rank 3: 'tensor<1x?x16xbf16>'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<1x?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @state_rank(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16xf32>) {
  // expected-error @+1 {{state must have rank 2 (channels, states), got rank 1: 'tensor<16xf32>'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16xf32>
  return
}

// -----

func.func @state_any_states(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x?xf32>) {
  // expected-error @+1 {{state must have a static number of states, got 'tensor<16x?xf32>'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x?xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x?xf32>
  return
}

// -----

func.func @state_no_states(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x0xf32>) {
  // expected-error @+1 {{state must have a number of states from 1 to 1024, got 0}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x0xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x0xf32>
  return
}

// -----

func.func @state_no_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<0x5xf32>) {
  // expected-error @+1 {{state must have a number of channels of at least 1, got 0}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<0x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<0x5xf32>
  return
}

// -----

func.func @state_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<8x5xf32>) {
  // expected-error @+1 {{channels of state (of u): wanted 16, got 8}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<8x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<8x5xf32>
  return
}

// -----

func.func @delta_rank(%u: tensor<?x16xbf16>, %delta: tensor<?xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{delta must have rank 2 (time, channels), got rank 1: 'tensor<?xbf16>'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @delta_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x8xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of delta (of u) or 1: wanted 16, got 8}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x8xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @delta_time(%u: tensor<8x16xbf16>, %delta: tensor<7x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{time of delta (of u): wanted 8, got 7}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<8x16xbf16>, tensor<7x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @delta_type(%u: tensor<?x16xbf16>, %delta: tensor<?x16xf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{delta must have the element type of u, 'bf16', or 'f32', got 'f16'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @A_channels(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<8x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{channels of A (of u) or 1: wanted 16, got 8}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<8x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @A_states(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x4xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{states of A (of state) or 1: wanted 5, got 4}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x4xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @A_one_row(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<1x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{A with one row for all channels must have one rate for all states, got 'tensor<1x5xf32>'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<1x5xf32>, tensor<?x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @B_states(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x6xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{states of B (of state): wanted 5, got 6}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x6xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @B_time(%u: tensor<8x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<16x5xbf16>, %C: tensor<?x5xbf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{time of B (of u): wanted 8, got 16}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<8x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<16x5xbf16>, tensor<?x5xbf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}

// -----

func.func @C_type(%u: tensor<?x16xbf16>, %delta: tensor<?x16xbf16>, %A: tensor<16x5xf32>, %B: tensor<?x5xbf16>, %C: tensor<?x5xf16>, %state: tensor<16x5xf32>) {
  // expected-error @+1 {{C must have the element type of u, 'bf16', or 'f32', got 'f16'}}
  %r = attn.scan_step ins(%u, %delta, %A, %B, %C : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<16x5xf32>, tensor<?x5xbf16>, tensor<?x5xf16>) state(%state : tensor<16x5xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x5xf32>
  return
}
