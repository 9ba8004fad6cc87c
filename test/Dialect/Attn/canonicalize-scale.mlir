// A constant factor of query or key moves into the scale where that cannot round differently, or
// where the product allows reassociation.
// RUN: attn-opt %s --canonicalize --split-input-file | FileCheck %s

!t = tensor<1x2x4x16xf32>

// 1 / sqrt(16) is 0.25.
// CHECK-LABEL: func @power_of_two
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<1x2x4x16xf32>, %[[K:[a-z0-9]*]]: tensor<1x2x4x16xf32>
// CHECK-NOT: mulf
// CHECK: attn.attention %[[Q]], %[[K]], %[[K]] {scale = 1.250000e-01 : f64} :
func.func @power_of_two(%q: !t, %k: !t) -> !t {
  %half = arith.constant dense<0.5> : !t
  %scaled = arith.mulf %q, %half : !t
  %o = attn.attention %scaled, %k, %k : (!t, !t, !t) -> !t
  return %o : !t
}

// -----

!t = tensor<1x2x4x16xf32>

// Both sides, the constant on either side, on top of a scale that is written.
// CHECK-LABEL: func @key_and_sign
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<1x2x4x16xf32>, %[[K:[a-z0-9]*]]: tensor<1x2x4x16xf32>
// CHECK: attn.attention %[[Q]], %[[K]], %{{.*}} {scale = -2.400000e+01 : f64} :
func.func @key_and_sign(%q: !t, %k: !t) -> !t {
  %c = arith.constant dense<-4.0> : !t
  %d = arith.constant dense<2.0> : !t
  %kc = arith.mulf %c, %k : !t
  %qd = arith.mulf %q, %d : !t
  %o = attn.attention %qd, %kc, %kc {scale = 3.0 : f64} : (!t, !t, !t) -> !t
  return %o : !t
}

// -----

!t = tensor<1x2x?x16xbf16>

// A dynamic shape has no dense constant, but a splat.
// CHECK-LABEL: func @splat
// CHECK-SAME: %[[Q:[a-z0-9]*]]: tensor<1x2x?x16xbf16>
// CHECK: attn.attention %[[Q]], %{{.*}}, %{{.*}} {scale = 1.000000e+00 : f64} :
func.func @splat(%q: !t, %k: !t, %n: index) -> !t {
  %four = arith.constant 4.0 : bf16
  %fours = tensor.splat %four[%n] : !t
  %scaled = arith.mulf %q, %fours : !t
  %o = attn.attention %scaled, %k, %k : (!t, !t, !t) -> !t
  return %o : !t
}

// -----

!t = tensor<1x2x4x16xf32>

// CHECK-LABEL: func @rounds
// CHECK: %[[S:.*]] = arith.mulf
// CHECK: attn.attention %[[S]], %{{.*}}, %{{.*}} :
func.func @rounds(%q: !t, %k: !t) -> !t {
  %c = arith.constant dense<0.3> : !t
  %scaled = arith.mulf %q, %c : !t
  %o = attn.attention %scaled, %k, %k : (!t, !t, !t) -> !t
  return %o : !t
}

// -----

!t = tensor<1x2x4x16xf32>

// CHECK-LABEL: func @may_round
// CHECK-NOT: mulf
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} {scale = 7.500000e-01 : f64} :
func.func @may_round(%q: !t, %k: !t) -> !t {
  %c = arith.constant dense<3.0> : !t
  %scaled = arith.mulf %q, %c fastmath<reassoc> : !t
  %o = attn.attention %scaled, %k, %k : (!t, !t, !t) -> !t
  return %o : !t
}

// -----

!t = tensor<1x2x4x16xf32>

// 0 * inf is no number, so a factor of 0 stays where it is; so do inf, and factors that differ.
// CHECK-LABEL: func @special
// CHECK-COUNT-4: arith.mulf
// CHECK-COUNT-4: attn.attention %{{.*}}, %{{.*}}, %{{.*}} :
func.func @special(%q: !t, %k: !t) -> (!t, !t, !t, !t) {
  %zero = arith.constant dense<0.0> : !t
  %inf = arith.constant dense<0x7F800000> : !t
  %a = arith.mulf %q, %zero fastmath<reassoc> : !t
  %b = arith.mulf %q, %inf fastmath<reassoc> : !t
  %c = arith.mulf %q, %k : !t
  %d = arith.mulf %q, %q : !t
  %oa = attn.attention %a, %k, %k : (!t, !t, !t) -> !t
  %ob = attn.attention %b, %k, %k : (!t, !t, !t) -> !t
  %oc = attn.attention %c, %k, %k : (!t, !t, !t) -> !t
  %od = attn.attention %d, %k, %k : (!t, !t, !t) -> !t
  return %oa, %ob, %oc, %od : !t, !t, !t, !t
}

// -----

!t = tensor<1x2x4x16xf32>

// The value is no part of the score.
// CHECK-LABEL: func @value
// CHECK: %[[V:.*]] = arith.mulf
// CHECK: attn.attention %{{.*}}, %{{.*}}, %[[V]] :
func.func @value(%q: !t, %k: !t) -> !t {
  %half = arith.constant dense<0.5> : !t
  %v = arith.mulf %k, %half : !t
  %o = attn.attention %q, %k, %v : (!t, !t, !t) -> !t
  return %o : !t
}
