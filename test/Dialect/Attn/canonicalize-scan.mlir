// Options of the scan that change nothing are dropped.
// RUN: attn-opt %s --canonicalize --split-input-file | FileCheck %s

!u = tensor<2x?x4xf32>
!a = tensor<4x3xf32>
!b = tensor<2x?x1x3xf32>
!h = tensor<2x4x3xf32>
!d = tensor<4xf32>

// CHECK-LABEL: func @nothing_said
// CHECK: attn.selective_scan %{{[a-z0-9]*}}, %{{[a-z0-9]*}}, %{{[a-z0-9]*}}, %{{[a-z0-9]*}}, %{{[a-z0-9]*}} {delta_softplus, tag = 1 : i64} : (tensor<2x?x4xf32>, tensor<2x?x4xf32>, tensor<4x3xf32>, tensor<2x?x1x3xf32>, tensor<2x?x1x3xf32>) -> tensor<2x?x4xf32>
func.func @nothing_said(%u: !u, %a: !a, %b: !b, %length: index) -> !u {
  %h0 = arith.constant dense<0.0> : !h
  %bias = arith.constant dense<-0.0> : !d
  %false = arith.constant false
  %never = tensor.splat %false[%length] : tensor<2x?xi1>
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b delta_bias(%bias) init(%h0) reset(%never)
      {delta_softplus, softplus_threshold = 20.0 : f64, delta_limits = array<f64: 0.0, 0x7FF0000000000000>, tag = 1}
      : (!u, !u, !a, !b, !b, !d, !h, tensor<2x?xi1>) -> (!u, !h)
  return %y : !u
}

// The operands around a dropped one keep their places, and a state that is used stays.
// CHECK-LABEL: func @places
// CHECK-SAME: %[[U:[a-z0-9]*]]: tensor<2x?x4xf32>, %{{.*}}, %{{.*}}, %[[D:[a-z0-9]*]]: tensor<4xf32>, %[[RESET:[a-z0-9]*]]: tensor<2x?xi1>
// CHECK: %{{.*}}, %[[LAST:.*]] = attn.selective_scan {{.*}} skip(%[[D]]) gate(%[[U]]) delta_bias(%[[D]]) reset(%[[RESET]]) : {{.*}} -> (tensor<2x?x4xf32>, tensor<2x4x3xf32>)
// CHECK: return %[[LAST]]
func.func @places(%u: !u, %a: !a, %b: !b, %d: !d, %reset: tensor<2x?xi1>) -> !h {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : !h
  %h0 = linalg.fill ins(%zero : f32) outs(%empty : !h) -> !h
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b skip(%d) gate(%u) delta_bias(%d) init(%h0)
      reset(%reset) : (!u, !u, !a, !b, !b, !d, !u, !d, !h, tensor<2x?xi1>) -> (!u, !h)
  return %last : !h
}

// 0 * inf is no number, so a skip of zeros says something; -0 is another start than 0.
// CHECK-LABEL: func @zeros_that_stay
// CHECK-DAG: %[[SKIP:.*]] = arith.constant dense<0.000000e+00> : tensor<4xf32>
// CHECK-DAG: %[[INIT:.*]] = arith.constant dense<-0.000000e+00> : tensor<2x4x3xf32>
// CHECK: attn.selective_scan {{.*}} skip(%[[SKIP]]) init(%[[INIT]]) :
func.func @zeros_that_stay(%u: !u, %a: !a, %b: !b) -> !h {
  %skip = arith.constant dense<0.0> : !d
  %h0 = arith.constant dense<-0.0> : !h
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b skip(%skip) init(%h0)
      : (!u, !u, !a, !b, !b, !d, !h) -> (!u, !h)
  return %last : !h
}

// CHECK-LABEL: func @values_that_stay
// CHECK: attn.selective_scan {{.*}} delta_bias(%{{.*}}) init(%{{.*}}) reset(%{{.*}}) {delta_softplus, softplus_threshold = 1.900000e+01 : f64} :
func.func @values_that_stay(%u: !u, %a: !a, %b: !b, %length: index) -> !h {
  %h0 = arith.constant dense<1.0> : !h
  %bias = arith.constant dense<[0.0, 0.0, 0.0, 1.0]> : !d
  %true = arith.constant true
  %always = tensor.splat %true[%length] : tensor<2x?xi1>
  %y, %last = attn.selective_scan %u, %u, %a, %b, %b delta_bias(%bias) init(%h0) reset(%always)
      {delta_softplus, softplus_threshold = 19.0 : f64}
      : (!u, !u, !a, !b, !b, !d, !h, tensor<2x?xi1>) -> (!u, !h)
  return %last : !h
}

// -----

!u = tensor<2x?x4xf32>
!a = tensor<4x3xf32>
!b = tensor<2x?x1x3xf32>

// Limits say nothing where they are infinite or, from below, where no softplus is negative.
// CHECK-LABEL: func @limits
// CHECK: attn.selective_scan {{%.*, %.*, %.*, %.*, %[a-z0-9]*}} : (
// CHECK: attn.selective_scan {{%.*, %.*, %.*, %.*, %[a-z0-9]*}} {delta_softplus} : (
// CHECK: attn.selective_scan {{.*}} {delta_limits = array<f64: 0.000000e+00, 0x7FF0000000000000>} : (
// CHECK: attn.selective_scan {{.*}} {delta_limits = array<f64: 1.000000e-03, 0x7FF0000000000000>, delta_softplus} : (
// CHECK: attn.selective_scan {{.*}} {delta_limits = array<f64: 0.000000e+00, 1.000000e+30>, delta_softplus} : (
// CHECK: attn.selective_scan {{.*}} {delta_limits = array<f64: 0.000000e+00, 0x7FF0000000000000>, delta_softplus, softplus_threshold = -1.000000e+00 : f64} : (
func.func @limits(%u: !u, %a: !a, %b: !b) -> (!u, !u, !u, !u, !u, !u) {
  %0 = attn.selective_scan %u, %u, %a, %b, %b
      {delta_limits = array<f64: 0xFFF0000000000000, 0x7FF0000000000000>} : (!u, !u, !a, !b, !b) -> !u
  %1 = attn.selective_scan %u, %u, %a, %b, %b
      {delta_softplus, delta_limits = array<f64: -1.0, 0x7FF0000000000000>} : (!u, !u, !a, !b, !b) -> !u
  %2 = attn.selective_scan %u, %u, %a, %b, %b
      {delta_limits = array<f64: 0.0, 0x7FF0000000000000>} : (!u, !u, !a, !b, !b) -> !u
  %3 = attn.selective_scan %u, %u, %a, %b, %b
      {delta_softplus, delta_limits = array<f64: 0.001, 0x7FF0000000000000>} : (!u, !u, !a, !b, !b) -> !u
  %4 = attn.selective_scan %u, %u, %a, %b, %b
      {delta_softplus, delta_limits = array<f64: 0.0, 1.0e30>} : (!u, !u, !a, !b, !b) -> !u
  // Above a negative threshold a step size may be negative.
  %5 = attn.selective_scan %u, %u, %a, %b, %b
      {delta_softplus, softplus_threshold = -1.0 : f64, delta_limits = array<f64: 0.0, 0x7FF0000000000000>}
      : (!u, !u, !a, !b, !b) -> !u
  return %0, %1, %2, %3, %4, %5 : !u, !u, !u, !u, !u, !u
}
