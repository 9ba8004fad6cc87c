// RUN: attn-opt %s --convert-attn-to-vector --canonicalize | FileCheck %s

!acc = memref<1x8x8xf32>
!row = memref<1x8xf32>

// Rows are the accumulator over the sum, lse is max + log(sum); rows without a key are 0 and -inf.
// CHECK-LABEL: func @finish
// CHECK-NOT: attn.
// CHECK-DAG: arith.constant {{.*}}0xFF800000
// CHECK: arith.divf {{.*}} : vector<8xf32>
// CHECK: math.log
// CHECK: return
func.func @finish(%acc: !acc, %max: !row, %sum: !row, %o: memref<?x8xf32>, %lse: memref<?xf32>) {
  attn.online_finish ins(%acc, %max, %sum : !acc, !row, !row)
    outs(%o, %lse : memref<?x8xf32>, memref<?xf32>)
  return
}
