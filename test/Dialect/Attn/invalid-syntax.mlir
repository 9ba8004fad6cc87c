// What the parser refuses.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

!t = tensor<1x2x4x8xf32>
func.func @mask_arguments(%q: !t) {
  // expected-error @+1 {{mask region takes 4 arguments (batch, head, query, key), got 2}}
  %o = attn.attention %q, %q, %q mask (%i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @score_arguments(%q: !t) {
  // expected-error @+1 {{score region takes 5 arguments (score, batch, head, query, key), got 1}}
  %o = attn.attention %q, %q, %q score (%s) {
    attn.yield %s : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @order(%q: !t) {
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    attn.yield %s : f32
  // expected-error @+1 {{mask must be written before score}}
  } mask = [#attn.causal] : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @two_operands(%q: !t) {
  // expected-error @+1 {{expected ','}}
  %o = attn.attention %q, %q : (!t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @twice(%q: !t, %a: index) {
  // expected-error @+1 {{expected ':'}}
  %o = attn.attention %q, %q, %q q_offset(%a) q_offset(%a) : (!t, !t, !t, index, index) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @types_missing(%q: !t, %a: index) {
  // expected-error @+1 {{number of operands and types do not match: got 4 operands and 3 types}}
  %o = attn.attention %q, %q, %q q_offset(%a) : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @undefined_capture(%q: !t) {
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    // expected-error @+1 {{use of undeclared SSA value name}}
    %id = tensor.extract %ids[%b, %i] : tensor<1x4xi32>
    attn.yield %id : i32
  } : (!t, !t, !t) -> !t
  return
}

// -----

func.func @patterns_below(%q: tensor<4x8xf32>, %acc: tensor<1x8x8xf32>, %m: tensor<1x8xf32>, %n: index) {
  %r:3 = attn.online_step ins(%q, %q, %q : tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>)
      // expected-error @+1 {{the tiled form takes a mask region, not a list of patterns}}
      {scale = 1.0 : f64, key_tile = 4 : i64} mask = [#attn.causal]
      -> tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return
}
