// RUN: attn-opt %s --attn-tile="channels=32 time-tile=16" --convert-elementwise-to-linalg \
// RUN:   --attn-fuse-producers --remark-policy=all --remarks-filter="attn-fuse.*" \
// RUN:   -o %t.mlir 2>&1 | grep remark: | FileCheck %s --check-prefix=REMARK
// RUN: FileCheck %s --input-file=%t.mlir
// RUN: attn-opt %s --attn-tile="channels=16" --convert-elementwise-to-linalg \
// RUN:   --attn-fuse-producers --remark-policy=all --remarks-filter="attn-fuse.*" \
// RUN:   2>&1 | FileCheck %s --check-prefix=NARROW

// What is not fused stays before the loop as it is, and a remark at its line says why.
#row = affine_map<(b, l, d) -> (b, l, d)>
#sum = affine_map<(b, l, d) -> (b, l)>
!t = tensor<1x40x64xf32>
!bc = tensor<1x40x1x4xf32>

// A sum along the channels, which blocks cut, and what is scaled by it, which is fused.
// CHECK-LABEL: func @cut
// CHECK: linalg.generic {{.*}}"reduction"
// CHECK: scf.forall
// CHECK: linalg.generic
// CHECK: math.rsqrt
// CHECK: attn.scan_step
func.func @cut(%u: !t, %A: tensor<64x4xf32>, %bc: tensor<64x4xf32>) -> !t {
  %zero = arith.constant 0.0 : f32
  %sumsEmpty = tensor.empty() : tensor<1x40xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%sumsEmpty : tensor<1x40xf32>) -> tensor<1x40xf32>
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Missed] fuse{{.*}}computed before the loop: it sums along axis 2 of operand 0, which tiles cut
  %sums = linalg.generic
      {indexing_maps = [#row, #sum], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%u : !t) outs(%zeros : tensor<1x40xf32>) {
  ^bb0(%x: f32, %s: f32):
    %square = arith.mulf %x, %x : f32
    %next = arith.addf %s, %square : f32
    linalg.yield %next : f32
  } -> tensor<1x40xf32>
  %empty = tensor.empty() : !t
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Passed] fuse{{.*}}computed in tiles where it is read
  %norm = linalg.generic
      {indexing_maps = [#row, #sum, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%u, %sums : !t, tensor<1x40xf32>) outs(%empty : !t) {
  ^bb0(%x: f32, %s: f32, %o: f32):
    %root = math.rsqrt %s : f32
    %y = arith.mulf %x, %root : f32
    linalg.yield %y : f32
  } -> !t
  %y = attn.selective_scan %norm, %u, %A, %bc, %bc
    : (!t, !t, tensor<64x4xf32>, tensor<64x4xf32>, tensor<64x4xf32>) -> !t
  return %y : !t
}

// A matrix product, and the bias that is added to it, which is fused. A gate that is also returned.
// CHECK-LABEL: func @product
// CHECK: %[[PRODUCT:.*]] = linalg.batch_matmul
// CHECK: %[[GATE:.*]] = linalg.generic
// CHECK: math.tanh
// CHECK: scf.forall
// CHECK: tensor.extract_slice %[[PRODUCT]]
// CHECK: arith.addf
// CHECK: tensor.extract_slice %[[GATE]]
func.func @product(%u: !t, %ranks: tensor<1x40x8xf32>, %w: tensor<1x8x64xf32>, %bias: !t, %z: !t,
                   %A: tensor<64x4xf32>, %bc: tensor<64x4xf32>) -> (!t, !t) {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : !t
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : !t) -> !t
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Missed] fuse{{.*}}computed before the loop: it is a contraction
  %product = linalg.batch_matmul ins(%ranks, %w : tensor<1x40x8xf32>, tensor<1x8x64xf32>)
    outs(%zeros : !t) -> !t
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Passed] fuse{{.*}}computed in tiles where it is read
  %delta = arith.addf %product, %bias : !t
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Missed] fuse{{.*}}computed before the loop: its result is also used by 'func.return'
  %gate = math.tanh %z : !t
  %y = attn.selective_scan %u, %delta, %A, %bc, %bc gate(%gate)
    : (!t, !t, tensor<64x4xf32>, tensor<64x4xf32>, tensor<64x4xf32>, !t) -> !t
  return %y, %gate : !t, !t
}

// Of a sum that B is scaled by, every block would compute all; see norms.mlir for the rest.
func.func @repeated(%u: !t, %b: !bc, %A: tensor<64x4xf32>, %C: tensor<64x4xf32>) -> !t {
  %empty = tensor.empty() : tensor<1x40x1xf32>
  %scaledEmpty = tensor.empty() : !bc
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Missed] fuse{{.*}}computed before the loop: every block of channels would repeat its sums
  %sums = linalg.reduce { arith.addf } ins(%b : !bc) outs(%empty : tensor<1x40x1xf32>)
    dimensions = [3]
  %B = linalg.broadcast ins(%sums : tensor<1x40x1xf32>) outs(%scaledEmpty : !bc) dimensions = [3]
  %y = attn.selective_scan %u, %u, %A, %B, %C
    : (!t, !t, tensor<64x4xf32>, !bc, tensor<64x4xf32>) -> !t
  return %y : !t
}

// Tiles keep their rank from one op to the next, here with an axis that the flat tensor lacks.
// CHECK-LABEL: func @reshaped
// CHECK: math.sin
// CHECK: scf.forall
// CHECK: math.exp
func.func @reshaped(%u: tensor<2x40x64xf32>, %flat: tensor<80x4xf32>, %A: tensor<64x4xf32>,
                    %C: tensor<64x4xf32>) -> tensor<2x40x64xf32> {
  // REMARK-DAG: [[#@LINE+1]]:{{.*}}Missed] fuse{{.*}}computed before the loop: a tile of what it is reshaped to is no tile of its result
  %sin = math.sin %flat : tensor<80x4xf32>
  %rows = tensor.expand_shape %sin [[0, 1], [2, 3]] output_shape [2, 40, 1, 4]
    : tensor<80x4xf32> into tensor<2x40x1x4xf32>
  %B = math.exp %rows : tensor<2x40x1x4xf32>
  %y = attn.selective_scan %u, %u, %A, %B, %C
    : (tensor<2x40x64xf32>, tensor<2x40x64xf32>, tensor<64x4xf32>, tensor<2x40x1x4xf32>,
       tensor<64x4xf32>) -> tensor<2x40x64xf32>
  return %y : tensor<2x40x64xf32>
}

// Blocks of 16 channels are too few to compute B and C for each; the step size is fused.
// NARROW: remark: [Missed] fuse{{.*}}computed before the loop: blocks of 16 channels are too few to compute it for each of them, 32 are wanted
// NARROW-LABEL: func @narrow
// NARROW: math.sin
// NARROW: scf.forall
// NARROW: math.exp
// NARROW: attn.scan_step
func.func @narrow(%u: !t, %raw: !bc, %A: tensor<64x4xf32>, %C: tensor<64x4xf32>) -> !t {
  %B = math.sin %raw : !bc
  %delta = math.exp %u : !t
  %y = attn.selective_scan %u, %delta, %A, %B, %C
    : (!t, !t, tensor<64x4xf32>, !bc, tensor<64x4xf32>) -> !t
  return %y : !t
}
