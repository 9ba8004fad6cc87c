// RUN: attn-opt %s --attn-tile="time-tile=16" --canonicalize --cse | FileCheck %s

!x = tensor<?x?x100xf16>
!w = tensor<100x4xf32>
!window = tensor<?x3x100xf16>

// Convolutions are cut as scans are, into blocks of channels that fold tiles of time. The window of
// the steps before a tile is the state, which begins as init and ends as the last window.
// CHECK-LABEL: func @every_operand
// CHECK-SAME: (%[[X:[a-z0-9]*]]: {{.*}}, %[[W:[a-z0-9]*]]: tensor<100x4xf32>, %[[BIAS:[a-z0-9]*]]: {{.*}}, %[[INIT:[a-z0-9]*]]: {{.*}}, %[[RESET:[a-z0-9]*]]: tensor<?x?xi1>)
// CHECK: scf.forall (%[[S:.*]], %[[BLOCK:.*]]) in (%{{.*}}, 2) shared_outs(%[[Y:.*]] = %{{.*}}, %[[LAST:.*]] = %
// CHECK: %[[FIRST:.*]] = arith.muli %[[BLOCK]], %c64
// CHECK: %[[LEFT:.*]] = arith.subi %c100, %[[FIRST]]
// CHECK: %[[N:.*]] = arith.minsi %[[LEFT]], %c64
// CHECK: %[[WEIGHT:.*]] = tensor.extract_slice %[[W]][%[[FIRST]], 0] [%[[N]], 4]
// CHECK: %[[BIASES:.*]] = tensor.extract_slice %[[BIAS]][%[[FIRST]]] [%[[N]]]
// CHECK: %[[TARGET:.*]] = tensor.extract_slice %[[LAST]][%[[S]], 0, %[[FIRST]]] [1, 3, %[[N]]]
// CHECK: %[[BEFORE:.*]] = tensor.extract_slice %[[INIT]][%[[S]], 0, %[[FIRST]]] [1, 3, %[[N]]]
// CHECK: %[[START:.*]] = linalg.copy ins(%[[BEFORE]] : {{.*}}) outs(%[[TARGET]] :
// CHECK: %[[FOLDED:.*]]:2 = scf.for %[[T:.*]] = %c0 to %{{.*}} step %c16 iter_args(%[[ROWS:.*]] = %{{.*}}, %[[WINDOW:.*]] = %[[START]])
// CHECK: %[[XT:.*]] = tensor.extract_slice %[[X]][%[[S]], %[[T]], %[[FIRST]]] [1, %[[STEPS:.*]], %[[N]]]
// CHECK: %[[FLAGS:.*]] = tensor.extract_slice %[[RESET]][%[[S]], %[[T]]] [1, %[[STEPS]]]
// CHECK: %[[STEP:.*]]:2 = attn.conv_step ins(%[[XT]], %[[WEIGHT]] : {{.*}}) bias(%[[BIASES]] : {{.*}}) reset(%[[FLAGS]] : {{.*}}) window(%[[WINDOW]] : tensor<3x?xf16>) output(%
// CHECK-SAME: {channel_tile = 64 : i64, silu}
// CHECK: %[[NEXT:.*]] = tensor.insert_slice %[[STEP]]#1 into %[[ROWS]][%[[T]], 0]
// CHECK: scf.yield %[[NEXT]], %[[STEP]]#0
// CHECK: tensor.parallel_insert_slice %[[FOLDED]]#0 into %[[Y]][%[[S]], 0, %[[FIRST]]]
// CHECK: tensor.parallel_insert_slice %[[FOLDED]]#1 into %[[LAST]][%[[S]], 0, %[[FIRST]]] [1, 3, %[[N]]]
func.func @every_operand(%x: !x, %w: !w, %bias: tensor<100xf32>, %init: !window,
                         %reset: tensor<?x?xi1>) -> (!x, !window) {
  %y, %last = attn.causal_conv1d %x, %w bias(%bias) init(%init) reset(%reset) {silu}
    : (!x, !w, tensor<100xf32>, !window, tensor<?x?xi1>) -> (!x, !window)
  return %y, %last : !x, !window
}

// A window that nobody gave or wants is scratch of the largest block, 0 at the start.
// CHECK-LABEL: func @bare
// CHECK: %[[ZERO:.*]] = arith.constant 0.0{{.*}} : f16
// CHECK: scf.forall
// CHECK: %[[SCRATCH:.*]] = tensor.empty() : tensor<3x64xf16>
// CHECK: %[[PART:.*]] = tensor.extract_slice %[[SCRATCH]][0, 0] [3, %{{.*}}]
// CHECK: linalg.fill ins(%[[ZERO]] : f16) outs(%[[PART]] :
// CHECK: attn.conv_step ins(%{{.*}} : tensor<?x?xf16>, tensor<?x4xf32>) window(%{{.*}}) output(%{{.*}}) {channel_tile = 64 : i64} ->
func.func @bare(%x: !x, %w: !w) -> !x {
  %y = attn.causal_conv1d %x, %w : (!x, !w) -> !x
  return %y : !x
}

// Packed sequences, four by the numbers' type: each has a window of its own.
// CHECK-LABEL: func @packed
// CHECK-SAME: %[[CU:[a-z0-9]*]]: tensor<5xi32>)
// CHECK: linalg.fill {{.*}} outs(%{{.*}} : tensor<1x?x64xf16>)
// CHECK: scf.forall (%[[S:.*]]) in (4)
// CHECK: tensor.extract %[[CU]][%[[S]]]
// CHECK: tensor.empty() : tensor<1x64xf16>
// CHECK: scf.for %{{.*}} = %[[BEGIN:.*]] to %[[END:.*]] step %c16
// CHECK: attn.conv_step ins(%{{.*}} : tensor<?x64xf16>, tensor<64x2xf32>)
func.func @packed(%x: tensor<1x?x64xf16>, %w: tensor<64x2xf32>, %cu: tensor<5xi32>)
    -> tensor<1x?x64xf16> {
  %y = attn.causal_conv1d %x, %w cu_seqlens(%cu)
    : (tensor<1x?x64xf16>, tensor<64x2xf32>, tensor<5xi32>) -> tensor<1x?x64xf16>
  return %y : tensor<1x?x64xf16>
}
