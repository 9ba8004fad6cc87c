// The mask pattern attributes of the attn dialect.
//
// i is the query position, j the key position, both in the whole sequence (offsets added).
#ifndef ATTNC_ATTN_ATTNATTRS_TD
#define ATTNC_ATTN_ATTNATTRS_TD

include "dialects/Attn/AttnDialect.td"
include "dialects/Attn/AttnInterfaces.td"
include "mlir/IR/AttrTypeBase.td"

class MaskPatternAttr<string name, string attrMnemonic, list<string> overridden = []>
    : AttrDef<Attn_Dialect, name,
              [DeclareAttrInterfaceMethods<MaskPatternAttrInterface, overridden>]> {
  let mnemonic = attrMnemonic;
}

def CausalAttr : MaskPatternAttr<"Causal", "causal", ["keepsEverything"]> {
  let summary = "keys up to the query: j <= i";
  let description = [{
    `#attn.causal` lets row 0 meet key 0, as PyTorch does. `#attn.causal<bottom_right>` aligns the
    last query with the last key, as FlashAttention does: `j <= i + (end of keys - end of queries)`.
  }];
  let parameters = (ins "bool":$bottomRight);
  let hasCustomAssemblyFormat = 1;
}

def WindowAttr : MaskPatternAttr<"Window", "window", ["keepsEverything"]> {
  let summary = "a sliding window around the query";
  let description = [{
    `#attn.window<W>` keeps the last W keys up to the query and everything after it: `i - j < W`
    (and-ed with `#attn.causal` it is the usual sliding window).
    `#attn.window<left = L, right = R>` keeps `i - L <= j <= i + R`; 0 means the query itself only.
  }];
  let parameters = (ins "int64_t":$left, "int64_t":$right);
  let builders = [AttrBuilder<(ins "int64_t":$width), [{
    return $_get($_ctxt, width - 1, -1);
  }]>];
  let extraClassDeclaration = [{
    /// A right side of -1 means that keys after the query are not limited.
    bool isOneSided() const { return getRight() < 0; }
  }];
  let hasCustomAssemblyFormat = 1;
  let genVerifyDecl = 1;
}

def SinksAttr : MaskPatternAttr<"Sinks", "sinks", ["keepsEverything"]> {
  let summary = "the first N keys: j < N (or it to a window by #attn.any)";
  let parameters = (ins "int64_t":$count);
  let assemblyFormat = "`<` $count `>`";
  let genVerifyDecl = 1;
}

def PrefixAttr : MaskPatternAttr<"Prefix", "prefix", ["keepsEverything"]> {
  let summary = "prefix LM: causal, but the first P keys are visible to all: j <= i or j < P";
  let parameters = (ins "int64_t":$length);
  let assemblyFormat = "`<` $length `>`";
  let genVerifyDecl = 1;
}

def ChunkedAttr : MaskPatternAttr<"Chunked", "chunked", ["keepsEverything"]> {
  let summary = "attention within chunks of C: i / C == j / C (Llama 4 with #attn.causal)";
  let parameters = (ins "int64_t":$size);
  let assemblyFormat = "`<` $size `>`";
  let genVerifyDecl = 1;
}

def DilatedAttr : MaskPatternAttr<"Dilated", "dilated", ["keepsEverything"]> {
  let summary = "every R-th key counted from the query: (i - j) mod R == 0";
  let parameters = (ins "int64_t":$rate);
  let assemblyFormat = "`<` $rate `>`";
  let genVerifyDecl = 1;
}

def StridedAttr : MaskPatternAttr<"Strided", "strided", ["keepsEverything"]> {
  let summary = "every S-th block of B keys counted from the query's block: (i / B - j / B) mod S == 0";
  let parameters = (ins "int64_t":$stride, DefaultValuedParameter<"int64_t", "1">:$block);
  let assemblyFormat = "`<` $stride (`,` `block` `=` $block^)? `>`";
  let genVerifyDecl = 1;
}

def BlockLocalAttr : MaskPatternAttr<"BlockLocal", "block_local", ["keepsEverything"]> {
  let summary = "blocks of B see themselves and N blocks on each side: |i / B - j / B| <= N";
  let parameters = (ins "int64_t":$size, DefaultValuedParameter<"int64_t", "0">:$neighbours);
  let assemblyFormat = "`<` $size (`,` `neighbours` `=` $neighbours^)? `>`";
  let genVerifyDecl = 1;
}

def GlobalAttr : MaskPatternAttr<"Global", "global", ["keepsEverything"]> {
  let summary = "the first G positions see and are seen by all: i < G or j < G";
  let parameters = (ins "int64_t":$count);
  let assemblyFormat = "`<` $count `>`";
  let genVerifyDecl = 1;
}

def DocumentAttr : MaskPatternAttr<"Document", "document", ["readsDocumentIds"]> {
  let summary = "query and key are of one document: ids[b, i] == ids[b, j], from document_ids(%ids)";
}

def AnyOfAttr : MaskPatternAttr<"AnyOf", "any", ["readsDocumentIds", "simplify"]> {
  let summary = "one of the patterns allows the pair; #attn.any<[]> allows none";
  let parameters = (ins OptionalArrayRefParameter<"::mlir::Attribute">:$patterns);
  let assemblyFormat = "`<` `[` (`]`) : ($patterns^ `]`)? `>`";
  let genVerifyDecl = 1;
}

def AllOfAttr : MaskPatternAttr<"AllOf", "all", ["readsDocumentIds", "simplify"]> {
  let summary = "all of the patterns allow the pair (for use inside #attn.any and #attn.not); "
                "#attn.all<[]> allows every pair";
  let parameters = (ins OptionalArrayRefParameter<"::mlir::Attribute">:$patterns);
  let assemblyFormat = "`<` `[` (`]`) : ($patterns^ `]`)? `>`";
  let genVerifyDecl = 1;
}

def NoneOfAttr : MaskPatternAttr<"NoneOf", "not", ["readsDocumentIds", "simplify"]> {
  let summary = "the pattern forbids the pair";
  let parameters = (ins "::mlir::Attribute":$pattern);
  let assemblyFormat = "`<` $pattern `>`";
  let genVerifyDecl = 1;
}

#endif // ATTNC_ATTN_ATTNATTRS_TD
