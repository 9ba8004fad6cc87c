// The header of the LLVM dialect is that of the tensor level.
// RUN: attn-opt %s --attn-emit-c-interface | attn-translate --interface-to-header > %t.after.h
// RUN: FileCheck %s --input-file=%t.after.h

// CHECK: int f(DLTensor *o, const attnc_call *call);
// CHECK-NOT: ciface
llvm.func @f() attributes {attnc.interface = {arguments = [
    {element = f32, kind = "output", name = "o", shape = array<i64: 4>}], symbols = []}} {
  llvm.return
}
llvm.func @_mlir_ciface_f(%o: !llvm.ptr) {
  llvm.return
}
