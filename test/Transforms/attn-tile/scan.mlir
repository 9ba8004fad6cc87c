// RUN: attn-opt %s --attn-tile --canonicalize --cse | FileCheck %s

!u = tensor<?x?x100xf32>
!A = tensor<100x4xf32>
!b = tensor<?x?x1x4xf32>
!h = tensor<?x100x4xf32>

// Blocks of 64 channels in parallel, the last of which has 36; each folds tiles of 32 steps into its
// state, which begins as init and ends as the last state, in its memory.
// CHECK-LABEL: func @every_operand
// CHECK-SAME: (%[[U:[a-z0-9]*]]: tensor<?x?x100xf32>, %[[DELTA:[a-z0-9]*]]: tensor<?x?x100xf32>, %[[A:[a-z0-9]*]]: tensor<100x4xf32>, %[[B:[a-z0-9]*]]: tensor<?x?x1x4xf32>, %[[C:[a-z0-9]*]]: tensor<?x?x1x4xf32>, %[[D:[a-z0-9]*]]: tensor<100xf32>, %[[Z:[a-z0-9]*]]: tensor<?x?x100xf32>, %[[BIAS:[a-z0-9]*]]: tensor<100xf32>, %[[INIT:[a-z0-9]*]]: tensor<?x100x4xf32>)
// CHECK: %[[L:.*]] = tensor.dim %[[U]], %c1
// CHECK: scf.forall (%[[S:.*]], %[[BLOCK:.*]]) in (%{{.*}}, 2) shared_outs(%[[Y:.*]] = %{{.*}}, %[[LAST:.*]] = %{{.*}}) -> (tensor<?x?x100xf32>, tensor<?x100x4xf32>)
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c64
// CHECK: %[[LEFT:.*]] = arith.subi %c100, %[[FIRST]]
// CHECK: %[[N:.*]] = arith.minsi %[[LEFT]], %c64
// What does not change with time is sliced before the loop.
// CHECK-DAG: %[[RATES:.*]] = tensor.extract_slice %[[A]][%[[FIRST]], 0] [%[[N]], 4]
// CHECK-DAG: %[[SKIP:.*]] = tensor.extract_slice %[[D]][%[[FIRST]]] [%[[N]]]
// CHECK-DAG: %[[BIASES:.*]] = tensor.extract_slice %[[BIAS]][%[[FIRST]]] [%[[N]]]
// CHECK-DAG: %[[TARGET:.*]] = tensor.extract_slice %[[LAST]][%[[S]], %[[FIRST]], 0] [1, %[[N]], 4]
// CHECK-DAG: %[[BEFORE:.*]] = tensor.extract_slice %[[INIT]][%[[S]], %[[FIRST]], 0] [1, %[[N]], 4]
// CHECK: %[[START:.*]] = linalg.copy ins(%[[BEFORE]] : {{.*}}) outs(%[[TARGET]] :
// CHECK: %[[FOLDED:.*]]:2 = scf.for %[[T:.*]] = %c0 to %[[L]] step %c32 iter_args(%[[ROWS:.*]] = %{{.*}}, %[[H:.*]] = %[[START]])
// CHECK: %[[REST:.*]] = arith.subi %[[L]], %[[T]]
// CHECK: %[[STEPS:.*]] = arith.minsi %[[REST]], %c32
// CHECK-DAG: %[[UT:.*]] = tensor.extract_slice %[[U]][%[[S]], %[[T]], %[[FIRST]]] [1, %[[STEPS]], %[[N]]]
// CHECK-DAG: %[[DT:.*]] = tensor.extract_slice %[[DELTA]][%[[S]], %[[T]], %[[FIRST]]] [1, %[[STEPS]], %[[N]]]
// CHECK-DAG: %[[BT:.*]] = tensor.extract_slice %[[B]][%[[S]], %[[T]], 0, 0] [1, %[[STEPS]], 1, 4]
// CHECK-DAG: %[[CT:.*]] = tensor.extract_slice %[[C]][%[[S]], %[[T]], 0, 0] [1, %[[STEPS]], 1, 4]
// CHECK-DAG: %[[ZT:.*]] = tensor.extract_slice %[[Z]][%[[S]], %[[T]], %[[FIRST]]] [1, %[[STEPS]], %[[N]]]
// CHECK: %[[STEP:.*]]:2 = attn.scan_step ins(%[[UT]], %[[DT]], %[[RATES]], %[[BT]], %[[CT]] :
// CHECK-SAME: skip(%[[SKIP]] : {{.*}}) gate(%[[ZT]] : {{.*}}) delta_bias(%[[BIASES]] : {{.*}}) state(%[[H]] : {{.*}}) output(%
// CHECK-SAME: {channel_tile = 64 : i64, delta_limits = array<f64: 1.000000e-03, 1.000000e-01>, delta_softplus, softplus_threshold = 1.500000e+01 : f64, time_tile = 32 : i64}
// CHECK: %[[NEXT:.*]] = tensor.insert_slice %[[STEP]]#1 into %[[ROWS]][%[[T]], 0]
// CHECK: scf.yield %[[NEXT]], %[[STEP]]#0
// CHECK: tensor.parallel_insert_slice %[[FOLDED]]#0 into %[[Y]][%[[S]], 0, %[[FIRST]]] [1, %[[L]], %[[N]]]
// CHECK: tensor.parallel_insert_slice %[[FOLDED]]#1 into %[[LAST]][%[[S]], %[[FIRST]], 0] [1, %[[N]], 4]
func.func @every_operand(%u: !u, %delta: !u, %A: !A, %B: !b, %C: !b, %D: tensor<100xf32>, %z: !u,
                         %bias: tensor<100xf32>, %init: !h) -> (!u, !h) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z) delta_bias(%bias)
      init(%init) {delta_softplus, softplus_threshold = 15. : f64,
                   delta_limits = array<f64: 0.001, 0.1>}
    : (!u, !u, !A, !b, !b, tensor<100xf32>, !u, tensor<100xf32>, !h) -> (!u, !h)
  return %y, %last : !u, !h
}

// A last state that nobody wants is scratch of the largest block; without init it starts as 0. A
// state that nobody gave and somebody wants is cleared where it will end.
// CHECK-LABEL: func @state
// CHECK: scf.forall
// CHECK: %[[SCRATCH:.*]] = tensor.empty() : tensor<64x4xf32>
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[SCRATCH]][0, 0] [%{{.*}}, 4]
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%[[PART]] :
// CHECK: attn.scan_step
// CHECK: scf.forall {{.*}} shared_outs(%{{.*}} = %{{.*}}, %[[LAST:.*]] = %
// CHECK-NOT: tensor.empty
// CHECK: %[[TARGET:.*]] = tensor.extract_slice %[[LAST]]
// CHECK: linalg.fill ins(%{{.*}} : f32) outs(%[[TARGET]] :
func.func @state(%u: !u, %A: !A, %B: !b) -> (!u, !h) {
  %y = attn.selective_scan %u, %u, %A, %B, %B : (!u, !u, !A, !b, !b) -> !u
  %z, %last = attn.selective_scan %y, %u, %A, %B, %B : (!u, !u, !A, !b, !b) -> (!u, !h)
  return %z, %last : !u, !h
}

// Channels that fill their blocks have static sizes all over.
// CHECK-LABEL: func @full_blocks
// CHECK: scf.forall (%{{.*}}, %{{.*}}) in (%{{.*}}, 2)
// CHECK-NOT: arith.minsi %{{.*}}, %c64
// CHECK: attn.scan_step ins(%{{.*}} : tensor<?x64xbf16>, tensor<?x64xf32>, tensor<64x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>)
// CHECK-SAME: state(%{{.*}} : tensor<64x4xf32>) output(%{{.*}} : tensor<?x64xbf16>)
func.func @full_blocks(%u: tensor<?x?x128xbf16>, %delta: tensor<?x?x128xf32>, %A: tensor<128x4xf32>,
                       %B: !b) -> tensor<?x?x128xbf16> {
  %y = attn.selective_scan %u, %delta, %A, %B, %B
    : (tensor<?x?x128xbf16>, tensor<?x?x128xf32>, tensor<128x4xf32>, !b, !b)
      -> tensor<?x?x128xbf16>
  return %y : tensor<?x?x128xbf16>
}
