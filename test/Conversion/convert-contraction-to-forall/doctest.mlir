// RUN: attn-opt %s --convert-contraction-to-forall --canonicalize --cse | FileCheck %s

// A product with weights that lie outputs before inputs: tiles of 8 x 8 rows and 128 columns, which
// divide the columns; the reduction is not cut.
#input = affine_map<(b, l, o, i) -> (b, l, i)>
#weight = affine_map<(b, l, o, i) -> (o, i)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>

// CHECK-LABEL: func @project(
// CHECK-SAME: %[[X:.*]]: tensor<?x?x768xf32>, %[[W:.*]]: tensor<3072x768xf32>, %[[ZERO:.*]]: tensor<?x?x3072xf32>
// CHECK: scf.forall (%[[I:.*]], %[[J:.*]], %[[K:.*]]) in (%{{.*}}, %{{.*}}, 24) shared_outs(%[[OUT:.*]] = %[[ZERO]])
// CHECK: %[[ROWS:.*]] = tensor.extract_slice %[[X]][%{{.*}}, %{{.*}}, 0] [%[[B:.*]], %[[L:.*]], 768]
// CHECK: %[[COLUMNS:.*]] = tensor.extract_slice %[[W]][%[[FIRST:.*]], 0] [128, 768]
// CHECK: %[[TILE:.*]] = tensor.extract_slice %[[OUT]][%{{.*}}, %{{.*}}, %[[FIRST]]] [%[[B]], %[[L]], 128]
// CHECK: %[[SUMS:.*]] = linalg.contract
// CHECK-SAME: ins(%[[ROWS]], %[[COLUMNS]] : tensor<?x?x768xf32>, tensor<128x768xf32>)
// CHECK-SAME: outs(%[[TILE]] : tensor<?x?x128xf32>)
// CHECK: tensor.parallel_insert_slice %[[SUMS]] into %[[OUT]]
func.func @project(%x: tensor<?x?x768xf32>, %w: tensor<3072x768xf32>, %zero: tensor<?x?x3072xf32>)
    -> tensor<?x?x3072xf32> {
  %y = linalg.contract indexing_maps = [#input, #weight, #output]
         ins(%x, %w : tensor<?x?x768xf32>, tensor<3072x768xf32>)
         outs(%zero : tensor<?x?x3072xf32>) -> tensor<?x?x3072xf32>
  return %y : tensor<?x?x3072xf32>
}

// A vector of outputs whose last tile is smaller, and wide tiles where a column is little work.
// CHECK-LABEL: func @ragged
// CHECK: scf.forall (%[[TILE:.*]]) in (4)
// CHECK: %[[SIZE:.*]] = affine.min #{{.*}}(%[[TILE]])
// CHECK: linalg.matvec ins(%{{.*}}, %{{.*}} : tensor<?x48xf32>, tensor<48xf32>)
func.func @ragged(%w: tensor<4000x48xf32>, %x: tensor<48xf32>, %zero: tensor<4000xf32>)
    -> tensor<4000xf32> {
  %y = linalg.matvec ins(%w, %x : tensor<4000x48xf32>, tensor<48xf32>)
         outs(%zero : tensor<4000xf32>) -> tensor<4000xf32>
  return %y : tensor<4000xf32>
}

// Too little work to share, no result axis to cut, and a body that does not multiply and add: these
// stay whole, as does what is in a parallel loop already.
// CHECK-LABEL: func @whole
// CHECK-NOT: scf.forall
// CHECK: return
func.func @whole(%w: tensor<64x64xf32>, %x: tensor<64xf32>, %y: tensor<64xf32>,
                 %long: tensor<?xf32>, %sum: tensor<f32>, %a: tensor<?x4096xf32>,
                 %maxima: tensor<?xf32>)
    -> (tensor<64xf32>, tensor<f32>, tensor<?xf32>) {
  %small = linalg.matvec ins(%w, %x : tensor<64x64xf32>, tensor<64xf32>)
             outs(%y : tensor<64xf32>) -> tensor<64xf32>
  %dot = linalg.dot ins(%long, %long : tensor<?xf32>, tensor<?xf32>) outs(%sum : tensor<f32>)
           -> tensor<f32>
  %max = linalg.reduce ins(%a : tensor<?x4096xf32>) outs(%maxima : tensor<?xf32>) dimensions = [1]
    (%element: f32, %carried: f32) {
      %next = arith.maximumf %element, %carried : f32
      linalg.yield %next : f32
    }
  return %small, %dot, %max : tensor<64xf32>, tensor<f32>, tensor<?xf32>
}

// CHECK-LABEL: func @nested
// CHECK: scf.forall
// CHECK-NOT: scf.forall
// CHECK: linalg.matmul
func.func @nested(%x: tensor<4x64x512xf32>, %w: tensor<512x512xf32>, %zero: tensor<4x64x512xf32>)
    -> tensor<4x64x512xf32> {
  %y = scf.forall (%b) in (4) shared_outs(%out = %zero) -> tensor<4x64x512xf32> {
    %rows = tensor.extract_slice %x[%b, 0, 0] [1, 64, 512] [1, 1, 1]
       : tensor<4x64x512xf32> to tensor<64x512xf32>
    %tile = tensor.extract_slice %out[%b, 0, 0] [1, 64, 512] [1, 1, 1]
       : tensor<4x64x512xf32> to tensor<64x512xf32>
    %product = linalg.matmul ins(%rows, %w : tensor<64x512xf32>, tensor<512x512xf32>)
                 outs(%tile : tensor<64x512xf32>) -> tensor<64x512xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %product into %out[%b, 0, 0] [1, 64, 512] [1, 1, 1]
         : tensor<64x512xf32> into tensor<4x64x512xf32>
    }
  }
  return %y : tensor<4x64x512xf32>
}
