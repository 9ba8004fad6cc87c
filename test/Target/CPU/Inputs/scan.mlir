// A scan with all that Mamba's mixers use, 16 states of each channel.
!rows = tensor<?x?x1536xf32>
!vectors = tensor<?x?x1x16xf32>
!rates = tensor<1536x16xf32>
!channels = tensor<1536xf32>
!state = tensor<?x1536x16xf32>

func.func @scan(%u: !rows, %delta: !rows, %A_log: !rates, %B: !vectors, %C: !vectors,
                %skip: !channels, %gate: !rows, %bias: !channels, %init: !state)
    -> (!rows, !state) {
  %grown = math.exp %A_log : !rates
  %A = arith.negf %grown : !rates
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C skip(%skip) gate(%gate)
                delta_bias(%bias) init(%init) {delta_softplus}
     : (!rows, !rows, !rates, !vectors, !vectors, !channels, !rows, !channels, !state)
       -> (!rows, !state)
  return %y, %last : !rows, !state
}
