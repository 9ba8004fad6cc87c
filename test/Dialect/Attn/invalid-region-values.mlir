// Values in regions: wide integers, captures of the wrong rank, constants that are mistakes.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

!t = tensor<1x2x4x8xf32>
func.func @i128(%q: !t) {
  // expected-error @+1 {{mask region may compute with signless integers up to 64 bits, index, f16, bf16 and f32, got 'i128'}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = arith.index_cast %i : index to i128
    %y = arith.cmpi eq, %x, %x : i128
    attn.yield %y : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @signed(%q: !t, %table: tensor<4xsi32>) {
  // expected-error @+1 {{mask region may compute with signless integers up to 64 bits, index, f16, bf16 and f32, got 'si32'}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = tensor.extract %table[%i] : tensor<4xsi32>
    %true = arith.constant true
    attn.yield %true : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @capture_rank(%q: !t, %table: tensor<1x4xi1>) {
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    // expected-error @+1 {{incorrect number of indices for extract_element}}
    %x = tensor.extract %table[%i] : tensor<1x4xi1>
    attn.yield %x : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @division(%q: !t) {
  // expected-error @+1 {{mask region divides by the constant 0 in arith.divsi}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    %zero = arith.constant 0 : index
    // expected-note @+1 {{the op is here}}
    %x = arith.divsi %i, %zero : index
    %y = arith.cmpi eq, %x, %j : index
    attn.yield %y : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @remainder(%q: !t) {
  // expected-error @+1 {{score region divides by the constant 0 in arith.remui}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    %zero = arith.constant 0 : i32
    %c = arith.index_cast %i : index to i32
    // expected-note @+1 {{the op is here}}
    %x = arith.remui %c, %zero : i32
    %y = arith.uitofp %x : i32 to f32
    attn.yield %y : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @out_of_range(%q: !t, %table: tensor<1x4xi1>) {
  // expected-error @+1 {{mask region reads 'tensor<1x4xi1>' out of range: index 4 of dimension 1}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    %c4 = arith.constant 4 : index
    // expected-note @+1 {{the op is here}}
    %x = tensor.extract %table[%b, %c4] : tensor<1x4xi1>
    attn.yield %x : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @negative_index(%q: !t, %table: tensor<?xf32>) {
  // expected-error @+1 {{score region reads 'tensor<?xf32>' out of range: index -1 of dimension 0}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    %minus = arith.constant -1 : index
    // expected-note @+1 {{the op is here}}
    %x = tensor.extract %table[%minus] : tensor<?xf32>
    attn.yield %x : f32
  } : (!t, !t, !t) -> !t
  return
}
