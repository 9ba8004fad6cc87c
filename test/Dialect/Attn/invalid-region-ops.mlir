// What regions may not hold: loops, calls, side effects, tensors, wide types.
// RUN: attn-opt %s --split-input-file --verify-diagnostics --allow-unregistered-dialect

!t = tensor<1x2x4x8xf32>
func.func @loop(%q: !t, %n: index) {
  %c0 = arith.constant 0 : index
  // expected-error @+1 {{score region may hold arith and math ops on scalars and tensor.extract, got scf.for}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = scf.for %k = %c0 to %i step %n iter_args(%y = %s) -> f32 {
      scf.yield %y : f32
    }
    attn.yield %x : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func private @f(f32) -> f32
func.func @call(%q: !t) {
  // expected-error @+1 {{score region may hold arith and math ops on scalars and tensor.extract, got func.call}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = func.call @f(%s) : (f32) -> f32
    attn.yield %x : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @store(%q: !t, %m: memref<4xf32>) {
  // expected-error @+1 {{score region may hold arith and math ops on scalars and tensor.extract, got memref.store}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    memref.store %s, %m[%i] : memref<4xf32>
    attn.yield %s : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @load(%q: !t, %m: memref<4xf32>) {
  // expected-error @+1 {{score region may hold arith and math ops on scalars and tensor.extract, got memref.load}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = memref.load %m[%i] : memref<4xf32>
    attn.yield %x : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @unknown(%q: !t) {
  // expected-error @+1 {{mask region may hold arith and math ops on scalars and tensor.extract, got other.op}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = "other.op"() : () -> i1
    attn.yield %x : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @attention(%q: !t) {
  // expected-error @+1 {{mask region may hold arith and math ops on scalars and tensor.extract, got attn.attention}}
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %p = attn.attention %q, %q, %q : (!t, !t, !t) -> !t
    %true = arith.constant true
    attn.yield %true : i1
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @tensor(%q: !t) {
  // expected-error @+1 {{score region may compute with signless integers up to 64 bits, index, f16, bf16 and f32, got 'tensor<2xf32>'}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %table = arith.constant dense<[0.0, 1.0]> : tensor<2xf32>
    %x = tensor.extract %table[%h] : tensor<2xf32>
    attn.yield %x : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @f64(%q: !t, %table: tensor<2xf64>) {
  // expected-error @+1 {{score region may compute with signless integers up to 64 bits, index, f16, bf16 and f32, got 'f64'}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %x = tensor.extract %table[%h] : tensor<2xf64>
    %y = arith.truncf %x : f64 to f32
    attn.yield %y : f32
  } : (!t, !t, !t) -> !t
  return
}

// -----

// The same for a scalar from outside, of which only the operand shows the type.
!t = tensor<1x2x4x8xf32>
func.func @captured_f64(%q: !t, %x: f64) {
  // expected-error @+1 {{score region may compute with signless integers up to 64 bits, index, f16, bf16 and f32, got 'f64'}}
  %o = attn.attention %q, %q, %q score (%s, %b, %h, %i, %j) {
    // expected-note @+1 {{the op is here}}
    %y = arith.truncf %x : f64 to f32
    attn.yield %y : f32
  } : (!t, !t, !t) -> !t
  return
}
