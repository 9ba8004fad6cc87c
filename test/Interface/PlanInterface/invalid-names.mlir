// Names that C, its library or the artifact has taken.
// RUN: attn-opt %s --attn-plan-interface --split-input-file --verify-diagnostics

// expected-error@+1 {{the function name 'main' is a name of the C library}}
func.func @main() { return }

// -----
// expected-error@+1 {{the function name 'malloc' is a name of the C library}}
func.func @malloc() { return }

// -----
// expected-error@+1 {{the function name 'pthread_create' is a name of the C library}}
func.func @pthread_create() { return }

// -----
// expected-error@+1 {{the function name 'register' is a keyword or a predefined macro of C or C++}}
func.func @register() { return }

// -----
// expected-error@+1 {{the function name 'template' is a keyword or a predefined macro of C or C++}}
func.func @template() { return }

// -----
// expected-error@+1 {{the function name 'a.b' is not an identifier of C; wanted letters, digits and _, not beginning with a digit}}
func.func @a.b() { return }

// -----
// expected-error@+1 {{the function name '\22; system(\C3\A9)' is not an identifier of C}}
func.func @"\22; system(é)"() { return }

// -----
// expected-error@+1 {{the function name '_Start' is reserved for compilers: it begins with _ and a capital or a second _}}
func.func @_Start() { return }

// -----
// expected-error@+1 {{the function name 'attnc_last_error' is taken by the headers of attnc, DLPack or C}}
func.func @attnc_last_error() { return }

// -----
// expected-error@+1 {{the function name 'uint8_t' is taken by the headers of attnc, DLPack or C}}
func.func @uint8_t() { return }

// -----
func.func @f() { return }
// expected-error@+1 {{the entry points of 'f_argv' and of 'f' would both have the name 'f_argv'}}
func.func @f_argv() { return }

// -----
func.func @f() { return }
// expected-error@+1 {{the name 'f_metadata' is reserved for the entry points of the compiled module}}
func.func private @f_metadata() { return }

// -----
// expected-error@+1 {{the name 'attnc_rt_invoke' is reserved for the entry points of the compiled module}}
func.func private @attnc_rt_invoke()

// -----
func.func @f() { return }
// expected-error@+1 {{the name 'f.entry' is reserved for the entry points of the compiled module}}
func.func private @f.entry() { return }

// -----
// expected-error@+1 {{the argument name 'int' is a keyword or a predefined macro of C or C++}}
func.func @f(%a: index {attnc.name = "int"}) { return }

// -----
// expected-error@+1 {{the argument name 'call' is the name of the last parameter of every function}}
func.func @f(%a: index {attnc.name = "call"}) { return }

// -----
// expected-error@+1 {{the argument name '' is not an identifier of C}}
func.func @f(%a: index {attnc.name = ""}) { return }

// -----
// expected-error@+1 {{'attnc.name' must be a string, got 3 : i64}}
func.func @f(%a: index {attnc.name = 3}) { return }

// -----
// expected-error@+1 {{two arguments of 'f' are named 'x'}}
func.func @f(%a: index {attnc.name = "x"}, %b: index {attnc.name = "x"}) { return }

// -----
// expected-error@+1 {{two arguments of 'f' are named 'x'}}
func.func @f(%a: tensor<1xf32> {attnc.name = "x"}) -> (tensor<1xf32> {attnc.name = "x"}) {
  return %a : tensor<1xf32>
}
