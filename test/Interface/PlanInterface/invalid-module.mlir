// Calls that are left, and what a model may not contain.
// RUN: attn-opt %s --attn-plan-interface --split-input-file --verify-diagnostics

func.func private @fold(%a: tensor<4xf32>) -> tensor<4xf32> {
  %r = func.call @fold(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}
func.func @f(%a: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error@+1 {{a call of 'fold' cannot be inlined, so it cannot be compiled; recursion is not supported}}
  %r = func.call @fold(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %r : tensor<4xf32>
}

// -----
func.func private @elsewhere(%a: tensor<4xf32>)
func.func @f(%a: tensor<4xf32>) {
  // expected-error@+1 {{a call of 'elsewhere' cannot be compiled: the function has no body}}
  func.call @elsewhere(%a) : (tensor<4xf32>) -> ()
  return
}

// -----
func.func @f(%a: tensor<4xf32>) {
  %g = func.constant @f : (tensor<4xf32>) -> ()
  // expected-error@+1 {{a call of something that is not a function of this module cannot be compiled}}
  func.call_indirect %g(%a) : (tensor<4xf32>) -> ()
  return
}

// -----
// expected-error@+1 {{a module inside a module cannot be compiled}}
module {
}
func.func @f() { return }

// -----
// expected-error@+1 {{'attnc.interface' is set by the compiler, not in a model}}
func.func @f() attributes {attnc.interface = {arguments = [], symbols = []}} { return }

// -----
// expected-error@+1 {{'attnc.scratch_bytes' is set by the compiler, not in a model}}
func.func @f() attributes {attnc.scratch_bytes = 64 : i64} { return }
