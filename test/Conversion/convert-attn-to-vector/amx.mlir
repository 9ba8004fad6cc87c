// RUN: attn-opt %s --convert-attn-to-vector=features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16,+amx-tile,+amx-bf16 \
// RUN:   --canonicalize --cse | FileCheck %s

!q = memref<?x32xbf16>
!v = memref<?x64xbf16>
!acc = memref<1x64x32xf32>
!row = memref<1x32xf32>

// With AMX both products work on two by two tiles of 16 x 16: the scores of 32 keys, and 32 value
// dims of the output. The softmax between them is that of other targets.
// CHECK-LABEL: func @step
// CHECK-NOT: attn.
// CHECK: scf.for %{{.*}} = %c0 to %{{.*}} step %c32
// CHECK-COUNT-4: amx.tile_zero : !amx.tile<16x16xf32>
// CHECK-COUNT-4: amx.tile_load {{.*}} into !amx.tile<16x32xbf16>
// CHECK-COUNT-4: amx.tile_mulf
// CHECK-COUNT-4: amx.tile_store
// CHECK: math.exp %{{.*}} {attnc.non_positive} : vector<16xf32>
// The accumulator is loaded, added to and stored.
// CHECK: scf.for %{{.*}} = %c0 to %c64 step %c32
// CHECK-COUNT-4: amx.tile_load {{.*}} into !amx.tile<16x16xf32>
// CHECK: amx.tile_mulf
// CHECK: amx.tile_store
// CHECK-NOT: vector.fma
// CHECK: return
func.func @step(%q: !q, %k: !q, %v: !v, %n: index, %acc: !acc, %max: !row, %sum: !row) {
  attn.online_step ins(%q, %k, %v : !q, !q, !v) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 64 : i64, scale = 0.25 : f64}
  return
}

// A value dim that is no multiple of 32 takes f32 arithmetic.
// CHECK-LABEL: func @odd
// CHECK-NOT: amx.
// CHECK: vector.fma {{.*}} : vector<16xf32>
// CHECK: return
func.func @odd(%q: !q, %k: !q, %v: memref<?x40xbf16>, %n: index, %acc: memref<1x40x32xf32>,
               %max: !row, %sum: !row) {
  attn.online_step ins(%q, %k, %v : !q, !q, memref<?x40xbf16>) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : memref<1x40x32xf32>, !row, !row) {key_tile = 64 : i64, scale = 0.25 : f64}
  return
}
