// Passes that plan and emit the C interface of a module's functions.
#ifndef ATTNC_INTERFACE_PASSES_TD
#define ATTNC_INTERFACE_PASSES_TD

include "mlir/Pass/PassBase.td"

def AttnPlanInterfacePass : Pass<"attn-plan-interface", "::mlir::ModuleOp"> {
  let summary = "Give every public function the signature and the description of a C function";
  let description = [{
    Runs on tensors, before tiling, with calls inlined. For every public function the pass

    - refuses what the C interface cannot carry: names that C or the C library has taken, element
      types without a DLPack type, scalar results, sizes of results that are not the size of some
      argument, calls that are left;
    - finds out which dynamic sizes must agree, or differ by a constant, from the ops that require
      it;
    - turns every result into a trailing memref argument that the caller allocates. Empty tensor
      elimination then makes the computation write straight into it;
    - fixes the layout of all tensors: free strides, the last dimension contiguous, inputs not
      writable;
    - records names, types and sizes in the attribute `attnc.interface`, from which the header and
      the metadata are made.

    Arguments are called by their `attnc.name`, or `arg0`, `arg1`, ...; results `out0`, ... From

    ```mlir
    func.func @add(%x: tensor<?x8xf32> {attnc.name = "x"}, %y: tensor<?x8xf32>)
        -> tensor<?x8xf32> {
      %sum = arith.addf %x, %y : tensor<?x8xf32>
      return %sum : tensor<?x8xf32>
    }
    ```

    it makes a function that takes the result as an argument and shares one symbol, -1, among the
    dynamic sizes:

    ```mlir
    func.func @add(%x: tensor<?x8xf32> {bufferization.buffer_layout = strided<[?, 1]>,
                                        bufferization.writable = false},
                   %y: tensor<?x8xf32> {...}, %out: memref<?x8xf32, strided<[?, 1]>>)
        attributes {attnc.interface = {arguments = [
            {element = f32, kind = "input", name = "x", shape = array<i64: -1, 8>},
            {element = f32, kind = "input", name = "arg1", shape = array<i64: -1, 8>},
            {element = f32, kind = "output", name = "out0", shape = array<i64: -1, 8>}
          ],
          symbols = ["N1"]}, llvm.emit_c_interface} {
      %sum = arith.addf %x, %y : tensor<?x8xf32>
      bufferization.materialize_in_destination %sum in restrict writable %out : ...
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::affine::AffineDialect"];
}

def AttnEmitCInterfacePass : Pass<"attn-emit-c-interface", "::mlir::ModuleOp"> {
  let summary = "Emit the C entry points and the metadata of every function with an interface";
  let description = [{
    The last step of a pipeline. Needs the LLVM dialect, with the function `_mlir_ciface_f` that
    `convert-func-to-llvm` makes beside each `f`. For a function `add` it renames the function to
    `add.body` and adds, calling the artifact runtime:

    ```mlir
    llvm.func @add(%x: !llvm.ptr, %y: !llvm.ptr, %out: !llvm.ptr, %call: !llvm.ptr) -> i32
    llvm.func @add_argv(%argv: !llvm.ptr, %call: !llvm.ptr) -> i32
    llvm.func @add_metadata() -> !llvm.ptr
    llvm.func @add_workspace(%call: !llvm.ptr) -> i64
    ```

    All other definitions become internal. `attnc.scratch_bytes` of the function goes into the
    metadata, as do the options, which describe the target.
  }];
  let options = [
    Option<"triple", "triple", "std::string", /*default=*/"", "Target triple">,
    Option<"features", "features", "std::string", /*default=*/"",
           "LLVM's feature string of the target, as \"+avx2,+fma\"">,
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // ATTNC_INTERFACE_PASSES_TD
