// A module that is not in the LLVM dialect cannot be translated; what is missing is said.
// RUN: not attn-translate --llvm-to-object %s -o %t.o 2>&1 | FileCheck %s

// CHECK: error: cannot be converted to LLVM IR: missing `LLVMTranslationDialectInterface` registration for dialect for op: func.func
// CHECK: error: the module cannot be translated to LLVM IR
func.func @f() {
  return
}
