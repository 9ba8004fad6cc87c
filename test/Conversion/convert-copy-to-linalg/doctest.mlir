// RUN: attn-opt %s --convert-copy-to-linalg | FileCheck %s

// Copies become linalg ops, which lower to loops; a call of MLIR's runner library would not link.
// CHECK-LABEL: func @copy
// CHECK-SAME: (%[[A:.*]]: memref<?xf32, strided<[?]>>, %[[B:.*]]: memref<?xf32>)
// CHECK-NEXT: linalg.copy ins(%[[A]] : memref<?xf32, strided<[?]>>) outs(%[[B]] : memref<?xf32>)
// CHECK-NEXT: return
func.func @copy(%a: memref<?xf32, strided<[?]>>, %b: memref<?xf32>) {
  memref.copy %a, %b : memref<?xf32, strided<[?]>> to memref<?xf32>
  return
}
