// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!q = memref<?x8xf32>
!acc = memref<1x8x8xf32>
!row = memref<1x8xf32>

// Whatever a region says, inlined code does not trap: divisors of 0 and -1 are replaced, and what
// x / 0 = 0 and x mod 0 = x want is selected.
// CHECK-LABEL: func @divisions
// CHECK-SAME: %[[D:[a-z0-9]*]]: index)
// CHECK: %[[ISZERO:.*]] = arith.cmpi eq, %[[D]], %c0
// CHECK: %[[NOTZERO:.*]] = arith.select %[[ISZERO]], %c1, %[[D]]
// CHECK: %[[ISMINUS:.*]] = arith.cmpi eq, %[[D]], %c-1
// CHECK: %[[SAFE:.*]] = arith.select %[[ISMINUS]], %c1, %[[NOTZERO]]
// CHECK: arith.remsi %{{.*}}, %[[SAFE]]
// CHECK-NOT: arith.remsi %{{.*}}, %[[D]]
// CHECK: return
func.func @divisions(%q: !q, %n: index, %acc: !acc, %max: !row, %sum: !row, %d: index) {
  attn.online_step ins(%q, %q, %q : !q, !q, !q) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 4 : i64, scale = 1.0 : f64}
    mask (%b, %h, %i, %j) {
      %rest = arith.remsi %j, %d : index
      %visible = arith.cmpi eq, %rest, %b : index
      attn.yield %visible : i1
    }
  return
}

// Reads are clamped to the buffer; those of an empty one give 0.
// CHECK-LABEL: func @reads
// CHECK-SAME: %[[TABLE:[a-z0-9]*]]: memref<?xf32>)
// CHECK: %[[SIZE:.*]] = memref.dim %[[TABLE]], %c0
// CHECK: %[[LAST:.*]] = arith.subi %[[SIZE]], %c1
// CHECK: %[[LOW:.*]] = arith.minsi %{{.*}}, %[[LAST]]
// CHECK: %[[INDEX:.*]] = arith.maxsi %[[LOW]], %c0
// CHECK: %[[EMPTY:.*]] = arith.cmpi eq, %[[SIZE]], %c0
// CHECK: scf.if %[[EMPTY]] -> (f32) {
// CHECK-NEXT: scf.yield %cst{{.*}} : f32
// CHECK-NEXT: } else {
// CHECK-NEXT: %[[READ:.*]] = memref.load %[[TABLE]][%[[INDEX]]]
// CHECK-NEXT: scf.yield %[[READ]]
func.func @reads(%q: !q, %n: index, %acc: !acc, %max: !row, %sum: !row, %table: memref<?xf32>) {
  attn.online_step ins(%q, %q, %q : !q, !q, !q) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 4 : i64, scale = 1.0 : f64}
    score (%s, %b, %h, %i, %j) {
      %bias = memref.load %table[%j] : memref<?xf32>
      %biased = arith.addf %s, %bias : f32
      attn.yield %biased : f32
    }
  return
}

// Shifts by the width or more shift everything out; floats out of range saturate.
// CHECK-LABEL: func @shifts
// CHECK: %[[SHORT:.*]] = arith.cmpi ult, %[[AMOUNT:.*]], %{{.*}} : i32
// CHECK: %[[SAFE:.*]] = arith.select %[[SHORT]], %[[AMOUNT]], %c0_i32
// CHECK: %[[SHIFTED:.*]] = arith.shli %{{.*}}, %[[SAFE]] : i32
// CHECK: arith.select %[[SHORT]], %[[SHIFTED]], %c0_i32
// CHECK: llvm.call_intrinsic "llvm.fptosi.sat"({{.*}}) : (vector<8xf32>) -> vector<8xi32>
// CHECK: return
func.func @shifts(%q: !q, %n: index, %acc: !acc, %max: !row, %sum: !row) {
  attn.online_step ins(%q, %q, %q : !q, !q, !q) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 4 : i64, scale = 1.0 : f64}
    score (%s, %b, %h, %i, %j) {
      %key = arith.index_cast %j : index to i32
      %shifted = arith.shli %key, %key : i32
      %score = arith.fptosi %s : f32 to i32
      %both = arith.xori %shifted, %score : i32
      %result = arith.sitofp %both : i32 to f32
      attn.yield %result : f32
    }
  return
}

// Every result of an op is there, also the second.
// CHECK-LABEL: func @two_results
// CHECK: %{{.*}}, %[[COS:.*]] = math.sincos %{{.*}} : vector<8xf32>
// CHECK: return
func.func @two_results(%q: !q, %n: index, %acc: !acc, %max: !row, %sum: !row) {
  attn.online_step ins(%q, %q, %q : !q, !q, !q) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 4 : i64, scale = 1.0 : f64}
    score (%s, %b, %h, %i, %j) {
      %sin, %cos = math.sincos %s : f32
      attn.yield %cos : f32
    }
  return
}
