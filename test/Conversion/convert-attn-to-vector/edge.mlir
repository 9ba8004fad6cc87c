// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!acc = memref<1x1x8xf32>
!row = memref<1x8xf32>

// The elements of rows of one may have any stride: it is 1 from here on.
// CHECK-LABEL: func @one_element
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<1x1xf32, strided<[?, ?], offset: ?>>
// CHECK: memref.reinterpret_cast %[[Q]] to offset: [%{{.*}}], sizes: [1, 1], strides: [%{{.*}}, 1]
// CHECK-NOT: attn.
// CHECK: vector.load %{{.*}} : memref<1x1xf32, strided<[?, 1], offset: ?>>, vector<1xf32>
// CHECK: return
!q = memref<1x1xf32, strided<[?, ?], offset: ?>>
func.func @one_element(%q: !q, %n: index, %acc: !acc, %max: !row, %sum: !row) {
  attn.online_step ins(%q, %q, %q : !q, !q, !q) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 4 : i64, scale = 1.0 : f64}
  attn.online_finish ins(%acc, %max, %sum : !acc, !row, !row) outs(%q : !q)
  return
}

// Rows of 13 are loaded as 8, 4 and 1 elements: nothing behind a row is touched.
// CHECK-LABEL: func @odd_rows
// CHECK-DAG: vector.load %{{.*}} : memref<?x13xf16>, vector<8xf16>
// CHECK-DAG: vector.load %{{.*}} : memref<?x13xf16>, vector<4xf16>
// CHECK-DAG: vector.load %{{.*}} : memref<?x13xf16>, vector<1xf16>
// CHECK-NOT: vector.load {{.*}} : memref<?x13xf16>, vector<16xf16>
// CHECK: return
func.func @odd_rows(%q: memref<?x13xf16>, %v: memref<?x1xf16>, %n: index, %acc: !acc, %max: !row,
                    %sum: !row) {
  attn.online_step ins(%q, %q, %v : memref<?x13xf16>, memref<?x13xf16>, memref<?x1xf16>)
    at(%n, %n, %n, %n) outs(%acc, %max, %sum : !acc, !row, !row)
    {key_tile = 4 : i64, scale = 1.0 : f64}
  return
}

// A function without either op is left alone.
// CHECK-LABEL: func @nothing
// CHECK-NEXT: return
func.func @nothing() {
  return
}
