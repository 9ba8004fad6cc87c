// The results of attn.attention.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

!t = tensor<1x2x4x8xf32>
func.func @lse_type(%q: !t) {
  // expected-error @+1 {{result #1 must be ranked tensor of 32-bit float values, but got 'tensor<1x2x4xbf16>'}}
  %o, %lse = attn.attention %q, %q, %q : (!t, !t, !t) -> (!t, tensor<1x2x4xbf16>)
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @lse_rank(%q: !t) {
  // expected-error @+1 {{lse must have rank 3 (batch, heads, sequence), got rank 4: 'tensor<1x2x4x1xf32>'}}
  %o, %lse = attn.attention %q, %q, %q : (!t, !t, !t) -> (!t, tensor<1x2x4x1xf32>)
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @lse_batch(%q: !t) {
  // expected-error @+1 {{batch of lse (of query): wanted 1, got 2}}
  %o, %lse = attn.attention %q, %q, %q : (!t, !t, !t) -> (!t, tensor<2x2x4xf32>)
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @lse_heads(%q: !t) {
  // expected-error @+1 {{heads of lse (of query): wanted 2, got ?}}
  %o, %lse = attn.attention %q, %q, %q : (!t, !t, !t) -> (!t, tensor<1x?x4xf32>)
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @lse_sequence(%q: !t) {
  // expected-error @+1 {{sequence of lse (of query): wanted 4, got 3}}
  %o, %lse = attn.attention %q, %q, %q : (!t, !t, !t) -> (!t, tensor<1x2x3xf32>)
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @three_results(%q: !t) {
  // expected-error @+1 {{result group starting at #1 requires 0 or 1 element, but found 2}}
  %o:3 = attn.attention %q, %q, %q : (!t, !t, !t) -> (!t, tensor<1x2x4xf32>, tensor<1x2x4xf32>)
  return
}
