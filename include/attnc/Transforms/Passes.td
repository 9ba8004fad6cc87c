// Passes from the attn dialect to its tiled form.
#ifndef ATTNC_TRANSFORMS_PASSES_TD
#define ATTNC_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def AttnExpandPatternsPass : Pass<"attn-expand-patterns"> {
  let summary = "Replace mask patterns of attention ops by one mask region";
  let description = [{
    Builds the conjunction of the patterns' predicates. After this pass there is only the region,
    and nothing downstream knows a pattern by name.

    ```mlir
    %o = attn.attention %q, %k, %v mask = [#attn.causal] : ...
    // becomes
    %o = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
      %visible = arith.cmpi sle, %j, %i : index
      attn.yield %visible : i1
    } : ...
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}

def AttnTilePass : Pass<"attn-tile"> {
  let summary = "Tile attention and scans into parallel tasks that fold tiles of keys or time";
  let description = [{
    Every `attn.attention` becomes an `scf.forall` over (batch, head, query tile); each query tile
    folds key tiles into the softmax state and finishes its rows. The loop over keys runs from the
    first to the last key that the query tile may see, which the mask analysis gives in closed
    form; the last tile of queries and of keys is clipped. Tile sizes follow from the vector unit
    of the target (`triple`, `features`) unless `panels`, `panel-width` and `key-tile` are given.

    ```mlir
    %o = attn.attention %q, %k, %v mask (...) {...} : ...
    // becomes
    %o = scf.forall (%b, %h, %t) in (%batch, 8, %tiles) shared_outs(%out = %empty) -> (...) {
      %state:3 = scf.for %j = %first to %end step %keyTile iter_args(%acc, %max, %sum) -> (...) {
        attn.online_step ins(%qTile, %kTile, %vTile : ...) at(%b, %h, %i, %j)
          outs(%acc, %max, %sum : ...) {key_tile = 128, scale = 0.125} mask (...) {...} -> ...
      }
      attn.online_finish ins(%state#0, %state#1, %state#2 : ...) outs(%rows : ...) -> ...
    }
    ```

    Every `attn.selective_scan` becomes an `scf.forall` over (sequence, group or head, block of
    channels); each block folds tiles of time, one after the other, into its state. A block lies in
    one group or head and has `channels` channels, a tile `time-tile` steps; the last ones are
    clipped. `attn.causal_conv1d` is cut in the same way, with its window for a state.

    Where there are fewer blocks of channels than `threads`, a scan is cut along time too: chunks
    are first folded side by side from a state of 0, the merged states of those before it are then
    what a chunk starts from. That computes the state twice, so it is not done without need.

    ```mlir
    %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%h0) {delta_softplus} : ...
    // becomes
    %y, %last = scf.forall (%s, %g, %c) in (%batch, 1, 24) shared_outs(%rows, %states) -> (...) {
      %start = linalg.copy ins(%h0Block : ...) outs(%stateBlock : ...) -> ...
      %block:2 = scf.for %t = %begin to %end step %timeTile iter_args(%y = ..., %h = %start) {
        attn.scan_step ins(%uTile, %deltaTile, %ABlock, %BTile, %CTile : ...)
          state(%h : ...) output(%yTile : ...) {delta_softplus} -> ...
      }
    }
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "\"x86_64-linux-gnu\"", "target triple">,
    Option<"features", "features", "std::string", "\"+avx2,+fma\"", "LLVM's feature string">,
    Option<"panels", "panels", "int64_t", "0", "panels of a query tile">,
    Option<"panelWidth", "panel-width", "int64_t", "0", "queries of a panel">,
    Option<"keyTile", "key-tile", "int64_t", "0", "keys of a key tile">,
    Option<"channels", "channels", "int64_t", "0", "channels of a block of a scan">,
    Option<"timeTile", "time-tile", "int64_t", "0", "steps of a time tile of a scan">,
    Option<"threads", "threads", "int64_t", "0", "threads that there will be; 0: not known">,
  ];
}

def AttnFuseProducersPass : Pass<"attn-fuse-producers"> {
  let summary = "Compute what scans and convolutions read in tiles, where it is read";
  let description = [{
    Elementwise `linalg` ops, broadcasts and row sums whose results only the tiles of a scan or a
    convolution read are moved into the loop over time, one after the other along the chains. Each
    computes a tile into scratch of the task, so that the whole tensor never exists. Runs after
    `attn-tile`.

    Not moved are contractions, sums along an axis that tiles cut, and what has other uses as well.
    B and C are the same for all channels of a group, so that each block of channels computes them
    anew: that is done where a block has at least `fewest-channels`, and not with sums. Of the RMS
    norms of B and C in Falcon-Mamba and Jamba the scaling moves, the sums of squares, one number
    per step, are computed once before. Remarks tell of each op.

    ```mlir
    %scaled = linalg.generic ins(%projected : tensor<?x?x64xf32>) outs(...) {...} -> tensor<?x?x64xf32>
    scf.forall ... {
      scf.for %t = ... {
        %delta = tensor.extract_slice %scaled[%b, %t, 0] [1, %steps, 64] [1, 1, 1]
        attn.scan_step ins(%u, %delta, ...)
    // becomes
    scf.forall ... {
      %scratch = bufferization.alloc_tensor() : tensor<1x32x64xf32>
      scf.for %t = ... {
        %tile = tensor.extract_slice %projected[%b, %t, 0] [1, %steps, 64] [1, 1, 1]
        %scaled = linalg.generic ins(%tile : ...) outs(...) {...} -> tensor<1x?x64xf32>
        %delta = tensor.extract_slice %scaled[0, 0, 0] [1, %steps, 64] [1, 1, 1]
        attn.scan_step ins(%u, %delta, ...)
    ```
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
                           "::mlir::bufferization::BufferizationDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect"];
  let options = [
    Option<"fewestChannels", "fewest-channels", "int64_t", "32",
           "channels of a block from which on it computes B and C itself">,
  ];
}

def AttnExpandMathPass : Pass<"attn-expand-math"> {
  let summary = "Expand exp, exp2, log, tanh and erf on vectors into polynomials";
  let description = [{
    Vector code must not fall back to one library call for each lane. `math.exp` and `math.exp2` on
    f32 vectors become a polynomial of degree 5 and an exponent update (with `vscalefps` on
    AVX-512); where `attnc.non_positive` promises that the operand is not positive, overflow is not
    looked after.
    log, tanh and erf take the upstream polynomials, which are good to a few units in the last
    place over the whole range. `math.fma` on 16-bit floats is done in f32; vectors of f32 are
    rounded to bf16 by integer arithmetic where the target has no instruction for it. All other
    functions are left for the library.

    ```mlir
    %y = math.exp %x {attnc.non_positive} : vector<8xf32>
    // becomes
    %exponent = arith.mulf %x, %log2e : vector<8xf32>
    ...
    %y = vector.bitcast %bits : vector<8xi32> to vector<8xf32>
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::vector::VectorDialect",
                           "::mlir::x86vector::X86VectorDialect"];
  let options = [
    Option<"triple", "triple", "std::string", "\"x86_64-linux-gnu\"", "target triple">,
    Option<"features", "features", "std::string", "\"+avx2,+fma\"", "LLVM's feature string">,
  ];
}

#endif // ATTNC_TRANSFORMS_PASSES_TD
