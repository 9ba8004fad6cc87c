// Causal grouped-query attention in bf16: 8 query heads share 2 key/value heads.
!q = tensor<?x8x?x64xbf16>
!kv = tensor<?x2x?x64xbf16>

func.func @attention(%q: !q, %k: !kv, %v: !kv) -> (!q {attnc.name = "o"}) {
  %o = attn.attention %q, %k, %v mask = [#attn.causal] : (!q, !kv, !kv) -> !q
  return %o : !q
}
