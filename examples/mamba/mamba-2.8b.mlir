// The mixer of mamba-2.8b (64 layers): d_model 2560, 5120 channels, 16 states, convolution over 4
// steps, dt_rank 160. The four large weights are bf16, everything else is f32.
//
// Weights lie as checkpoints store them, outputs before inputs. `window` and `state` are what the
// sequence so far left behind (zeros at its beginning), `next_window` and `next_state` are for the
// next call: a prompt, a chunk of one and a single token are the same function.
!hidden = tensor<?x?x2560xf32>
!channels = tensor<?x?x5120xf32>
!projected = tensor<?x?x10240xf32>
!parameters = tensor<?x?x192xf32> // dt_r, B and C side by side
!low_rank = tensor<?x?x160xf32>
!vectors = tensor<?x?x16xf32>
!groups = tensor<?x?x1x16xf32>
!rates = tensor<5120x16xf32>
!window = tensor<?x3x5120xf32>
!state = tensor<?x5120x16xf32>

#input = affine_map<(b, l, o, i) -> (b, l, i)>
#weight = affine_map<(b, l, o, i) -> (o, i)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>

// The scan alone, as the mixer runs it: decay rates -exp(A_log), softplus, skip and gate.
func.func @scan(%u: !channels, %delta: !channels, %B: !groups, %C: !groups, %z: !channels,
                %dt_bias: tensor<5120xf32>, %A_log: !rates, %D: tensor<5120xf32>, %state: !state)
    -> (!channels {attnc.name = "y"}, !state {attnc.name = "next_state"}) {
  %grown = math.exp %A_log : !rates
  %A = arith.negf %grown : !rates
  %y, %next_state = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z)
                      delta_bias(%dt_bias) init(%state) {delta_softplus}
     : (!channels, !channels, !rates, !groups, !groups, tensor<5120xf32>, !channels,
        tensor<5120xf32>, !state) -> (!channels, !state)
  return %y, %next_state : !channels, !state
}

func.func @mixer(%x: !hidden, %in_proj: tensor<10240x2560xbf16>, %conv_weight: tensor<5120x4xf32>,
                 %conv_bias: tensor<5120xf32>, %x_proj: tensor<192x5120xbf16>,
                 %dt_proj: tensor<5120x160xbf16>, %dt_bias: tensor<5120xf32>, %A_log: !rates,
                 %D: tensor<5120xf32>, %out_proj: tensor<2560x5120xbf16>, %window: !window,
                 %state: !state)
    -> (!hidden {attnc.name = "y"}, !window {attnc.name = "next_window"},
        !state {attnc.name = "next_state"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : !hidden
  %l = tensor.dim %x, %c1 : !hidden

  %projected_empty = tensor.empty(%b, %l) : !projected
  %projected_zero = linalg.fill ins(%zero : f32) outs(%projected_empty : !projected) -> !projected
  %xz = linalg.contract indexing_maps = [#input, #weight, #output]
          ins(%x, %in_proj : !hidden, tensor<10240x2560xbf16>)
          outs(%projected_zero : !projected) -> !projected
  %mixed = tensor.extract_slice %xz[0, 0, 0] [%b, %l, 5120] [1, 1, 1] : !projected to !channels
  %z = tensor.extract_slice %xz[0, 0, 5120] [%b, %l, 5120] [1, 1, 1] : !projected to !channels

  %u, %next_window = attn.causal_conv1d %mixed, %conv_weight bias(%conv_bias) init(%window) {silu}
     : (!channels, tensor<5120x4xf32>, tensor<5120xf32>, !window) -> (!channels, !window)

  %parameters_empty = tensor.empty(%b, %l) : !parameters
  %parameters_zero = linalg.fill ins(%zero : f32) outs(%parameters_empty : !parameters)
                       -> !parameters
  %parameters = linalg.contract indexing_maps = [#input, #weight, #output]
                  ins(%u, %x_proj : !channels, tensor<192x5120xbf16>)
                  outs(%parameters_zero : !parameters) -> !parameters
  %dt_r = tensor.extract_slice %parameters[0, 0, 0] [%b, %l, 160] [1, 1, 1]
     : !parameters to !low_rank
  %B = tensor.extract_slice %parameters[0, 0, 160] [%b, %l, 16] [1, 1, 1] : !parameters to !vectors
  %C = tensor.extract_slice %parameters[0, 0, 176] [%b, %l, 16] [1, 1, 1] : !parameters to !vectors
  %B_groups = tensor.expand_shape %B [[0], [1], [2, 3]] output_shape [%b, %l, 1, 16]
     : !vectors into !groups
  %C_groups = tensor.expand_shape %C [[0], [1], [2, 3]] output_shape [%b, %l, 1, 16]
     : !vectors into !groups

  %steps_empty = tensor.empty(%b, %l) : !channels
  %steps_zero = linalg.fill ins(%zero : f32) outs(%steps_empty : !channels) -> !channels
  %delta = linalg.contract indexing_maps = [#input, #weight, #output]
             ins(%dt_r, %dt_proj : !low_rank, tensor<5120x160xbf16>)
             outs(%steps_zero : !channels) -> !channels

  %gated, %next_state = func.call @scan(%u, %delta, %B_groups, %C_groups, %z, %dt_bias, %A_log, %D,
                                        %state)
     : (!channels, !channels, !groups, !groups, !channels, tensor<5120xf32>, !rates,
        tensor<5120xf32>, !state) -> (!channels, !state)

  %hidden_empty = tensor.empty(%b, %l) : !hidden
  %hidden_zero = linalg.fill ins(%zero : f32) outs(%hidden_empty : !hidden) -> !hidden
  %y = linalg.contract indexing_maps = [#input, #weight, #output]
         ins(%gated, %out_proj : !channels, tensor<2560x5120xbf16>)
         outs(%hidden_zero : !hidden) -> !hidden
  return %y, %next_window, %next_state : !hidden, !window, !state
}
