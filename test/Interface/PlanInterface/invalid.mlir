// What the C interface cannot carry.
// RUN: attn-opt %s --attn-plan-interface --split-input-file --verify-diagnostics

// expected-error@+1 {{argument 0 of 'f' cannot be passed from C: it must be a ranked tensor, got 'tensor<*xf32>'}}
func.func @f(%a: tensor<*xf32>) { return }

// -----
// expected-error@+1 {{argument 0 of 'f' cannot be passed from C: it must be a ranked tensor, got 'i8'; scalars are index, i32, i64, f32 and f64}}
func.func @f(%a: i8) { return }

// -----
// expected-error@+1 {{it must be a ranked tensor, got 'memref<4xf32>'; scalars are index}}
func.func @f(%a: memref<4xf32>) { return }

// -----
// expected-error@+1 {{it must be a ranked tensor, got 'tuple<f32>'}}
func.func @f(%a: tuple<f32>) { return }

// -----
// expected-error@+1 {{it must have elements of f64, f32, f16, bf16, i1 or an integer of 8, 16, 32 or 64 bits, got 'tensor<4xcomplex<f32>>'}}
func.func @f(%a: tensor<4xcomplex<f32>>) { return }

// -----
// expected-error@+1 {{an integer of 8, 16, 32 or 64 bits, got 'tensor<4xi4>'}}
func.func @f(%a: tensor<4xi4>) { return }

// -----
// expected-error@+1 {{got 'tensor<4xindex>'}}
func.func @f(%a: tensor<4xindex>) { return }

// -----
// expected-error@+1 {{got 'tensor<4xf8E4M3FN>'}}
func.func @f(%a: tensor<4xf8E4M3FN>) { return }

// -----
// expected-error@+1 {{it must be a tensor without encoding, got 'tensor<4xf32, "sparse">'}}
func.func @f(%a: tensor<4xf32, "sparse">) { return }

// -----
// expected-error@+1 {{result 0 of 'f' cannot be returned to C: it must be a ranked tensor, got 'f32'}}
func.func @f(%a: f32) -> f32 { return %a : f32 }

// -----
func.func @f(%a: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %r = tensor.empty(%n) : tensor<?xf32>
  // expected-error@+1 {{dimension 0 of result 0 is not the size of any argument, so a caller cannot allocate the result; give it a static size or pass a tensor that has this size}}
  return %r : tensor<?xf32>
}

// -----
// A dimension that a tensor does not have is no size.
func.func @f(%a: tensor<?xf32>) -> tensor<?xf32> {
  %c9 = arith.constant 9 : index
  %n = tensor.dim %a, %c9 : tensor<?xf32>
  %r = tensor.empty(%n) : tensor<?xf32>
  // expected-error@+1 {{dimension 0 of result 0 is not the size of any argument}}
  return %r : tensor<?xf32>
}

// -----
func.func @f(%a: tensor<?xf32>, %b: tensor<?xf32>, %c: i32) -> tensor<?xf32> {
  %zero = arith.constant 0 : i32
  %first = arith.cmpi eq, %c, %zero : i32
  %r = scf.if %first -> tensor<?xf32> {
    scf.yield %a : tensor<?xf32>
  } else {
    scf.yield %b : tensor<?xf32>
  }
  // expected-error@+1 {{dimension 0 of result 0 is not the size of any argument}}
  return %r : tensor<?xf32>
}

// -----
func.func @f(%a: tensor<?xf32>, %b: tensor<?xf32>, %c: i32) -> tensor<?xf32> {
  %zero = arith.constant 0 : i32
  %first = arith.cmpi eq, %c, %zero : i32
  cf.cond_br %first, ^a, ^b
^a:
  return %a : tensor<?xf32>
^b:
  // expected-error@+1 {{dimension 0 of result 0 differs from that of another return}}
  return %b : tensor<?xf32>
}

// -----
func.func @f(%a: tensor<4xf32>) -> tensor<5xf32> {
  %b = tensor.cast %a : tensor<4xf32> to tensor<?xf32>
  // expected-error@+1 {{'tensor.cast' op requires sizes 5 and 4 to be equal}}
  %c = tensor.cast %b : tensor<?xf32> to tensor<5xf32>
  return %c : tensor<5xf32>
}

// -----
// As many numbers as sequences.
func.func @f(%x: tensor<1x?x4xf32>, %w: tensor<4x2xf32>, %ends: tensor<?xi32>,
             %h: tensor<?x1x4xf32>) -> tensor<?xi32> {
  %y = attn.causal_conv1d %x, %w init(%h) cu_seqlens(%ends)
      : (tensor<1x?x4xf32>, tensor<4x2xf32>, tensor<?x1x4xf32>, tensor<?xi32>) -> tensor<1x?x4xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %h, %c0 : tensor<?x1x4xf32>
  %part = tensor.extract_slice %ends[0] [%n] [1] : tensor<?xi32> to tensor<?xi32>
  // expected-error@+1 {{'arith.addi' op requires sizes to be equal that differ by 1}}
  %r = arith.addi %ends, %part : tensor<?xi32>
  return %r : tensor<?xi32>
}

// -----
func.func @f(%x: tensor<1x?x4xf32>, %w: tensor<4x2xf32>, %none: tensor<0xi32>)
    -> tensor<1x?x4xf32> {
  %ends = tensor.cast %none : tensor<0xi32> to tensor<?xi32>
  // expected-error@+1 {{'attn.causal_conv1d' op requires a size of 1 or more, got 0}}
  %y = attn.causal_conv1d %x, %w cu_seqlens(%ends)
      : (tensor<1x?x4xf32>, tensor<4x2xf32>, tensor<?xi32>) -> tensor<1x?x4xf32>
  return %y : tensor<1x?x4xf32>
}

// -----
// expected-error@+1 {{'f' never returns}}
func.func @f(%a: tensor<4xf32>) {
  cf.br ^again
^again:
  cf.br ^again
}
