// Modules that did not come through the passes before.
// RUN: attn-opt %s --attn-emit-c-interface --split-input-file --verify-diagnostics

// expected-error@+1 {{'f' has an interface but no _mlir_ciface_f; convert-func-to-llvm makes it where llvm.emit_c_interface is}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = []}} { llvm.return }

// -----
// expected-error@+1 {{'f' takes 1 arguments, its interface describes 0}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = []}} { llvm.return }
llvm.func @_mlir_ciface_f(%x: !llvm.ptr) { llvm.return }

// -----
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = "yes"} { llvm.return }

// -----
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [{name = "x"}], symbols = []}} {
  llvm.return
}

// -----
// A symbol that is not in the list.
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [
    {element = f32, kind = "input", name = "x", shape = array<i64: -2>}], symbols = ["N1"]}} {
  llvm.return
}

// -----
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [
    {element = f32, kind = "inout", name = "x", shape = array<i64>}], symbols = []}} {
  llvm.return
}
