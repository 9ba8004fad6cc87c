// RUN: attn-opt %s --attn-tile="channels=16 time-tile=8" --canonicalize --cse | FileCheck %s

!u = tensor<1x?x16xf32>
!A = tensor<16x4xf32>
!b = tensor<1x?x1x4xf32>
!h = tensor<?x16x4xf32>

// Packed sequences are tasks of their own, over the steps between two of the numbers, which are
// clamped; steps of no sequence are 0.
// CHECK-LABEL: func @packed
// CHECK-SAME: (%[[U:[a-z0-9]*]]: {{.*}}, %[[A:[a-z0-9]*]]: {{.*}}, %{{.*}}: {{.*}}, %[[INIT:[a-z0-9]*]]: {{.*}}, %[[CU:[a-z0-9]*]]: tensor<?xi32>)
// CHECK: %[[L:.*]] = tensor.dim %[[U]], %c1
// CHECK: %[[NUMBERS:.*]] = tensor.dim %[[CU]], %c0
// CHECK: %[[SEQUENCES:.*]] = affine.apply #{{.*}}()[%[[NUMBERS]]]
// CHECK: %[[CLEARED:.*]] = linalg.fill ins(%{{.*}} : f32) outs(%{{.*}} : tensor<1x?x16xf32>)
// CHECK: scf.forall (%[[S:.*]]) in (%[[SEQUENCES]]) shared_outs(%[[Y:.*]] = %[[CLEARED]], %[[LAST:.*]] = %
// CHECK: %[[FROM:.*]] = tensor.extract %[[CU]][%[[S]]]
// CHECK: %[[FROMINDEX:.*]] = arith.index_cast %[[FROM]]
// CHECK: %[[FROMPOSITIVE:.*]] = arith.maxsi %[[FROMINDEX]], %c0
// CHECK: %[[BEGIN:.*]] = arith.minsi %[[FROMPOSITIVE]], %[[L]]
// CHECK: %[[FOLLOWING:.*]] = arith.addi %[[S]], %c1
// CHECK: %[[TO:.*]] = tensor.extract %[[CU]][%[[FOLLOWING]]]
// CHECK: %[[TOINDEX:.*]] = arith.index_cast %[[TO]]
// CHECK: %[[NOTBEFORE:.*]] = arith.maxsi %[[TOINDEX]], %[[BEGIN]]
// CHECK: %[[END:.*]] = arith.minsi %[[NOTBEFORE]], %[[L]]
// CHECK: tensor.extract_slice %[[Y]][0, %[[BEGIN]], 0] [1, %{{.*}}, 16]
// CHECK: tensor.extract_slice %[[INIT]][%[[S]], 0, 0] [1, 16, 4]
// CHECK: scf.for %[[T:.*]] = %[[BEGIN]] to %[[END]] step %c8
// CHECK: %[[ROW:.*]] = arith.subi %[[T]], %[[BEGIN]]
// CHECK: tensor.extract_slice %{{.*}}[%[[ROW]], 0] [%[[STEPS:.*]], 16]
// CHECK: tensor.extract_slice %[[U]][0, %[[T]], 0] [1, %[[STEPS]], 16]
func.func @packed(%u: !u, %A: !A, %B: !b, %init: !h, %cu: tensor<?xi32>) -> (!u, !h) {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B init(%init) cu_seqlens(%cu)
    : (!u, !u, !A, !b, !b, !h, tensor<?xi32>) -> (!u, !h)
  return %y, %last : !u, !h
}

// Backwards the tiles come from the end: what is [t, t + steps) from the front lies so from the
// back. The last tile, the one of the first steps, is the short one.
// CHECK-LABEL: func @reverse
// CHECK-SAME: (%[[U:[a-z0-9]*]]: {{.*}}, %{{.*}}: {{.*}}, %{{.*}}: {{.*}}, %[[RESET:[a-z0-9]*]]: tensor<1x?xi1>)
// CHECK: %[[L:.*]] = tensor.dim %[[U]], %c1
// CHECK: scf.for %[[T:.*]] = %c0 to %[[L]] step %c8
// CHECK: %[[LEFT:.*]] = arith.subi %[[L]], %[[T]]
// CHECK: %[[STEPS:.*]] = arith.minsi %[[LEFT]], %c8
// CHECK: %[[NEXT:.*]] = arith.addi %[[T]], %[[STEPS]]
// CHECK: %[[FIRST:.*]] = arith.subi %[[L]], %[[NEXT]]
// CHECK: tensor.extract_slice %{{.*}}[%[[FIRST]], 0] [%[[STEPS]], 16]
// CHECK: tensor.extract_slice %[[U]][0, %[[FIRST]], 0] [1, %[[STEPS]], 16]
// CHECK: %[[FLAGS:.*]] = tensor.extract_slice %[[RESET]][0, %[[FIRST]]] [1, %[[STEPS]]]
// CHECK: attn.scan_step {{.*}} reset(%[[FLAGS]] : tensor<?xi1>) {{.*}}reverse
// CHECK: tensor.insert_slice %{{.*}} into %{{.*}}[%[[FIRST]], 0] [%[[STEPS]], 16]
func.func @reverse(%u: !u, %A: !A, %B: !b, %reset: tensor<1x?xi1>) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B reset(%reset) {reverse}
    : (!u, !u, !A, !b, !b, tensor<1x?xi1>) -> !u
  return %y : !u
}

// No steps are no loop: the state that is handed on is init.
// CHECK-LABEL: func @no_steps
// CHECK-NOT: attn.scan_step
// CHECK: linalg.copy
// CHECK-NOT: attn.scan_step
// CHECK: return
func.func @no_steps(%u: tensor<1x0x16xf32>, %A: !A, %B: tensor<1x0x1x4xf32>,
                    %init: tensor<1x16x4xf32>) -> (tensor<1x0x16xf32>, tensor<1x16x4xf32>) {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B init(%init)
    : (tensor<1x0x16xf32>, tensor<1x0x16xf32>, !A, tensor<1x0x1x4xf32>, tensor<1x0x1x4xf32>,
       tensor<1x16x4xf32>) -> (tensor<1x0x16xf32>, tensor<1x16x4xf32>)
  return %y, %last : tensor<1x0x16xf32>, tensor<1x16x4xf32>
}
