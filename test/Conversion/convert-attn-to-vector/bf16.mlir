// RUN: attn-opt %s --convert-attn-to-vector --canonicalize | FileCheck %s --check-prefix=AVX2
// RUN: attn-opt %s \
// RUN:   --convert-attn-to-vector=features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16 \
// RUN:   --canonicalize | FileCheck %s --check-prefix=DOT

!q = memref<?x16xbf16>
!acc = memref<1x8x16xf32>
!row = memref<1x16xf32>

// bf16 pairs are multiplied by vdpbf16ps where the target has it, else widened for f32 arithmetic.
// AVX2-LABEL: func @step
// AVX2-NOT: x86vector.avx512.dot
// AVX2: arith.extf {{.*}} : vector<8xbf16> to vector<8xf32>
// AVX2: vector.fma {{.*}} : vector<8xf32>
// AVX2: return
// DOT-LABEL: func @step
// DOT-NOT: vector.fma
// DOT: x86vector.avx512.dot {{.*}} : vector<32xbf16> -> vector<16xf32>
// DOT: math.exp {{.*}} : vector<16xf32>
// DOT: x86vector.avx512.dot {{.*}} : vector<32xbf16> -> vector<16xf32>
// DOT: return
func.func @step(%q: !q, %k: !q, %v: memref<?x8xbf16>, %n: index, %acc: !acc, %max: !row,
                %sum: !row) {
  attn.online_step ins(%q, %k, %v : !q, !q, memref<?x8xbf16>) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 32 : i64, scale = 0.25 : f64}
  return
}
