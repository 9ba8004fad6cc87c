// Passes between dialects on the way down to LLVM.
#ifndef ATTNC_CONVERSION_PASSES_TD
#define ATTNC_CONVERSION_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertAttnToVectorPass : Pass<"convert-attn-to-vector", "::mlir::func::FuncOp"> {
  let summary = "Lower the bufferized tiled form of attention to register-tiled vector kernels";
  let description = [{
    Each step becomes, for every panel of queries: S^T = K Q^T with lanes along queries, the running
    maximum folded into the epilogue of the scores, exponentials, and O^T += V^T P^T with the
    rescale folded into the start of the accumulators. Mask and score regions are inlined; the mask
    is applied only in blocks that the mask analysis does not prove full. The register tile follows
    from the target's vector unit (`triple`, `features`); bf16 uses the dot product of AVX512-BF16
    or the tiles of AMX where the target has them.

    ```mlir
    attn.online_step ins(%q, %k, %v : ...) at(%b, %h, %i, %j) outs(%acc, %max, %sum : ...) {...}
    // becomes loops over panels, blocks of keys and columns around
    %left = memref.load %keys[%row, %column] : memref<128x64xf32>
    %broadcast = vector.broadcast %left : f32 to vector<8xf32>
    %right = vector.load %queries[%panel, %column, %lane] : memref<8x64x24xf32>, vector<8xf32>
    %next = vector.fma %broadcast, %right, %accumulator : vector<8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::amx::AMXDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect",
                           "::mlir::x86vector::X86VectorDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "\"x86_64-linux-gnu\"", "target triple">,
    Option<"features", "features", "std::string", "\"+avx2,+fma\"", "LLVM's feature string">,
  ];
}

def ConvertForallToRuntimePass : Pass<"convert-forall-to-runtime", "::mlir::ModuleOp"> {
  let summary = "Outline bufferized scf.forall loops into tasks of attnc_parallel_for";
  let description = [{
    The body of each outermost `scf.forall` becomes a private function
    `(context, begin, end, worker)` that runs a range of iterations. Values from outside travel in
    the context; constants are rebuilt. Buffers of static size that the body allocates are placed
    in the worker's scratch, and the function gets the attribute `attnc.scratch_bytes`: the bytes
    that each worker needs. Nested `scf.forall` loops become plain loops.

    ```mlir
    scf.forall (%i) in (%n) {
      %buffer = memref.alloc() : memref<64xf32>
      ...
    }
    // becomes
    func.call @attnc_parallel_for(%context, %tasks, %task, %workers)
      : (!llvm.ptr, i64, !llvm.ptr, i64) -> ()
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

def ConvertCopyToLinalgPass : Pass<"convert-copy-to-linalg"> {
  let summary = "Turn memref.copy into linalg.copy";
  let description = [{
    A `memref.copy` between strided buffers would become a call of a C++ runtime library that
    artifacts do not have; a `linalg.copy` becomes a loop nest.

    ```mlir
    memref.copy %a, %b : memref<?xf32, strided<[?]>> to memref<?xf32>
    // becomes
    linalg.copy ins(%a : memref<?xf32, strided<[?]>>) outs(%b : memref<?xf32>)
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect"];
}

def ConvertContractionToForallPass : Pass<"convert-contraction-to-forall", "::mlir::func::FuncOp"> {
  let summary = "Cut matrix products on tensors into parallel tiles of the result";
  let description = [{
    A `linalg` op that multiplies and adds up becomes an `scf.forall` over tiles of its result, so
    that the threads share the work and the rows of a tile what they read of the other operand.
    Reductions are not cut: the result does not depend on the number of threads. Products of static
    sizes that are not worth it stay as they are.

    ```mlir
    %y = linalg.contract ... ins(%x, %w : tensor<?x768xf32>, tensor<3072x768xf32>)
           outs(%zero : tensor<?x3072xf32>) -> tensor<?x3072xf32>
    // becomes
    %y = scf.forall (%i, %j) in (%rowTiles, 24) shared_outs(%out = %zero) -> (tensor<?x3072xf32>) {
      %tile = linalg.contract ... ins(%rows, %columns : tensor<?x768xf32>, tensor<128x768xf32>)
                outs(%outTile : tensor<?x128xf32>) -> tensor<?x128xf32>
      ...
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}

def ConvertLinalgToContiguousLoopsPass
    : Pass<"convert-linalg-to-contiguous-loops", "::mlir::func::FuncOp"> {
  let summary = "Lower linalg ops on buffers to loops that LLVM can vectorise";
  let description = [{
    Innermost becomes the loop that steps over the fewest operands with gaps. Where it is a
    reduction, the running values are carried by the loop instead of going through memory, and sums
    of floats get the flags `reassoc` and `contract`: the order of a sum is the compiler's, and the
    same in every run.

    ```mlir
    linalg.generic {... iterator_types = ["parallel", "reduction"]}
      ins(%w, %x : memref<8x256xf32>, memref<256xf32>) outs(%y : memref<8xf32>) {...}
    // becomes
    scf.for %o = ... {
      %start = memref.load %y[%o] : memref<8xf32>
      %sum = scf.for %k = ... iter_args(%carried = %start) -> (f32) {
        ...
        %product = arith.mulf %a, %b fastmath<contract> : f32
        %next = arith.addf %carried, %product fastmath<reassoc,contract> : f32
        scf.yield %next : f32
      }
      memref.store %sum, %y[%o] : memref<8xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::scf::SCFDialect"];
}

#endif // ATTNC_CONVERSION_PASSES_TD
