// RUN: attn-opt %s --attn-tile="panels=1 panel-width=16 key-tile=64" --canonicalize --cse \
// RUN:   | FileCheck %s

!t = tensor<1x1x1000x16xf32>

// Without a mask every tile of queries meets all keys.
// CHECK-LABEL: func @dense
// CHECK: scf.for %{{.*}} = %c0 to %c1000 step %c64
func.func @dense(%q: !t, %k: !t, %v: !t) -> !t {
  %o = attn.attention %q, %k, %v : (!t, !t, !t) -> !t
  return %o : !t
}

// A window begins at its first query's distance, and a bound below 0 is 0.
// CHECK-LABEL: func @window
// CHECK: %[[FIRST:.*]] = arith.maxsi %{{.*}}, %c0
// CHECK: scf.for %{{.*}} = %{{.*}} to %{{.*}} step %c64
func.func @window(%q: !t, %k: !t, %v: !t) -> !t {
  %o = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %c100 = arith.constant 100 : index
    %distance = arith.subi %i, %j : index
    %near = arith.cmpi slt, %distance, %c100 : index
    %past = arith.cmpi sle, %j, %i : index
    %visible = arith.andi %near, %past : i1
    attn.yield %visible : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}

// What depends on data is not bounded: the mask is asked for every key.
// CHECK-LABEL: func @captured
// CHECK: scf.for %{{.*}} = %c0 to %c1000 step %c64
// CHECK: attn.online_step
// CHECK: tensor.extract
func.func @captured(%q: !t, %k: !t, %v: !t, %allowed: tensor<1000xi1>) -> !t {
  %o = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %visible = tensor.extract %allowed[%j] : tensor<1000xi1>
    attn.yield %visible : i1
  } : (!t, !t, !t) -> !t
  return %o : !t
}
