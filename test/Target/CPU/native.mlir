// -march=native: this machine's CPU, with nothing that it lacks.
// REQUIRES: avx2
// RUN: attn-translate --llvm-to-llvmir -march=native %s | FileCheck %s
// RUN: not attn-translate --llvm-to-llvmir --target=aarch64-linux-gnu -march=native %s 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CROSS

// CHECK: "target-cpu"="{{[^"]+}}" "target-features"="{{.*}}+avx2,
// CROSS: error: -march=native: this machine is x86_64, the target is aarch64-unknown-linux-gnu
llvm.func @f() {
  llvm.return
}
