// RUN: attn-opt %s --attn-tile="channels=32 time-tile=16" --convert-elementwise-to-linalg \
// RUN:   --attn-fuse-producers --canonicalize --cse --remark-policy=all \
// RUN:   --remarks-filter="attn-fuse.*" -o %t.mlir 2>&1 | grep remark: \
// RUN:   | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file=%t.mlir

!t = tensor<?x?x80xf32>
!b = tensor<?x?x1x4xf32>

// A convolution's input, of blocks of 32 channels of which the last has 16: scratch is as large as
// the largest tile.
// CHECK-LABEL: func @conv
// CHECK-NOT: linalg.generic
// CHECK: scf.forall
// CHECK: %[[SCRATCH:.*]] = bufferization.alloc_tensor() : tensor<1x16x32xf32>
// CHECK: %[[CHANNELS:.*]] = arith.minsi %{{.*}}, %c32
// CHECK: scf.for
// CHECK: %[[STEPS:.*]] = arith.minsi %{{.*}}, %c16
// CHECK: tensor.extract_slice %[[SCRATCH]][0, 0, 0] [1, %[[STEPS]], %[[CHANNELS]]]
// CHECK: linalg.generic
// CHECK: attn.conv_step
func.func @conv(%x: !t, %w: tensor<80x4xf32>) -> !t {
  %raised = math.absf %x : !t
  %y = attn.causal_conv1d %raised, %w : (!t, tensor<80x4xf32>) -> !t
  return %y : !t
}

// The same for u and the gate: one tile.
// CHECK-LABEL: func @twice
// CHECK: scf.forall
// CHECK: math.absf
// CHECK-NOT: math.absf
// CHECK: %[[TILE:.*]] = tensor.extract_slice %{{.*}}[0, 0, 0] [1, %{{.*}}, %{{.*}}]
// CHECK: attn.scan_step ins(%[[TILE]], {{.*}} gate(%[[TILE]] :
// CHECK-NOT: math.absf
func.func @twice(%x: !t, %delta: !t, %A: tensor<80x4xf32>, %C: tensor<80x4xf32>) -> !t {
  %raised = math.absf %x : !t
  %y = attn.selective_scan %raised, %delta, %A, %C, %C gate(%raised)
    : (!t, !t, tensor<80x4xf32>, tensor<80x4xf32>, tensor<80x4xf32>, !t) -> !t
  return %y : !t
}

// Two scans that read one B, as in a bidirectional layer: it is computed once, before both.
// CHECK-LABEL: func @bothWays
// CHECK: math.absf
// CHECK: scf.forall
// CHECK: scf.forall
// CHECK-NOT: math.absf
// CHECK: return
func.func @bothWays(%u: !t, %A: tensor<80x4xf32>, %b: !b, %C: tensor<80x4xf32>) -> !t {
  // REMARK: [[#@LINE+1]]:8: remark: [Missed] fuse{{.*}}computed before the loop: another loop reads it as well
  %B = math.absf %b : !b
  %y = attn.selective_scan %u, %u, %A, %B, %C
    : (!t, !t, tensor<80x4xf32>, !b, tensor<80x4xf32>) -> !t
  %z = attn.selective_scan %y, %u, %A, %B, %C {reverse}
    : (!t, !t, tensor<80x4xf32>, !b, tensor<80x4xf32>) -> !t
  return %z : !t
}

// A sum whose terms would fill megabytes for one tile: they are added up before.
// CHECK-LABEL: func @large
// CHECK: math.absf
// CHECK: scf.forall
// CHECK: linalg.generic {{.*}}"reduction"
#terms = affine_map<(b, l, d, k) -> (b, l, d, k)>
#sum = affine_map<(b, l, d, k) -> (b, l, d)>
func.func @large(%u: tensor<1x40x64xf32>, %terms: tensor<1x40x64x4096xf32>, %A: tensor<64x4xf32>,
                 %C: tensor<64x4xf32>) -> tensor<1x40x64xf32> {
  %zero = arith.constant 0.0 : f32
  // REMARK: [[#@LINE+1]]:12: remark: [Missed] fuse{{.*}}computed before the loop: a tile of it is too large or has no largest size
  %sizes = math.absf %terms : tensor<1x40x64x4096xf32>
  %empty = tensor.empty() : tensor<1x40x64xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<1x40x64xf32>) -> tensor<1x40x64xf32>
  %delta = linalg.generic {indexing_maps = [#terms, #sum],
                           iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%sizes : tensor<1x40x64x4096xf32>) outs(%zeros : tensor<1x40x64xf32>) {
  ^bb0(%x: f32, %s: f32):
    %next = arith.addf %s, %x : f32
    linalg.yield %next : f32
  } -> tensor<1x40x64xf32>
  %y = attn.selective_scan %u, %delta, %A, %C, %C
    : (tensor<1x40x64xf32>, tensor<1x40x64xf32>, tensor<64x4xf32>, tensor<64x4xf32>,
       tensor<64x4xf32>) -> tensor<1x40x64xf32>
  return %y : tensor<1x40x64xf32>
}

// Where nothing is scanned, nothing happens.
// CHECK-LABEL: func @none
// CHECK: linalg.generic
// CHECK-NOT: scf
func.func @none(%x: !t) -> !t {
  %y = math.absf %x : !t
  return %y : !t
}
