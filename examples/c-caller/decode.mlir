// New queries, at positions from %position on, against a cache of all keys and values so far: with
// position 0 this is the prefill of a prompt, with one query it is a step of decoding.
func.func @decode(%q: tensor<?x8x?x64xf32>, %k: tensor<?x2x?x64xf32>, %v: tensor<?x2x?x64xf32>,
                  %position: index)
    -> (tensor<?x8x?x64xf32> {attnc.name = "o"}) {
  %o = attn.attention %q, %k, %v q_offset(%position) mask = [#attn.causal]
     : (tensor<?x8x?x64xf32>, tensor<?x2x?x64xf32>, tensor<?x2x?x64xf32>, index)
     -> tensor<?x8x?x64xf32>
  return %o : tensor<?x8x?x64xf32>
}
