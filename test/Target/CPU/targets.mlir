// CPUs by name: what the code may use follows, on x86-64 and on AArch64.
// RUN: attn-translate --llvm-to-llvmir --target=x86_64-linux-gnu %s | FileCheck %s --check-prefix=V3
// RUN: attn-translate --llvm-to-llvmir --target=x86_64-linux-gnu -march=x86-64-v4 %s | FileCheck %s --check-prefix=V4
// RUN: attn-translate --llvm-to-llvmir --target=aarch64-linux-gnu %s | FileCheck %s --check-prefix=ARM
// RUN: attn-translate --llvm-to-llvmir --target=aarch64-linux-gnu -march=neoverse-v2 %s | FileCheck %s --check-prefix=V2
// RUN: attn-translate --llvm-to-assembly --target=x86_64-linux-gnu %s | FileCheck %s --check-prefix=YMM
// RUN: attn-translate --llvm-to-assembly --target=x86_64-linux-gnu -march=x86-64-v4 %s | FileCheck %s --check-prefix=ZMM
// RUN: attn-translate --llvm-to-assembly --target=aarch64-linux-gnu %s | FileCheck %s --check-prefix=NEON

// V3: target triple = "x86_64-unknown-linux-gnu"
// V3: attributes #{{.*}} "target-cpu"="x86-64-v3" "target-features"="{{.*}}+avx2,{{.*}}+fma,
// V3-NOT: avx512
// V4: "target-cpu"="x86-64-v4" "target-features"="{{.*}}+avx512dq,+avx512f,
// ARM: target triple = "aarch64-unknown-linux-gnu"
// ARM: "target-cpu"="generic" "target-features"="{{.*}}+neon
// V2: "target-cpu"="neoverse-v2" "target-features"="{{.*}}+sve2

// YMM-COUNT-2: vfmadd{{[0-9]+}}ps {{.*}}%ymm
// ZMM: vfmadd{{[0-9]+}}ps {{.*}}%zmm
// NEON-COUNT-4: fmla v{{[0-9]+}}.4s
llvm.func @fma(%a: !llvm.ptr, %b: !llvm.ptr, %c: !llvm.ptr) {
  %x = llvm.load %a {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %y = llvm.load %b {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %z = llvm.load %c {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
  %r = llvm.intr.fma(%x, %y, %z) : (vector<16xf32>, vector<16xf32>, vector<16xf32>) -> vector<16xf32>
  llvm.store %r, %c {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
  llvm.return
}
