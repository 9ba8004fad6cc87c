// The ops of the selective scan and the causal convolution before it, whole and tiled.
#ifndef ATTNC_ATTN_SCANOPS_TD
#define ATTNC_ATTN_SCANOPS_TD

include "dialects/Attn/AttnOpBase.td"

def SelectiveScanOp : Attn_Op<"selective_scan", [
    AttrSizedOperandSegments, Pure,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<TilingInterface,
        ["getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation",
         "getResultTilePosition", "generateResultTileValue",
         "getIterationDomainTileFromResultTile"]>,
    DeclareOpInterfaceMethods<ValueBoundsOpInterface, ["populateBoundsForShapedValueDim"]>]> {
  let summary = "Mamba's selective scan over whole sequences";
  let description = [{
    A linear recurrence over time whose factors depend on the input, one for each channel and state:

    ```
    dt[t]  = clamp(softplus(delta[t] + delta_bias), delta_limits)
    h[t,n] = exp(dt[t] * A[n]) * h[t-1,n] + dt[t] * B[t,n] * u[t]
    y[t]   = sum over n of C[t,n] * h[t,n]  +  skip * u[t]
    out[t] = y[t] * silu(gate[t])
    ```

    softplus, clamp, delta_bias, skip and gate are there only where they are written.
    `silu(z) = z / (1 + exp(-z))`; softplus is `log(1 + exp(x))`, and x itself above
    `softplus_threshold` (20 by default). Two forms, told apart by the rank of u:

    | operand | channels (Mamba-1) | heads (Mamba-2) |
    |---|---|---|
    | u, gate, output | `B x L x D x T` | `B x L x H x P x T` |
    | delta | `B x L x D` | `B x L x H` |
    | A | `D x N x f32`, or `D x f32`: one decay for all states | `H x f32` |
    | B, C | `B x L x G x N`, or constant: `D x N x f32` | `B x L x G x N`, or `H x N x f32` |
    | skip | `D x f32` | `H x f32` or `H x P x f32` |
    | delta_bias | `D x f32` | `H x f32` |
    | init, last_state | `S x D x N x f32` | `S x H x P x N x f32` |
    | reset | `B x L x i1` | the same |
    | cu_seqlens | `(S + 1) x i32` | the same |

    T is f32, f16 or bf16; delta, B, C and gate have the element type of u or f32, each by itself,
    and the output has the very type of u. All arithmetic and the state are f32. N is from 1 to
    1024. G divides the channels (heads): channel d reads group `d / (D / G)`. B, L and S may be
    dynamic.

    `init` is the state before the first step (0 where it is not given), `last_state`, a second
    result on request, the state after the last; a sequence of no steps hands init on. S is the
    batch, or with `cu_seqlens` the number of sequences that are packed one after the other into a
    batch that must be 1 by its type: sequence s has the steps from `cu_seqlens[s]` up to
    `cu_seqlens[s + 1]` and a state of its own. There is at least the one number that ends the last
    of no sequences. The numbers must not decrease; they are clamped to 0 and L, and steps of no
    sequence give 0. Where `reset` is true the state is 0 before the step. With `reverse` time runs
    backwards: the last step of a sequence comes first, and last_state is the state after step 0.

    ```mlir
    %y, %last = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z) delta_bias(%bias)
                  init(%h0) {delta_softplus}
       : (tensor<?x?x1536xbf16>, tensor<?x?x1536xbf16>, tensor<1536x16xf32>,
          tensor<?x?x1x16xbf16>, tensor<?x?x1x16xbf16>, tensor<1536xf32>, tensor<?x?x1536xbf16>,
          tensor<1536xf32>, tensor<?x1536x16xf32>)
         -> (tensor<?x?x1536xbf16>, tensor<?x1536x16xf32>)
    ```
  }];
  let arguments = (ins
    StorageTensor:$u, StorageTensor:$delta, RankedTensorOf<[F32]>:$A,
    StorageTensor:$B, StorageTensor:$C,
    Optional<RankedTensorOf<[F32]>>:$skip, Optional<StorageTensor>:$gate,
    Optional<RankedTensorOf<[F32]>>:$delta_bias, Optional<RankedTensorOf<[F32]>>:$init,
    Optional<RankedTensorOf<[I1]>>:$reset, Optional<RankedTensorOf<[I32]>>:$cu_seqlens,
    UnitAttr:$delta_softplus, OptionalAttr<F64Attr>:$softplus_threshold,
    OptionalAttr<DenseF64ArrayAttr>:$delta_limits, UnitAttr:$reverse);
  let results = (outs StorageTensor:$output, Optional<RankedTensorOf<[F32]>>:$last_state);
  let assemblyFormat = [{
    $u `,` $delta `,` $A `,` $B `,` $C
    (`skip` `(` $skip^ `)`)? (`gate` `(` $gate^ `)`)? (`delta_bias` `(` $delta_bias^ `)`)?
    (`init` `(` $init^ `)`)? (`reset` `(` $reset^ `)`)? (`cu_seqlens` `(` $cu_seqlens^ `)`)?
    attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    static constexpr int64_t kMaxStates = 1024;
    static constexpr double kDefaultSoftplusThreshold = 20.0;
    /// Whether u has heads (B x L x H x P): then delta, A and delta_bias have one value per head.
    bool hasHeads() { return getU().getType().getRank() == 4; }
    /// D, or H of the heads form.
    int64_t getNumDeltas() { return getU().getType().getDimSize(2); }
    int64_t getNumStates() { return getB().getType().getShape().back(); }
    /// Whether B (C) is one vector per channel or head for all time.
    bool isConstantB() { return getB().getType().getRank() == 2; }
    bool isConstantC() { return getC().getType().getRank() == 2; }
    /// G, 1 where B and C are constant.
    int64_t getNumGroups();
    double getEffectiveSoftplusThreshold();
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

def CausalConv1dOp : Attn_Op<"causal_conv1d", [
    AttrSizedOperandSegments, Pure,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<TilingInterface,
        ["getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation",
         "getResultTilePosition", "generateResultTileValue",
         "getIterationDomainTileFromResultTile"]>,
    DeclareOpInterfaceMethods<ValueBoundsOpInterface, ["populateBoundsForShapedValueDim"]>]> {
  let summary = "short causal convolution of each channel along time";
  let description = [{
    `y[t] = silu(bias + sum over k of weight[k] * x[t - (W - 1) + k])` for each channel; silu is
    there only where it is written.

    | operand | type |
    |---|---|
    | x, output | `B x L x D x T`, T is f32, f16 or bf16 |
    | weight | `D x W`, W from 2 to 8, of type T or f32; `weight[W - 1]` meets the present step |
    | bias | `D`, of type T or f32 |
    | init, last_window | `S x (W - 1) x D x T`: the steps before the first (0 where not given), the last steps |
    | reset | `B x L x i1`: steps before this one are not seen from it on |
    | cu_seqlens | `(S + 1) x i32`, as in `attn.selective_scan`, for a batch of 1 |

    Sums are f32. The window is what a later call takes as `init`: chunks and single steps give what
    one call over all would.

    ```mlir
    %y, %window = attn.causal_conv1d %x, %weight bias(%bias) init(%before) {silu}
       : (tensor<?x?x1536xbf16>, tensor<1536x4xf32>, tensor<1536xf32>, tensor<?x3x1536xbf16>)
         -> (tensor<?x?x1536xbf16>, tensor<?x3x1536xbf16>)
    ```
  }];
  let arguments = (ins
    StorageTensor:$x, StorageTensor:$weight, Optional<StorageTensor>:$bias,
    Optional<StorageTensor>:$init, Optional<RankedTensorOf<[I1]>>:$reset,
    Optional<RankedTensorOf<[I32]>>:$cu_seqlens, UnitAttr:$silu);
  let results = (outs StorageTensor:$output, Optional<StorageTensor>:$last_window);
  let assemblyFormat = [{
    $x `,` $weight (`bias` `(` $bias^ `)`)? (`init` `(` $init^ `)`)? (`reset` `(` $reset^ `)`)?
    (`cu_seqlens` `(` $cu_seqlens^ `)`)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    static constexpr int64_t kMinWidth = 2, kMaxWidth = 8;
    int64_t getNumChannels() { return getX().getType().getDimSize(2); }
    int64_t getWidth() { return getWeight().getType().getDimSize(1); }
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
}

/// A step op folds a tile of time into a state that the next tile goes on from.
class Attn_StepOp<string mnemonic, list<Trait> traits = []> : Attn_Op<mnemonic, !listconcat([
    AttrSizedOperandSegments, DestinationStyleOpInterface,
    DeclareOpInterfaceMethods<InferTypeOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>], traits)>;

def ScanStepOp : Attn_StepOp<"scan_step", [DeclareOpInterfaceMethods<MergeableStateOpInterface>]> {
  let summary = "folds a tile of time steps into the scan's state of a tile of channels";
  let description = [{
    The tiled form of `attn.selective_scan` for T time steps of C channels, which are channels of
    one group or of one head. All tiles have the axis order of the whole tensors:

    | operand | tile | meaning |
    |---|---|---|
    | u, gate, output | `T x C` | rows of time |
    | delta | `T x C` or `T x 1` | one step size per channel, or one for all |
    | A | `C x N`, `C x 1` or `1 x 1` | decay rates |
    | B, C | `T x N`; `C x N` or `1 x N` with `constant_b`, `constant_c` | |
    | skip, delta_bias | `C` or `1` | |
    | reset | `T x i1` | the state is 0 before these steps |
    | state | `C x N x f32` | h; updated in place |
    | elapsed | `C x f32` or `1 x f32` (as delta) | sum of dt, +inf after a reset; wanted where parts are merged |
    | output | `T x C` | may be absent when only the state is wanted |

    Steps are folded from the first to the last, with `reverse` from the last to the first. The
    state of two parts, first and second, is `exp(A * elapsed2) * h1 + h2`: an ordered merge.

    `powers` says that `A[c,n] = (n + 1) * A[c,0]` in f32, so that factors are powers of the first.
    `contracting` says that no step size is negative and no rate positive: factors are at most 1. A
    tile has at most `time_tile` steps and `channel_tile` channels.

    The op works on tensors and, after bufferization, on memrefs.
  }];
  let arguments = (ins
    StorageShaped:$u, StorageShaped:$delta, StateShaped:$A, StorageShaped:$B, StorageShaped:$C,
    Optional<StateShaped>:$skip, Optional<StorageShaped>:$gate, Optional<StateShaped>:$delta_bias,
    Optional<FlagShaped>:$reset,
    StateShaped:$h, Optional<StateShaped>:$elapsed, Optional<StorageShaped>:$output,
    UnitAttr:$constant_b, UnitAttr:$constant_c,
    UnitAttr:$delta_softplus, OptionalAttr<F64Attr>:$softplus_threshold,
    OptionalAttr<DenseF64ArrayAttr>:$delta_limits, UnitAttr:$reverse,
    UnitAttr:$powers, UnitAttr:$contracting, I64Attr:$time_tile, I64Attr:$channel_tile);
  let results = (outs Variadic<AnyRankedTensor>:$tensors);
  let assemblyFormat = [{
    `ins` `(` $u `,` $delta `,` $A `,` $B `,` $C
          `:` type($u) `,` type($delta) `,` type($A) `,` type($B) `,` type($C) `)`
    (`skip` `(` $skip^ `:` type($skip) `)`)? (`gate` `(` $gate^ `:` type($gate) `)`)?
    (`delta_bias` `(` $delta_bias^ `:` type($delta_bias) `)`)?
    (`reset` `(` $reset^ `:` type($reset) `)`)?
    `state` `(` $h `:` type($h) `)` (`elapsed` `(` $elapsed^ `:` type($elapsed) `)`)?
    (`output` `(` $output^ `:` type($output) `)`)?
    attr-dict (`->` type($tensors)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable();
    double getEffectiveSoftplusThreshold();
    /// The number of states N of a channel.
    int64_t getNumStates() { return ::llvm::cast<::mlir::ShapedType>(getH().getType()).getDimSize(1); }
  }];
  let hasVerifier = 1;
}

def ConvStepOp : Attn_StepOp<"conv_step"> {
  let summary = "convolves a tile of time steps and moves the window on";
  let description = [{
    The tiled form of `attn.causal_conv1d` for T steps of C channels: x and output are `T x C`,
    weight `C x W`, bias `C`, reset `T`, window `(W - 1) x C`: the steps before the tile, replaced
    by the last steps seen. A tile has at most `channel_tile` channels. Works on tensors and, after
    bufferization, on memrefs.
  }];
  let arguments = (ins
    StorageShaped:$x, StorageShaped:$weight, Optional<StorageShaped>:$bias,
    Optional<FlagShaped>:$reset, StorageShaped:$window, StorageShaped:$output, UnitAttr:$silu,
    I64Attr:$channel_tile);
  let results = (outs Variadic<AnyRankedTensor>:$tensors);
  let assemblyFormat = [{
    `ins` `(` $x `,` $weight `:` type($x) `,` type($weight) `)`
    (`bias` `(` $bias^ `:` type($bias) `)`)? (`reset` `(` $reset^ `:` type($reset) `)`)?
    `window` `(` $window `:` type($window) `)` `output` `(` $output `:` type($output) `)`
    attr-dict (`->` type($tensors)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable();
    int64_t getWidth() { return ::llvm::cast<::mlir::ShapedType>(getWeight().getType()).getDimSize(1); }
  }];
  let hasVerifier = 1;
}

#endif // ATTNC_ATTN_SCANOPS_TD
