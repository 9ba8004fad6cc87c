// The shape of mask and score regions; what the pretty form cannot say is said in the generic one.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

!t = tensor<1x2x4x8xf32>
func.func @both(%q: !t) {
  // expected-error @+1 {{takes a list of mask patterns or a mask region, got both}}
  %o = "attn.attention"(%q, %q, %q) <{mask_patterns = [#attn.causal], operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>}> ({
  ^body(%b: index, %h: index, %i: index, %j: index):
    %true = arith.constant true
    attn.yield %true : i1
  }, {}) : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @mask_argument_types(%q: !t) {
  // expected-error @+1 {{mask region must take ('index', 'index', 'index', 'index'), got ('i64', 'i64', 'i64', 'i64')}}
  %o = "attn.attention"(%q, %q, %q) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>}> ({
  ^body(%b: i64, %h: i64, %i: i64, %j: i64):
    %true = arith.constant true
    attn.yield %true : i1
  }, {}) : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @score_argument_types(%q: !t) {
  // expected-error @+1 {{score region must take ('f32', 'index', 'index', 'index', 'index'), got ('f32', 'index', 'index')}}
  %o = "attn.attention"(%q, %q, %q) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>}> ({}, {
  ^body(%s: f32, %i: index, %j: index):
    attn.yield %s : f32
  }) : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @blocks(%q: !t) {
  // expected-error @+1 {{region #0 ('mask') failed to verify constraint: region with at most 1 blocks}}
  %o = "attn.attention"(%q, %q, %q) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>}> ({
  ^body(%b: index, %h: index, %i: index, %j: index):
    cf.br ^second
  ^second:
    %true = arith.constant true
    attn.yield %true : i1
  }, {}) : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @one_region(%q: !t) {
  // expected-error @+1 {{expected 2 regions}}
  %o = "attn.attention"(%q, %q, %q) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0>}> ({}) : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @empty(%q: !t) {
  // expected-error @+1 {{empty block: expect at least a terminator}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @other_terminator(%q: !t, %m: !t) {
  // expected-error @+1 {{mask region must end with attn.yield}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    llvm.unreachable
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @mask_yields_f32(%q: !t) {
  // expected-error @+1 {{mask region must yield 'i1', got 'f32'}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    %zero = arith.constant 0.0 : f32
    attn.yield %zero : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @score_yields_i1(%q: !t) {
  // expected-error @+1 {{score region must yield 'f32', got 'i1'}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @yields_index(%q: !t) {
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-error @+1 {{operand #0 must be 1-bit signless integer or 32-bit float, but got 'index'}}
    attn.yield %i : index
  } : (!t, !t, !t) -> !t
  return
}

// -----

func.func @yield_outside(%x: f32) {
  // expected-error @+1 {{expects parent op to be one of 'attn.attention, attn.online_step'}}
  attn.yield %x : f32
}
