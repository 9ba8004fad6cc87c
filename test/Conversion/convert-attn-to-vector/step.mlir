// RUN: attn-opt %s --convert-attn-to-vector --canonicalize | FileCheck %s
// RUN: attn-opt %s \
// RUN:   --convert-attn-to-vector=features=+avx512f,+avx512bw,+avx512dq,+avx512vl \
// RUN:   --canonicalize | FileCheck %s --check-prefix=AVX512

!q = memref<?x16xf32>
!acc = memref<1x8x16xf32>
!row = memref<1x16xf32>

// S^T = K Q^T by multiply-adds of a broadcast key element and lanes of queries, then exponentials
// of scores less their maximum, then O^T += V^T P^T. Nothing of attn is left.
// CHECK-LABEL: func @step
// CHECK-NOT: attn.
// CHECK: vector.shuffle
// CHECK: %[[KEY:.*]] = memref.load %{{.*}} : memref<?x16xf32
// CHECK: %[[LEFT:.*]] = vector.broadcast %[[KEY]] : f32 to vector<8xf32>
// CHECK: vector.fma %[[LEFT]], %{{.*}}, %{{.*}} : vector<8xf32>
// CHECK: math.exp %{{.*}} {attnc.non_positive} : vector<8xf32>
// CHECK: vector.fma {{.*}} : vector<8xf32>
// CHECK: return
// AVX512-LABEL: func @step
// AVX512: vector.fma {{.*}} : vector<16xf32>
// AVX512: math.exp %{{.*}} {attnc.non_positive} : vector<16xf32>
// AVX512: return
func.func @step(%q: !q, %k: !q, %v: memref<?x8xf32>, %n: index, %acc: !acc, %max: !row, %sum: !row) {
  attn.online_step ins(%q, %k, %v : !q, !q, memref<?x8xf32>) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 32 : i64, scale = 0.25 : f64}
  return
}
