// RUN: attn-opt %s --attnc-cpu-pipeline=until=attn | FileCheck %s --check-prefix=ATTN
// RUN: attn-opt %s --attnc-cpu-pipeline=until=tiled | FileCheck %s --check-prefix=TILED
// RUN: attn-opt %s --attnc-cpu-pipeline=until=buffers | FileCheck %s --check-prefix=BUFFERS
// RUN: attn-opt %s --attnc-cpu-pipeline=until=vector | FileCheck %s --check-prefix=VECTOR
// RUN: attn-opt %s --attnc-cpu-pipeline | FileCheck %s --check-prefix=LLVM
// RUN: attn-opt %s --attnc-cpu-pipeline=until=llvm | FileCheck %s --check-prefix=LLVM
// RUN: attn-opt %s --attnc-cpu-pipeline="features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16" \
// RUN:   | FileCheck %s --check-prefix=DOT

// Every stage leaves one level of IR: patterns become a region, attention becomes tiles, tensors
// become buffers, and what remains is vectors and tasks, then LLVM with the C interface.
// ATTN-LABEL: func.func @attention
// ATTN-NOT: mask = [
// ATTN: attn.attention {{.*}} mask (%{{.*}}, %{{.*}}, %[[I:.*]], %[[J:.*]]) {
// ATTN-NEXT: arith.cmpi sle, %[[J]], %[[I]]

// TILED-LABEL: func.func @attention
// TILED-SAME: attnc.interface
// TILED-NOT: attn.attention
// TILED: scf.forall
// TILED: attn.online_step {{.*}}: tensor<
// TILED: attn.online_finish

// BUFFERS-LABEL: func.func @attention
// BUFFERS-NOT: tensor<
// BUFFERS: scf.forall
// The state is updated in place: it is allocated once and copied never.
// BUFFERS-COUNT-3: memref.alloc
// BUFFERS-NOT: memref.alloc
// BUFFERS-NOT: memref.copy
// BUFFERS: attn.online_step {{.*}}: memref<
// BUFFERS-NOT: memref.copy
// BUFFERS: attn.online_finish
// BUFFERS-NOT: memref.copy
// BUFFERS: return

// VECTOR-LABEL: func.func @attention
// VECTOR-NOT: scf.forall
// VECTOR-NOT: memref.alloc
// VECTOR: call @attnc_parallel_for
// VECTOR-LABEL: func.func private @attention.task0
// VECTOR-NOT: attn.
// VECTOR-NOT: memref.alloc
// VECTOR: vector.fma
// VECTOR: math.exp

// LLVM-NOT: {{arith|math|vector|memref|scf|cf|func|builtin}}.{{[a-z]+}} %
// LLVM: llvm.func internal @attention.task0
// LLVM: llvm.intr.fmuladd{{.*}} -> vector<8xf32>
// LLVM-NOT: call @expf
// LLVM: llvm.func @attention(
// LLVM: llvm.func @attention_argv(
// LLVM: llvm.func @attention_metadata(
// LLVM: llvm.func @attention_workspace(

// DOT: llvm.x86.avx512bf16.dpbf16ps.512
func.func @attention(%q: tensor<?x8x?x64xbf16>, %k: tensor<?x2x?x64xbf16>,
                     %v: tensor<?x2x?x64xbf16>) -> tensor<?x8x?x64xbf16> {
  %o = attn.attention %q, %k, %v mask = [#attn.causal]
    : (tensor<?x8x?x64xbf16>, tensor<?x2x?x64xbf16>, tensor<?x2x?x64xbf16>)
      -> tensor<?x8x?x64xbf16>
  return %o : tensor<?x8x?x64xbf16>
}
