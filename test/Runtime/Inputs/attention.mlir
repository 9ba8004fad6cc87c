// What the tests of the runtime call: causal attention of 2 heads over any length.
!rows = tensor<1x2x?x16xf32>

func.func @attention(%q: !rows, %k: !rows, %v: !rows) -> (!rows {attnc.name = "o"}) {
  %o = attn.attention %q, %k, %v mask = [#attn.causal] : (!rows, !rows, !rows) -> !rows
  return %o : !rows
}
