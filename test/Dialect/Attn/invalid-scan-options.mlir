// The scan: options of the step sizes, and tensors that no memory can hold.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

func.func @threshold_without_softplus(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{softplus_threshold needs delta_softplus}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {softplus_threshold = 10.0 : f64} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @threshold_infinite(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{softplus_threshold must be finite, got INF}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_softplus, softplus_threshold = 0x7FF0000000000000 : f64} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @threshold_nan(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{softplus_threshold must be finite, got nan}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_softplus, softplus_threshold = 0x7FF8000000000000 : f64} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @threshold_type(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{softplus_threshold' failed to satisfy constraint: 64-bit float attribute}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_softplus, softplus_threshold = 20.0 : f32} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @one_limit(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{delta_limits must be two numbers (lowest, highest), got 1}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_limits = array<f64: 0.0>} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @three_limits(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{delta_limits must be two numbers (lowest, highest), got 3}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_limits = array<f64: 0.0, 0.1, 0.2>} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @limits_in_descending_order(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{delta_limits must be a lowest and a highest number in this order, got 1.000000e-01 and 1.000000e-03}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_limits = array<f64: 0.1, 0.001>} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @limit_nan(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{delta_limits must be a lowest and a highest number in this order, got nan and 1.000000e+00}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_limits = array<f64: 0x7FF8000000000000, 1.0>} : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @huge(%u: tensor<2x4611686018427387904x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{u must have less than 2^63 bytes, got 'tensor<2x4611686018427387904x12xbf16>'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x4611686018427387904x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x4611686018427387904x12xbf16>
  return
}

// -----

func.func @encoding(%u: tensor<2x?x12xbf16, "x">, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{u must be a dense tensor without encoding, got 'tensor<2x?x12xbf16, "x">'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16, "x">, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> tensor<2x?x12xbf16, "x">
  return
}

// -----

func.func @reset_encoding(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>, %reset: tensor<2x?xi1, "x">) {
  // expected-error @+1 {{reset must be a dense tensor without encoding, got 'tensor<2x?xi1, "x">'}}
  %y = attn.selective_scan %u, %delta, %A, %B, %C reset(%reset) : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>, tensor<2x?xi1, "x">) -> tensor<2x?x12xbf16>
  return
}

// -----

func.func @last_state_encoding(%u: tensor<2x?x12xbf16>, %delta: tensor<2x?x12xbf16>, %A: tensor<12x5xf32>, %B: tensor<2x?x3x5xbf16>, %C: tensor<2x?x3x5xbf16>) {
  // expected-error @+1 {{last_state must be a dense tensor without encoding, got 'tensor<2x12x5xf32, "x">'}}
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C : (tensor<2x?x12xbf16>, tensor<2x?x12xbf16>, tensor<12x5xf32>, tensor<2x?x3x5xbf16>, tensor<2x?x3x5xbf16>) -> (tensor<2x?x12xbf16>, tensor<2x12x5xf32, "x">)
  return
}
