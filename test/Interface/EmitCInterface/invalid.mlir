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

// -----
// A sum with a symbol that is not there before it.
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = [{base = -2 : i64, plus = 1 : i64}, "S"]}} {
  llvm.return
}

// -----
// A sum with a sum.
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = ["S", {base = -1 : i64, plus = 1 : i64}, {base = -2 : i64, plus = 1 : i64}]}} {
  llvm.return
}

// -----
// A difference.
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = ["S", {base = -1 : i64, plus = -1 : i64}]}} {
  llvm.return
}

// -----
// A sum with a number that has no symbol.
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = ["S", {base = 4 : i64, plus = 1 : i64}]}} {
  llvm.return
}

// -----
// A sum with nothing.
// expected-error@+1 {{'attnc.interface' is missing or is not what attn-plan-interface writes}}
llvm.func @f() attributes {attnc.interface = {arguments = [], symbols = ["S", {base = -1 : i64}]}} {
  llvm.return
}
