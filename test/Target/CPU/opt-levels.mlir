// -O0 keeps the code as it is written, -O1 and up do not; internal code that nobody uses goes away.
// RUN: attn-translate --llvm-to-llvmir --opt-level=0 %s | FileCheck %s --check-prefix=O0
// RUN: attn-translate --llvm-to-llvmir --opt-level=1 %s | FileCheck %s --check-prefix=OPT
// RUN: attn-translate --llvm-to-llvmir --opt-level=2 %s | FileCheck %s --check-prefix=OPT
// RUN: attn-translate --llvm-to-llvmir --opt-level=3 %s | FileCheck %s --check-prefix=OPT

// O0: define internal i64 @helper
// O0: call i64 @helper
// OPT-NOT: @helper
// OPT: define {{.*}}i64 @f(i64
// OPT-NEXT: shl {{.*}}, 1
// OPT-NEXT: ret
llvm.func internal @helper(%x: i64) -> i64 {
  %y = llvm.add %x, %x : i64
  llvm.return %y : i64
}
llvm.func @f(%x: i64) -> i64 {
  %y = llvm.call @helper(%x) : (i64) -> i64
  llvm.return %y : i64
}
