// Mamba's selective scan of a layer of width 768: 1536 channels of 16 states; any length.
!rows = tensor<?x?x1536xf32>
!group = tensor<?x?x1x16xf32>
!rates = tensor<1536x16xf32>
!channel = tensor<1536xf32>

func.func @scan(%u: !rows, %delta: !rows, %A_log: !rates, %B: !group, %C: !group, %D: !channel,
                %z: !rows, %bias: !channel) -> !rows {
  %exp = math.exp %A_log : !rates
  %A = arith.negf %exp : !rates
  %y = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z) delta_bias(%bias)
       {delta_softplus}
     : (!rows, !rows, !rates, !group, !group, !channel, !rows, !channel) -> !rows
  return %y : !rows
}
