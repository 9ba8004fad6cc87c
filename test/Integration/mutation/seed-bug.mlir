// RUN: attn-opt %s --test-attn-seed-bug=bug=causal-hides-self | FileCheck %s
// RUN: attn-opt %s --test-attn-seed-bug=bug=sink-ignored 2>&1 \
// RUN:   | FileCheck %s --check-prefixes=NOWHERE,UNCHANGED
// RUN: not attn-opt %s --test-attn-seed-bug=bug=unheard-of 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// The test-only pass edits the IR, and says so where the module has no place for the bug.
// NOWHERE: remark: bug 'sink-ignored' is not applicable
// UNKNOWN: error: no bug is named 'unheard-of'
// UNKNOWN: note: causal-sees-next (after stage attn): causal masks show the key behind the query
// CHECK-LABEL: func @causal
// CHECK: mask (%{{.*}}, %{{.*}}, %[[I:.*]], %[[J:.*]]) {
// CHECK: %[[MINUS:.*]] = arith.constant -1 : index
// CHECK: %[[BEFORE:.*]] = arith.addi %[[I]], %[[MINUS]]
// CHECK: arith.cmpi sle, %[[J]], %[[BEFORE]]
// UNCHANGED: mask (%{{.*}}, %{{.*}}, %[[I:.*]], %[[J:.*]]) {
// UNCHANGED-NEXT: arith.cmpi sle, %[[J]], %[[I]]
func.func @causal(%q: tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32> {
  %o = attn.attention %q, %q, %q mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } : (tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>, tensor<1x1x?x8xf32>) -> tensor<1x1x?x8xf32>
  return %o : tensor<1x1x?x8xf32>
}
