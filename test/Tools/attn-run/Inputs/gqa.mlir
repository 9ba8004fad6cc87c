// Causal grouped-query attention at a position that the caller gives, with its log-sum-exp.
func.func @gqa(%q: tensor<1x4x?x40xf32>, %k: tensor<1x2x?x40xf32>, %v: tensor<1x2x?x40xf32>,
               %position: index)
    -> (tensor<1x4x?x40xf32> {attnc.name = "o"}, tensor<1x4x?xf32> {attnc.name = "lse"}) {
  %o, %lse = attn.attention %q, %k, %v q_offset(%position) mask = [#attn.causal]
     : (tensor<1x4x?x40xf32>, tensor<1x2x?x40xf32>, tensor<1x2x?x40xf32>, index)
     -> (tensor<1x4x?x40xf32>, tensor<1x4x?xf32>)
  return %o, %lse : tensor<1x4x?x40xf32>, tensor<1x4x?xf32>
}
