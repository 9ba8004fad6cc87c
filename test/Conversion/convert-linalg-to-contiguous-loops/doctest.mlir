// RUN: attn-opt %s --convert-linalg-to-contiguous-loops --canonicalize --split-input-file | FileCheck %s

// The rows of both operands lie along the reduction: it is innermost already. The sum is carried by
// the loop, and may be taken in any order.
// CHECK-LABEL: func @matvec(
// CHECK-SAME: %[[W:.*]]: memref<8x256xbf16>, %[[X:.*]]: memref<256xf32>, %[[Y:.*]]: memref<8xf32>
// CHECK: scf.for %[[O:.*]] = %{{.*}} to %c8
// CHECK-NEXT: %[[START:.*]] = memref.load %[[Y]][%[[O]]]
// CHECK-NEXT: %[[SUM:.*]] = scf.for %[[K:.*]] = %{{.*}} to %c256 {{.*}} iter_args(%[[CARRIED:.*]] = %[[START]])
// CHECK-DAG: %[[A:.*]] = memref.load %[[W]][%[[O]], %[[K]]]
// CHECK-DAG: %[[B:.*]] = memref.load %[[X]][%[[K]]]
// CHECK-DAG: %[[WIDE:.*]] = arith.extf %[[A]] : bf16 to f32
// CHECK: %[[PRODUCT:.*]] = arith.mulf %[[WIDE]], %[[B]] fastmath<contract> : f32
// CHECK: %[[NEXT:.*]] = arith.addf %[[CARRIED]], %[[PRODUCT]] fastmath<reassoc,contract> : f32
// CHECK: scf.yield %[[NEXT]]
// CHECK: memref.store %[[SUM]], %[[Y]][%[[O]]]
func.func @matvec(%w: memref<8x256xbf16>, %x: memref<256xf32>, %y: memref<8xf32>) {
  linalg.contract indexing_maps = [affine_map<(o, i) -> (o, i)>, affine_map<(o, i) -> (i)>,
                                   affine_map<(o, i) -> (o)>]
    ins(%w, %x : memref<8x256xbf16>, memref<256xf32>) outs(%y : memref<8xf32>)
  return
}

// -----

// Columns of the second operand and of the result lie side by side: they become innermost, and the
// sums stay in the order that was written.
// CHECK-LABEL: func @matmul(
// CHECK-SAME: %[[A:.*]]: memref<?x64xf32>, %[[B:.*]]: memref<64x?xf32>, %[[C:.*]]: memref<?x?xf32>
// CHECK: scf.for %[[M:.*]] =
// CHECK-NEXT: scf.for %[[K:.*]] = %{{.*}} to %c64
// CHECK-NEXT: scf.for %[[N:.*]] =
// CHECK-DAG: memref.load %[[A]][%[[M]], %[[K]]]
// CHECK-DAG: memref.load %[[B]][%[[K]], %[[N]]]
// CHECK-DAG: memref.load %[[C]][%[[M]], %[[N]]]
// CHECK: arith.mulf %{{[^:]*}} : f32
// CHECK: arith.addf %{{[^<:]*}} : f32
// CHECK: memref.store %{{.*}}, %[[C]][%[[M]], %[[N]]]
func.func @matmul(%a: memref<?x64xf32>, %b: memref<64x?xf32>, %c: memref<?x?xf32>) {
  linalg.matmul ins(%a, %b : memref<?x64xf32>, memref<64x?xf32>) outs(%c : memref<?x?xf32>)
  return
}

// -----

// Two results at once, one of them an index: all are carried. Only sums of floats get flags.
// CHECK-LABEL: func @largest(
// CHECK: %[[BEST:.*]]:2 = scf.for %[[I:.*]] = {{.*}} iter_args(%[[VALUE:.*]] = %{{.*}}, %[[PLACE:.*]] = %{{.*}}) -> (f32, index)
// CHECK: %[[ELEMENT:.*]] = memref.load
// CHECK: %[[LARGER:.*]] = arith.cmpf ogt, %[[ELEMENT]], %[[VALUE]]
// CHECK-DAG: arith.select %[[LARGER]], %[[ELEMENT]], %[[VALUE]]
// CHECK-DAG: arith.select %[[LARGER]], %[[I]], %[[PLACE]]
// CHECK-COUNT-2: memref.store %[[BEST]]#
#elements = affine_map<(r, i) -> (r, i)>
#rows = affine_map<(r, i) -> (r)>
func.func @largest(%x: memref<?x16xf32>, %value: memref<?xf32>, %place: memref<?xindex>) {
  linalg.generic {indexing_maps = [#elements, #rows, #rows],
                  iterator_types = ["parallel", "reduction"]}
      ins(%x : memref<?x16xf32>) outs(%value, %place : memref<?xf32>, memref<?xindex>) {
  ^bb0(%element: f32, %best: f32, %where: index):
    %i = linalg.index 1 : index
    %is_larger = arith.cmpf ogt, %element, %best : f32
    %next = arith.select %is_larger, %element, %best : f32
    %next_where = arith.select %is_larger, %i, %where : index
    linalg.yield %next, %next_where : f32, index
  }
  return
}

// -----

// A transposition writes along memory; an op without loops is one assignment.
// CHECK-LABEL: func @transpose(
// CHECK-SAME: %[[A:.*]]: memref<4x8xf32>, %[[B:.*]]: memref<8x4xf32>, %[[S:.*]]: memref<f32>, %[[T:.*]]: memref<f32>
// CHECK: scf.for %[[I:.*]] = %{{.*}} to %c8
// CHECK-NEXT: scf.for %[[J:.*]] = %{{.*}} to %c4
// CHECK-NEXT: %[[X:.*]] = memref.load %[[A]][%[[J]], %[[I]]]
// CHECK-NEXT: memref.store %[[X]], %[[B]][%[[I]], %[[J]]]
// CHECK: %[[ELEMENT:.*]] = memref.load %[[S]][]
// CHECK-NEXT: memref.store %[[ELEMENT]], %[[T]][]
func.func @transpose(%a: memref<4x8xf32>, %b: memref<8x4xf32>, %s: memref<f32>, %t: memref<f32>) {
  linalg.transpose ins(%a : memref<4x8xf32>) outs(%b : memref<8x4xf32>) permutation = [1, 0]
  linalg.copy ins(%s : memref<f32>) outs(%t : memref<f32>)
  return
}
