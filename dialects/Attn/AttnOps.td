// The ops of the attn dialect.
#ifndef ATTNC_ATTN_ATTNOPS_TD
#define ATTNC_ATTN_ATTNOPS_TD

include "dialects/Attn/AttnOpBase.td"
include "dialects/Attn/ScanOps.td"

def AttentionOp : Attn_Op<"attention", [
    AttrSizedOperandSegments, Pure, RecursiveMemoryEffects,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>,
    DeclareOpInterfaceMethods<TilingInterface,
        ["getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation",
         "getResultTilePosition", "generateResultTileValue",
         "getIterationDomainTileFromResultTile"]>,
    DeclareOpInterfaceMethods<ValueBoundsOpInterface, ["populateBoundsForShapedValueDim"]>]> {
  let summary = "softmax(scale * Q K^T, masked) V over whole sequences";
  let description = [{
    Shapes, with `Hq` a multiple of `Hkv` (grouped-query attention reads K/V head `h / (Hq / Hkv)`):

    | operand | type |
    |---|---|
    | query | `tensor<B x Hq x Sq x Dqk x T>` |
    | key | `tensor<B x Hkv x Sk x Dqk x T>` |
    | value | `tensor<B x Hkv x Sk x Dv x T>` |
    | q_offset, kv_offset | `index`: position of row 0 in the whole sequence |
    | document_ids | `tensor<B x S x i32>` indexed by position, read by `#attn.document` |
    | sink | `tensor<Hq x f32>`: a logit per head that takes part in the softmax and has no value |
    | output | `tensor<B x Hq x Sq x Dv x T>` |
    | lse (on request) | `tensor<B x Hq x Sq x f32>`: natural log of the sum of exponentials |

    T is f32, f16 or bf16; scores, sums and the accumulator are f32. `scale` defaults to
    `1 / sqrt(Dqk)`. A row whose keys are all masked gives 0 and an lse of -inf (the sink, where
    there is one). A mask selects: a masked key has no influence, whatever its score.

    The mask is a list of patterns, all of which must allow the pair, or a region
    `(%b, %h, %i, %j) -> i1` on batch, query head, query position and key position. The score
    region `(%s, %b, %h, %i, %j) -> f32` changes the scaled score before the softmax. Values from
    outside may be read with `tensor.extract`; an index out of range is clamped.

    ```mlir
    %o = attn.attention %q, %k, %v mask = [#attn.causal, #attn.window<4096>]
       : (tensor<?x32x?x128xbf16>, tensor<?x8x?x128xbf16>, tensor<?x8x?x128xbf16>)
         -> tensor<?x32x?x128xbf16>
    ```
  }];
  let arguments = (ins
    StorageTensor:$query, StorageTensor:$key, StorageTensor:$value,
    Optional<Index>:$q_offset, Optional<Index>:$kv_offset,
    Optional<RankedTensorOf<[I32]>>:$document_ids, Optional<RankedTensorOf<[F32]>>:$sink,
    OptionalAttr<F64Attr>:$scale, OptionalAttr<ArrayAttr>:$mask_patterns);
  let results = (outs StorageTensor:$output, Optional<RankedTensorOf<[F32]>>:$lse);
  let regions = (region MaxSizedRegion<1>:$mask, MaxSizedRegion<1>:$score);
  // The request for lse is not to be seen in the operands, so the types are inferred by builders
  // and not by InferTypeOpInterface.
  let builders = [OpBuilder<(ins
    "::mlir::Value":$query, "::mlir::Value":$key, "::mlir::Value":$value,
    CArg<"bool", "false">:$withLse, CArg<"::mlir::ArrayAttr", "{}">:$maskPatterns,
    CArg<"::mlir::FloatAttr", "{}">:$scale, CArg<"::mlir::Value", "{}">:$qOffset,
    CArg<"::mlir::Value", "{}">:$kvOffset, CArg<"::mlir::Value", "{}">:$documentIds,
    CArg<"::mlir::Value", "{}">:$sink)>];
  let assemblyFormat = [{
    $query `,` $key `,` $value
    (`q_offset` `(` $q_offset^ `)`)? (`kv_offset` `(` $kv_offset^ `)`)?
    (`document_ids` `(` $document_ids^ `)`)? (`sink` `(` $sink^ `)`)?
    attr-dict (custom<MaskAndScore>($mask_patterns, $mask, $score)^)?
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    static constexpr int64_t kMaxHeadDim = 512;
    int64_t getNumQueryHeads() { return getQuery().getType().getDimSize(1); }
    int64_t getNumKeyHeads() { return getKey().getType().getDimSize(1); }
    int64_t getQueryKeyDim() { return getQuery().getType().getDimSize(3); }
    int64_t getValueDim() { return getValue().getType().getDimSize(3); }
    /// The factor on Q K^T: the attribute, or 1 / sqrt(Dqk).
    double getEffectiveScale();
    /// The types of output and, on request, lse for these types of query and value.
    static ::llvm::SmallVector<::mlir::Type> inferResultTypes(
        ::mlir::RankedTensorType query, ::mlir::RankedTensorType value, bool withLse);
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
}

def YieldOp : Attn_Op<"yield", [Pure, Terminator,
                                DeclareOpInterfaceMethods<RegionBranchTerminatorOpInterface>,
                                ParentOneOf<["AttentionOp", "OnlineStepOp"]>]> {
  let summary = "ends a mask region (with an i1) or a score region (with an f32)";
  let arguments = (ins AnyTypeOf<[I1, F32]>:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def OnlineStepOp : Attn_Op<"online_step", [
    DestinationStyleOpInterface, RecursiveMemoryEffects,
    DeclareOpInterfaceMethods<RegionBranchOpInterface>,
    DeclareOpInterfaceMethods<InferTypeOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>,
    DeclareOpInterfaceMethods<MergeableStateOpInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "folds one tile of keys and values into the softmax state of a tile of queries";
  let description = [{
    The tiled form of attention; both back ends start here. `query` is a tile of at most
    `P * W` rows (`? x Dqk`), `key` and `value` a tile of keys (`? x Dqk`, `? x Dv`). The state is
    kept transposed, queries innermost, in P panels of W queries; row r of the tile is lane
    `r mod W` of panel `r / W`:

    | state | type | meaning |
    |---|---|---|
    | acc | `P x Dv x W x f32` | sum of exp(s - max) * value; without meaning where max is -inf |
    | max | `P x W x f32` | running maximum m of the scores, -inf before the first |
    | sum | `P x W x f32` | sum l of exp(s - max) |

    `at(batch, head, query position, key position)` places row 0 of the tiles in the whole
    sequence; mask and score regions see `position + row`. A tile has at most `key_tile` keys. The
    op works on tensors and, after bufferization, on memrefs.
  }];
  let arguments = (ins
    StorageShaped:$query, StorageShaped:$key, StorageShaped:$value,
    Index:$batch, Index:$head, Index:$query_position, Index:$key_position,
    StateShaped:$acc, StateShaped:$max, StateShaped:$sum,
    F64Attr:$scale, I64Attr:$key_tile);
  let results = (outs Variadic<RankedTensorOf<[F32]>>:$state);
  let regions = (region MaxSizedRegion<1>:$mask, MaxSizedRegion<1>:$score);
  let assemblyFormat = [{
    `ins` `(` $query `,` $key `,` $value `:` type($query) `,` type($key) `,` type($value) `)`
    `at` `(` $batch `,` $head `,` $query_position `,` $key_position `)`
    `outs` `(` $acc `,` $max `,` $sum `:` type($acc) `,` type($max) `,` type($sum) `)`
    attr-dict (custom<Regions>($mask, $score)^)? (`->` type($state)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), kFirstInit, 3);
    }
    /// The place of acc, the first destination operand.
    static constexpr unsigned kFirstInit = 7;
    int64_t getNumPanels() { return ::llvm::cast<::mlir::ShapedType>(getAcc().getType()).getDimSize(0); }
    int64_t getPanelWidth() { return ::llvm::cast<::mlir::ShapedType>(getAcc().getType()).getDimSize(2); }
  }];
  let hasVerifier = 1;
  let hasRegionVerifier = 1;
  let hasCanonicalizer = 1;
}

def OnlineFinishOp : Attn_Op<"online_finish", [
    DestinationStyleOpInterface, DeclareOpInterfaceMethods<InferTypeOpInterface>,
    DeclareOpInterfaceMethods<MemoryEffectsOpInterface>]> {
  let summary = "turns a softmax state into rows of output and, on request, their lse";
  let description = [{
    `output[r] = acc[:, r] / sum[r]` and `lse[r] = max[r] + log(sum[r])` for the rows that the
    output tile has. A row whose sum is 0 gives 0 and -inf.
  }];
  let arguments = (ins
    StateShaped:$acc, StateShaped:$max, StateShaped:$sum,
    StorageShaped:$output, Optional<StateShaped>:$lse);
  let results = (outs Variadic<AnyRankedTensor>:$rows);
  let assemblyFormat = [{
    `ins` `(` $acc `,` $max `,` $sum `:` type($acc) `,` type($max) `,` type($sum) `)`
    `outs` `(` $output (`,` $lse^)? `:` type($output) (`,` type($lse)^)? `)`
    attr-dict (`->` type($rows)^)?
  }];
  let extraClassDeclaration = [{
    ::mlir::MutableOperandRange getDpsInitsMutable() {
      return ::mlir::MutableOperandRange(getOperation(), kFirstInit, getLse() ? 2 : 1);
    }
    /// The place of output, the first destination operand.
    static constexpr unsigned kFirstInit = 3;
  }];
  let hasVerifier = 1;
}

#endif // ATTNC_ATTN_ATTNOPS_TD
