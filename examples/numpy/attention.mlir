// Causal attention over a window of 128 keys, 4 query heads for each of 2 key/value heads.
!q = tensor<?x8x?x64xf32>
!kv = tensor<?x2x?x64xf32>

func.func @attention(%q: !q, %k: !kv, %v: !kv)
    -> (!q {attnc.name = "o"}, tensor<?x8x?xf32> {attnc.name = "lse"}) {
  %o, %lse = attn.attention %q, %k, %v mask = [#attn.causal, #attn.window<128>]
     : (!q, !kv, !kv) -> (!q, tensor<?x8x?xf32>)
  return %o, %lse : !q, tensor<?x8x?xf32>
}
