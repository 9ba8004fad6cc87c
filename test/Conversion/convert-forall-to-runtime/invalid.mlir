// RUN: attn-opt %s --convert-forall-to-runtime --split-input-file --verify-diagnostics

// Loops on tensors, and loops that do not count from 0 by 1, are refused.
func.func @tensors(%x: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @+1 {{must be bufferized before convert-forall-to-runtime}}
  %r = scf.forall (%i) in (8) shared_outs(%o = %x) -> (tensor<8xf32>) {
    %s = tensor.extract_slice %o[%i] [1] [1] : tensor<8xf32> to tensor<1xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %s into %o[%i] [1] [1] : tensor<1xf32> into tensor<8xf32>
    }
  }
  return %r : tensor<8xf32>
}

// -----

func.func @steps(%x: memref<8xf32>) {
  %zero = arith.constant 0.0 : f32
  // expected-error @+1 {{must run from 0 in steps of 1}}
  scf.forall (%i) = (0) to (8) step (2) {
    memref.store %zero, %x[%i] : memref<8xf32>
  }
  return
}
