// Causal attention of a layer of width 768: 12 heads of 64; any length.
!heads = tensor<?x12x?x64xf32>

func.func @attention(%q: !heads, %k: !heads, %v: !heads) -> !heads {
  %o = attn.attention %q, %k, %v mask = [#attn.causal] : (!heads, !heads, !heads) -> !heads
  return %o : !heads
}
