// One attention layer under the three masks of the demo: one head of 128, sequences of any length.
//
// Codes are vectors of 128 times +1 or -1, so a key that equals the query scores 0.25 * 128 = 32,
// far above all others; the query finds it wherever the mask lets it look.
!codes = tensor<1x1x?x128xf32>

func.func @needle_full(%q: !codes, %k: !codes, %v: !codes) -> !codes {
  %o = attn.attention %q, %k, %v {scale = 0.25 : f64} mask = [#attn.causal]
     : (!codes, !codes, !codes) -> !codes
  return %o : !codes
}

func.func @needle_window(%q: !codes, %k: !codes, %v: !codes) -> !codes {
  %o = attn.attention %q, %k, %v {scale = 0.25 : f64}
       mask = [#attn.causal, #attn.window<2048>] : (!codes, !codes, !codes) -> !codes
  return %o : !codes
}

func.func @needle_sinks_window(%q: !codes, %k: !codes, %v: !codes) -> !codes {
  %o = attn.attention %q, %k, %v {scale = 0.25 : f64}
       mask = [#attn.causal, #attn.any<[#attn.sinks<64>, #attn.window<2048>]>]
     : (!codes, !codes, !codes) -> !codes
  return %o : !codes
}
