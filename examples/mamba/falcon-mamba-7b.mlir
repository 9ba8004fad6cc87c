// The mixer of falcon-mamba-7b (64 layers): d_model 4096, 8192 channels, 16 states, convolution
// over 4 steps, dt_rank 256; the step sizes, B and C go through RMS norms that have no weights.
// Weights and what goes from op to op are bf16; sums, norms, step sizes and the state are f32.
//
// Weights lie as checkpoints store them, outputs before inputs. `window` and `state` are what the
// sequence so far left behind (zeros at its beginning), `next_window` and `next_state` are for the
// next call: a prompt, a chunk of one and a single token are the same function.
!hidden = tensor<?x?x4096xbf16>
!channels = tensor<?x?x8192xbf16>
!sums_hidden = tensor<?x?x4096xf32>
!steps = tensor<?x?x8192xf32>
!projected = tensor<?x?x16384xf32>
!parameters = tensor<?x?x288xf32> // dt_r, B and C side by side
!low_rank = tensor<?x?x256xbf16>
!vectors = tensor<?x?x16xbf16>
!groups = tensor<?x?x1x16xbf16>
!rates = tensor<8192x16xf32>
!window = tensor<?x3x8192xbf16>
!state = tensor<?x8192x16xf32>

#input = affine_map<(b, l, o, i) -> (b, l, i)>
#weight = affine_map<(b, l, o, i) -> (o, i)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>
#rows = affine_map<(b, l, c) -> (b, l)>
#elements = affine_map<(b, l, c) -> (b, l, c)>

// The scan alone, as the mixer runs it: decay rates -exp(A_log), softplus, skip and gate.
func.func @scan(%u: !channels, %delta: !steps, %B: !groups, %C: !groups, %z: !channels,
                %dt_bias: tensor<8192xf32>, %A_log: !rates, %D: tensor<8192xf32>, %state: !state)
    -> (!channels {attnc.name = "y"}, !state {attnc.name = "next_state"}) {
  %grown = math.exp %A_log : !rates
  %A = arith.negf %grown : !rates
  %y, %next_state = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z)
                      delta_bias(%dt_bias) init(%state) {delta_softplus}
     : (!channels, !steps, !rates, !groups, !groups, tensor<8192xf32>, !channels,
        tensor<8192xf32>, !state) -> (!channels, !state)
  return %y, %next_state : !channels, !state
}

// x / sqrt(mean of x^2 + 1e-6) along the last axis, in f32.
func.func private @rms_norm(%x: tensor<?x?x?xf32>) -> tensor<?x?x?xbf16> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  %epsilon = arith.constant 1.0e-6 : f32
  %b = tensor.dim %x, %c0 : tensor<?x?x?xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x?xf32>
  %size = tensor.dim %x, %c2 : tensor<?x?x?xf32>
  %size_int = arith.index_cast %size : index to i64
  %count = arith.sitofp %size_int : i64 to f32
  %rows_empty = tensor.empty(%b, %l) : tensor<?x?xf32>
  %rows_zero = linalg.fill ins(%zero : f32) outs(%rows_empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %squares = linalg.generic {indexing_maps = [#elements, #rows],
                             iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : tensor<?x?x?xf32>) outs(%rows_zero : tensor<?x?xf32>) {
  ^bb0(%element: f32, %sum: f32):
    %square = arith.mulf %element, %element : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> tensor<?x?xf32>
  %empty = tensor.empty(%b, %l, %size) : tensor<?x?x?xbf16>
  %normed = linalg.generic {indexing_maps = [#elements, #rows, #elements],
                            iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %squares : tensor<?x?x?xf32>, tensor<?x?xf32>) outs(%empty : tensor<?x?x?xbf16>) {
  ^bb0(%element: f32, %sum: f32, %unused: bf16):
    %mean = arith.divf %sum, %count : f32
    %guarded = arith.addf %mean, %epsilon : f32
    %root = math.sqrt %guarded : f32
    %scaled = arith.divf %element, %root : f32
    %rounded = arith.truncf %scaled : f32 to bf16
    linalg.yield %rounded : bf16
  } -> tensor<?x?x?xbf16>
  return %normed : tensor<?x?x?xbf16>
}

func.func @mixer(%x: !hidden, %in_proj: tensor<16384x4096xbf16>, %conv_weight: tensor<8192x4xbf16>,
                 %conv_bias: tensor<8192xbf16>, %x_proj: tensor<288x8192xbf16>,
                 %dt_proj: tensor<8192x256xbf16>, %dt_bias: tensor<8192xf32>, %A_log: !rates,
                 %D: tensor<8192xf32>, %out_proj: tensor<4096x8192xbf16>, %window: !window,
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
          ins(%x, %in_proj : !hidden, tensor<16384x4096xbf16>)
          outs(%projected_zero : !projected) -> !projected
  %mixed_sums = tensor.extract_slice %xz[0, 0, 0] [%b, %l, 8192] [1, 1, 1] : !projected to !steps
  %z_sums = tensor.extract_slice %xz[0, 0, 8192] [%b, %l, 8192] [1, 1, 1] : !projected to !steps
  %mixed = arith.truncf %mixed_sums : !steps to !channels
  %z = arith.truncf %z_sums : !steps to !channels

  %u, %next_window = attn.causal_conv1d %mixed, %conv_weight bias(%conv_bias) init(%window) {silu}
     : (!channels, tensor<8192x4xbf16>, tensor<8192xbf16>, !window) -> (!channels, !window)

  %parameters_empty = tensor.empty(%b, %l) : !parameters
  %parameters_zero = linalg.fill ins(%zero : f32) outs(%parameters_empty : !parameters)
                       -> !parameters
  %parameters = linalg.contract indexing_maps = [#input, #weight, #output]
                  ins(%u, %x_proj : !channels, tensor<288x8192xbf16>)
                  outs(%parameters_zero : !parameters) -> !parameters
  %dt_r_raw = tensor.extract_slice %parameters[0, 0, 0] [%b, %l, 256] [1, 1, 1]
     : !parameters to tensor<?x?x256xf32>
  %dt_r_any = tensor.cast %dt_r_raw : tensor<?x?x256xf32> to tensor<?x?x?xf32>
  %dt_r_normed = func.call @rms_norm(%dt_r_any) : (tensor<?x?x?xf32>) -> tensor<?x?x?xbf16>
  %dt_r = tensor.cast %dt_r_normed : tensor<?x?x?xbf16> to !low_rank
  %B_raw = tensor.extract_slice %parameters[0, 0, 256] [%b, %l, 16] [1, 1, 1]
     : !parameters to tensor<?x?x16xf32>
  %B_any = tensor.cast %B_raw : tensor<?x?x16xf32> to tensor<?x?x?xf32>
  %B_normed = func.call @rms_norm(%B_any) : (tensor<?x?x?xf32>) -> tensor<?x?x?xbf16>
  %B = tensor.cast %B_normed : tensor<?x?x?xbf16> to !vectors
  %C_raw = tensor.extract_slice %parameters[0, 0, 272] [%b, %l, 16] [1, 1, 1]
     : !parameters to tensor<?x?x16xf32>
  %C_any = tensor.cast %C_raw : tensor<?x?x16xf32> to tensor<?x?x?xf32>
  %C_normed = func.call @rms_norm(%C_any) : (tensor<?x?x?xf32>) -> tensor<?x?x?xbf16>
  %C = tensor.cast %C_normed : tensor<?x?x?xbf16> to !vectors
  %B_groups = tensor.expand_shape %B [[0], [1], [2, 3]] output_shape [%b, %l, 1, 16]
     : !vectors into !groups
  %C_groups = tensor.expand_shape %C [[0], [1], [2, 3]] output_shape [%b, %l, 1, 16]
     : !vectors into !groups

  %steps_empty = tensor.empty(%b, %l) : !steps
  %steps_zero = linalg.fill ins(%zero : f32) outs(%steps_empty : !steps) -> !steps
  %delta = linalg.contract indexing_maps = [#input, #weight, #output]
             ins(%dt_r, %dt_proj : !low_rank, tensor<8192x256xbf16>)
             outs(%steps_zero : !steps) -> !steps

  %gated, %next_state = func.call @scan(%u, %delta, %B_groups, %C_groups, %z, %dt_bias, %A_log, %D,
                                        %state)
     : (!channels, !steps, !groups, !groups, !channels, tensor<8192xf32>, !rates,
        tensor<8192xf32>, !state) -> (!channels, !state)

  %hidden_empty = tensor.empty(%b, %l) : !sums_hidden
  %hidden_zero = linalg.fill ins(%zero : f32) outs(%hidden_empty : !sums_hidden) -> !sums_hidden
  %sums = linalg.contract indexing_maps = [#input, #weight, #output]
         ins(%gated, %out_proj : !channels, tensor<4096x8192xbf16>)
         outs(%hidden_zero : !sums_hidden) -> !sums_hidden
  %y = arith.truncf %sums : !sums_hidden to !hidden
  return %y, %next_window, %next_state : !hidden, !window, !state
}
