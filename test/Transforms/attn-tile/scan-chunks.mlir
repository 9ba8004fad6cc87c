// RUN: attn-opt %s --attn-tile="threads=8" --canonicalize --cse | FileCheck %s
// RUN: attn-opt %s --attn-tile="threads=1" --canonicalize --cse | FileCheck %s --check-prefix=ONE
// RUN: attn-opt %s --attn-tile --canonicalize --cse | FileCheck %s --check-prefix=ONE

!u = tensor<1x?x16xf32>
!A = tensor<16x4xf32>
!b = tensor<1x?x1x4xf32>
!h = tensor<1x16x4xf32>

// One block of channels for 8 threads: time is cut into chunks of whole tiles, at most 8 and none of
// less than 8 tiles. Without threads to feed the scan is one task.
// ONE-LABEL: func @chunks
// ONE-COUNT-1: attn.scan_step
// ONE-NOT: attn.scan_step
// ONE-NOT: elapsed
// ONE: return
// CHECK-LABEL: func @chunks
// CHECK-SAME: (%[[U:[a-z0-9]*]]: {{.*}}, %[[A:[a-z0-9]*]]: {{.*}}, %{{.*}}: {{.*}}, %[[INIT:[a-z0-9]*]]: {{.*}})
// CHECK: %[[L:.*]] = tensor.dim %[[U]], %c1
// CHECK: %[[POSSIBLE:.*]] = arith.ceildivui %[[L]], %c256
// CHECK: %[[WANTED:.*]] = arith.minsi %[[POSSIBLE]], %c8
// CHECK: %[[CHUNKS:.*]] = arith.maxsi %[[WANTED]], %c1
// CHECK: %[[BEFORELAST:.*]] = arith.subi %[[CHUNKS]], %c1
// First every chunk but the last is folded from 0, for its state and the time that it took.
// CHECK: %[[STATES:.*]]:2 = scf.forall (%[[I:.*]]) in (%[[BEFORELAST]])
// CHECK: %[[SHARE:.*]] = arith.ceildivui %[[L]], %[[CHUNKS]]
// CHECK: %[[TILES:.*]] = arith.ceildivui %[[SHARE]], %c32
// CHECK: %[[LENGTH:.*]] = arith.muli %[[TILES]], %c32
// CHECK: %[[FIRST:.*]] = arith.muli %[[I]], %[[LENGTH]]
// CHECK: %[[BEGIN:.*]] = arith.minsi %[[FIRST]], %[[L]]
// CHECK: %[[AFTER:.*]] = arith.addi %[[FIRST]], %[[LENGTH]]
// CHECK: %[[END:.*]] = arith.minsi %[[AFTER]], %[[L]]
// CHECK-COUNT-2: linalg.fill ins(%[[ZERO:.*]] : f32)
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to %[[END]] step %c32
// CHECK: attn.scan_step {{.*}} elapsed(%{{.*}} : tensor<16xf32>) {channel_tile
// Then each chunk starts from init and the states of those before it, merged in their order.
// CHECK: %[[ALL:.*]]:2 = scf.forall (%[[J:.*]]) in (%[[CHUNKS]]) shared_outs(%{{.*}} = %{{.*}}, %[[ENDS:.*]] = %{{.*}}) -> (tensor<1x?x16xf32>, tensor<1x?x16x4xf32>)
// CHECK: %[[OWN:.*]] = tensor.extract_slice %[[ENDS]][0, %[[J]], 0, 0]
// CHECK: %[[COPIED:.*]] = linalg.copy ins({{.*}}) outs(%[[OWN]] :
// CHECK: %[[START:.*]] = scf.for %[[K:.*]] = %c0 to %[[J]] step %c1 iter_args(%{{.*}} = %[[COPIED]])
// CHECK: tensor.extract_slice %[[STATES]]#0[0, %[[K]], 0, 0] [1, 1, 16, 4]
// CHECK: tensor.extract_slice %[[STATES]]#1[0, %[[K]], 0, 0] [1, 1, 1, 16]
// CHECK: math.exp
// CHECK: scf.for {{.*}} iter_args(%{{.*}} = %{{.*}}, %{{.*}} = %[[START]])
// CHECK: attn.scan_step
// CHECK-NOT: elapsed
// CHECK: tensor.parallel_insert_slice
// The last state is that of the last chunk.
// CHECK: %[[LAST:.*]] = tensor.extract_slice %[[ALL]]#1[0, %[[BEFORELAST]], 0, 0] [1, 1, 16, 4]
// CHECK: return %[[ALL]]#0, %[[LAST]]
func.func @chunks(%u: !u, %A: !A, %B: !b, %init: !h) -> (!u, !h) {
  %y, %last = attn.selective_scan %u, %u, %A, %B, %B init(%init)
    : (!u, !u, !A, !b, !b, !h) -> (!u, !h)
  return %y, %last : !u, !h
}

// Backwards the first chunk is the one at the end.
// CHECK-LABEL: func @reverse
// CHECK: %[[L:.*]] = tensor.dim %{{.*}}, %c1
// CHECK: scf.forall
// CHECK: %[[FROM:.*]] = arith.minsi %{{.*}}, %[[L]]
// CHECK: %[[TO:.*]] = arith.minsi %{{.*}}, %[[L]]
// CHECK: %[[BEGIN:.*]] = arith.subi %[[L]], %[[TO]]
// CHECK: %[[END:.*]] = arith.subi %[[L]], %[[FROM]]
// CHECK: scf.for %{{.*}} = %[[BEGIN]] to %[[END]] step %c32
func.func @reverse(%u: !u, %A: !A, %B: !b) -> !u {
  %y = attn.selective_scan %u, %u, %A, %B, %B {reverse} : (!u, !u, !A, !b, !b) -> !u
  return %y : !u
}

// The blocks of a head run side by side, each with a place of its own for the time that it takes.
// CHECK-LABEL: func @heads
// CHECK: tensor.empty(%{{.*}}) : tensor<1x?x3x20x4xf32>
// CHECK: tensor.empty(%{{.*}}) : tensor<1x?x1x3xf32>
// CHECK: scf.forall (%[[HEAD:.*]], %[[I:.*]]) in (3, %
// CHECK-LABEL: func @two_blocks
// CHECK: tensor.empty(%{{.*}}) : tensor<1x?x2x3xf32>
// CHECK: scf.forall (%[[HEAD:.*]], %[[BLOCK:.*]], %[[I:.*]]) in (3, 2, %{{.*}}) shared_outs(%{{.*}} = %{{.*}}, %[[TIMES:.*]] = %{{.*}})
// CHECK: tensor.extract_slice %[[TIMES]][0, %[[I]], %[[BLOCK]], %[[HEAD]]] [1, 1, 1, 1]
func.func @heads(%u: tensor<1x?x3x20xf32>, %delta: tensor<1x?x3xf32>, %A: tensor<3xf32>, %B: !b)
    -> tensor<1x?x3x20xf32> {
  %y = attn.selective_scan %u, %delta, %A, %B, %B
    : (tensor<1x?x3x20xf32>, tensor<1x?x3xf32>, tensor<3xf32>, !b, !b) -> tensor<1x?x3x20xf32>
  return %y : tensor<1x?x3x20xf32>
}

func.func @two_blocks(%u: tensor<1x?x3x80xf32>, %delta: tensor<1x?x3xf32>, %A: tensor<3xf32>,
                      %B: !b) -> tensor<1x?x3x80xf32> {
  %y = attn.selective_scan %u, %delta, %A, %B, %B
    : (tensor<1x?x3x80xf32>, tensor<1x?x3xf32>, tensor<3xf32>, !b, !b) -> tensor<1x?x3x80xf32>
  return %y : tensor<1x?x3x80xf32>
}

// The batch feeds the threads as well, as far as it goes: fewer chunks for more sequences. Eight
// blocks, known at compile time, need no chunks at all.
// CHECK-LABEL: func @batch
// CHECK: %[[BATCH:.*]] = tensor.dim %{{.*}}, %c0
// CHECK: %[[TASKS:.*]] = arith.maxsi %[[BATCH]], %c1
// CHECK: arith.ceildivui %c8, %[[TASKS]]
// CHECK: scf.forall (%{{.*}}, %{{.*}}) in (%[[BATCH]], %{{.*}})
// CHECK: scf.forall (%{{.*}}, %{{.*}}) in (%[[BATCH]], %{{.*}})
// CHECK-LABEL: func @enough
// CHECK: scf.forall (%{{.*}}) in (8)
// CHECK-NOT: elapsed
// CHECK: return
func.func @batch(%u: tensor<?x?x16xf32>, %A: !A, %B: tensor<?x?x1x4xf32>) -> tensor<?x?x16xf32> {
  %y = attn.selective_scan %u, %u, %A, %B, %B
    : (tensor<?x?x16xf32>, tensor<?x?x16xf32>, !A, tensor<?x?x1x4xf32>, tensor<?x?x1x4xf32>)
      -> tensor<?x?x16xf32>
  return %y : tensor<?x?x16xf32>
}

func.func @enough(%u: tensor<1x?x512xf32>, %A: tensor<512x4xf32>, %B: !b) -> tensor<1x?x512xf32> {
  %y = attn.selective_scan %u, %u, %A, %B, %B
    : (tensor<1x?x512xf32>, tensor<1x?x512xf32>, tensor<512x4xf32>, !b, !b)
      -> tensor<1x?x512xf32>
  return %y : tensor<1x?x512xf32>
}
