// Mask and score regions: argument names are the documented ones, types are not written.
// RUN: attn-opt %s | FileCheck %s
// RUN: attn-opt %s | attn-opt | FileCheck %s
// RUN: attn-opt %s --mlir-print-op-generic | attn-opt | FileCheck %s
// RUN: attn-opt %s --emit-bytecode | attn-opt | FileCheck %s

!t = tensor<1x2x4x8xf32>

// CHECK-LABEL: func @mask
// CHECK: attn.attention %arg0, %arg0, %arg0 mask (%b, %h, %i, %j) {
// CHECK-NEXT: %[[A:.*]] = tensor.extract %arg1[%b, %i] : tensor<?x?xi32>
// CHECK-NEXT: %[[B:.*]] = tensor.extract %arg1[%b, %j] : tensor<?x?xi32>
// CHECK-NEXT: %[[R:.*]] = arith.cmpi eq, %[[A]], %[[B]] : i32
// CHECK-NEXT: attn.yield %[[R]] : i1
// CHECK-NEXT: } : (
func.func @mask(%q: !t, %doc: tensor<?x?xi32>) -> !t {
  %o = attn.attention %q, %q, %q mask (%batch, %head, %row, %col) {
    %di = tensor.extract %doc[%batch, %row] : tensor<?x?xi32>
    %dj = tensor.extract %doc[%batch, %col] : tensor<?x?xi32>
    %same = arith.cmpi eq, %di, %dj : i32
    attn.yield %same : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// CHECK-LABEL: func @score
// CHECK: attn.attention %arg0, %arg0, %arg0 {scale = 1.000000e+00 : f64} score (%s, %b, %h, %i, %j) {
// CHECK-NEXT: %[[T:.*]] = math.tanh %s : f32
// CHECK-NEXT: %[[R:.*]] = arith.mulf %[[T]], %arg1 : f32
// CHECK-NEXT: attn.yield %[[R]] : f32
// CHECK-NEXT: } : (
func.func @score(%q: !t, %cap: f32) -> !t {
  %o = attn.attention %q, %q, %q {scale = 1.0 : f64} score (%x, %batch, %head, %row, %col) {
    %t = math.tanh %x : f32
    %r = arith.mulf %t, %cap : f32
    attn.yield %r : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// Patterns and score; both regions, with an attribute on attn.yield.
// CHECK-LABEL: func @both
// CHECK: mask = [#attn.causal] score (%s, %b, %h, %i, %j) {
// CHECK: } : (
// CHECK: mask (%b, %h, %i, %j) {
// CHECK-NEXT: attn.yield %arg1 {tag} : i1
// CHECK-NEXT: } score (%s, %b, %h, %i, %j) {
// CHECK-NEXT: attn.yield %s : f32
// CHECK-NEXT: } : (
func.func @both(%q: !t, %flag: i1) -> (!t, !t) {
  %o = attn.attention %q, %q, %q mask = [#attn.causal] score (%s, %b, %h, %i, %j) {
    attn.yield %s : f32
  } : (!t, !t, !t) -> !t
  %p = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    attn.yield %flag {tag} : i1
  } score (%s, %b, %h, %i, %j) {
    attn.yield %s : f32
  } : (!t, !t, !t) -> !t
  return %o, %p : !t, !t
}

// A region is no scope of its own: what is defined before is seen, names may be reused.
// CHECK-LABEL: func @types
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: arith.extsi %{{.*}} : i8 to i64
func.func @types(%q: !t, %a: tensor<4xf16>, %b: tensor<4xi8>) -> !t {
  %o = attn.attention %q, %q, %q score (%s, %batch, %h, %i, %j) {
    %x = tensor.extract %a[%i] : tensor<4xf16>
    %y = arith.extf %x : f16 to f32
    %n = tensor.extract %b[%j] : tensor<4xi8>
    %m = arith.extsi %n : i8 to i64
    %z = arith.sitofp %m : i64 to f32
    %u = arith.addf %y, %z : f32
    attn.yield %u : f32
  } : (!t, !t, !t) -> !t
  return %o : !t
}
