// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s --check-prefix=AVX2
// RUN: attn-opt %s \
// RUN:   --convert-attn-to-vector=features=+avx512f,+avx512bw,+avx512dq,+avx512vl \
// RUN:   --canonicalize --cse | FileCheck %s --check-prefix=AVX512
// RUN: attn-opt %s --convert-attn-to-vector="triple=aarch64-linux-gnu features=+neon" \
// RUN:   --canonicalize --cse | FileCheck %s --check-prefix=NEON

!q = memref<?x20xf32>
!v = memref<?x16xf32>
!acc = memref<1x16x48xf32>
!row = memref<1x48xf32>

// Both products carry a register tile of accumulators through loops that are unrolled four times:
// 4 or 8 keys (value dims) times the 48 queries of a panel, of 8, 16 or 4 lanes each.
// AVX2-LABEL: func @step
// AVX2: scf.for %{{.*}} = %c0 to %c20 step %c4 iter_args
// AVX2-COUNT-96: vector.fma {{.*}} : vector<8xf32>
// AVX2-NOT: vector.fma
// AVX2: scf.yield
// AVX2: math.exp
// AVX2: scf.for %{{.*}} = %c0 to %c16 step %c4
// AVX2-COUNT-24: arith.mulf
// AVX2: scf.for {{.*}} step %c4 iter_args
// AVX2-COUNT-96: vector.fma
// AVX2-NOT: vector.fma
// AVX2: return

// AVX512-LABEL: func @step
// AVX512: scf.for %{{.*}} = %c0 to %c20 step %c4 iter_args
// AVX512-COUNT-96: vector.fma {{.*}} : vector<16xf32>
// AVX512-NOT: vector.fma
// AVX512: scf.yield
// AVX512: math.exp
// AVX512: scf.for %{{.*}} = %c0 to %c16 step %c8
// AVX512: scf.for {{.*}} step %c4 iter_args
// AVX512-COUNT-96: vector.fma
// AVX512-NOT: vector.fma
// AVX512: return

// NEON-LABEL: func @step
// NEON: scf.for %{{.*}} = %c0 to %c20 step %c4 iter_args
// NEON-COUNT-192: vector.fma {{.*}} : vector<4xf32>
// NEON-NOT: vector.fma
// NEON: math.exp
// NEON: scf.for {{.*}} step %c4 iter_args
// NEON-COUNT-192: vector.fma
// NEON-NOT: vector.fma
// NEON: return
func.func @step(%q: !q, %k: !q, %v: !v, %n: index, %acc: !acc, %max: !row, %sum: !row) {
  attn.online_step ins(%q, %k, %v : !q, !q, !v) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 32 : i64, scale = 0.25 : f64}
  return
}

// A depth of 22 ends with two single columns, a value dim of 6 with a tile of two rows.
// AVX2-LABEL: func @tails
// AVX2: scf.for %{{.*}} = %c0 to %c20 step %c4 iter_args
// AVX2-COUNT-32: vector.fma
// AVX2-NOT: vector.fma
// AVX2: scf.for %{{.*}} = %c20 to %c22 step %c1 iter_args
// AVX2-COUNT-8: vector.fma
// AVX2-NOT: vector.fma
// AVX2: math.exp
// AVX2: scf.for {{.*}} step %c4 iter_args
// AVX2-COUNT-32: vector.fma
// AVX2: scf.for {{.*}} step %c4 iter_args
// AVX2-COUNT-16: vector.fma
// AVX2-NOT: vector.fma
// AVX2: return
func.func @tails(%q: memref<?x22xf32>, %k: memref<?x22xf32>, %v: memref<?x6xf32>, %n: index,
                 %acc: memref<1x6x16xf32>, %max: memref<1x16xf32>, %sum: memref<1x16xf32>) {
  attn.online_step ins(%q, %k, %v : memref<?x22xf32>, memref<?x22xf32>, memref<?x6xf32>)
    at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : memref<1x6x16xf32>, memref<1x16xf32>, memref<1x16xf32>)
    {key_tile = 32 : i64, scale = 0.25 : f64}
  return
}
