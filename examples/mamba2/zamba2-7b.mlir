// The Mamba-2 mixer of zamba2-7b (81 layers): d_model 3584, 112 heads of 64 channels, 64 states,
// two groups, convolution of x, B and C over 4 steps, and a gated RMS norm of each group. Weights
// and what goes from op to op are bf16; sums, norms, step sizes and the state are f32.
//
// Weights lie as checkpoints store them, outputs before inputs. `window` and `state` are what the
// sequence so far left behind (zeros at its beginning), `next_window` and `next_state` are for the
// next call: a prompt, a chunk of one and a single token are the same function.
!hidden = tensor<?x?x3584xbf16>
!projected = tensor<?x?x14704xf32> // z, then x, B and C for the convolution, then the step sizes
!convolved = tensor<?x?x7424xbf16>
!channels = tensor<?x?x7168xbf16>
!heads = tensor<?x?x112x64xbf16>
!steps = tensor<?x?x112xf32>
!vectors = tensor<?x?x128xbf16>
!groups = tensor<?x?x2x64xbf16>
!norm_groups = tensor<?x?x2x3584xbf16>
!norm_weight = tensor<2x3584xf32>
!window = tensor<?x3x7424xbf16>
!state = tensor<?x112x64x64xf32>

#input = affine_map<(b, l, o, i) -> (b, l, i)>
#weight = affine_map<(b, l, o, i) -> (o, i)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>
#elements = affine_map<(b, l, g, c) -> (b, l, g, c)>
#rows = affine_map<(b, l, g, c) -> (b, l, g)>
#weights = affine_map<(b, l, g, c) -> (g, c)>

// The scan alone, as the mixer runs it: decay rates -exp(A_log), softplus, skip and gate.
func.func @scan(%u: !heads, %delta: !steps, %B: !groups, %C: !groups, %z: !heads,
                %dt_bias: tensor<112xf32>, %A_log: tensor<112xf32>, %D: tensor<112xf32>,
                %state: !state)
    -> (!heads {attnc.name = "y"}, !state {attnc.name = "next_state"}) {
  %grown = math.exp %A_log : tensor<112xf32>
  %A = arith.negf %grown : tensor<112xf32>
  %y, %next_state = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z)
                      delta_bias(%dt_bias) init(%state) {delta_softplus}
     : (!heads, !steps, tensor<112xf32>, !groups, !groups, tensor<112xf32>, !heads,
        tensor<112xf32>, !state) -> (!heads, !state)
  return %y, %next_state : !heads, !state
}

// weight * x / sqrt(mean of x^2 + 1e-5) over each group of channels, in f32.
func.func private @rms_norm(%x: !norm_groups, %weight: !norm_weight) -> !norm_groups {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %count = arith.constant 3584.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %b = tensor.dim %x, %c0 : !norm_groups
  %l = tensor.dim %x, %c1 : !norm_groups
  %rows_empty = tensor.empty(%b, %l) : tensor<?x?x2xf32>
  %rows_zero = linalg.fill ins(%zero : f32) outs(%rows_empty : tensor<?x?x2xf32>)
                 -> tensor<?x?x2xf32>
  %squares = linalg.generic {indexing_maps = [#elements, #rows],
                             iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x : !norm_groups) outs(%rows_zero : tensor<?x?x2xf32>) {
  ^bb0(%element: bf16, %sum: f32):
    %wide = arith.extf %element : bf16 to f32
    %square = arith.mulf %wide, %wide : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> tensor<?x?x2xf32>
  %empty = tensor.empty(%b, %l) : !norm_groups
  %normed = linalg.generic {indexing_maps = [#elements, #rows, #weights, #elements],
                            iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %squares, %weight : !norm_groups, tensor<?x?x2xf32>, !norm_weight)
      outs(%empty : !norm_groups) {
  ^bb0(%element: bf16, %sum: f32, %factor: f32, %unused: bf16):
    %mean = arith.divf %sum, %count : f32
    %guarded = arith.addf %mean, %epsilon : f32
    %root = math.sqrt %guarded : f32
    %wide = arith.extf %element : bf16 to f32
    %scaled = arith.divf %wide, %root : f32
    %weighted = arith.mulf %scaled, %factor : f32
    %rounded = arith.truncf %weighted : f32 to bf16
    linalg.yield %rounded : bf16
  } -> !norm_groups
  return %normed : !norm_groups
}

func.func @mixer(%x: !hidden, %in_proj: tensor<14704x3584xbf16>, %conv_weight: tensor<7424x4xbf16>,
                 %conv_bias: tensor<7424xbf16>, %dt_bias: tensor<112xf32>, %A_log: tensor<112xf32>,
                 %D: tensor<112xf32>, %norm_weight: !norm_weight, %out_proj: tensor<3584x7168xbf16>,
                 %window: !window, %state: !state)
    -> (!hidden {attnc.name = "y"}, !window {attnc.name = "next_window"},
        !state {attnc.name = "next_state"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : !hidden
  %l = tensor.dim %x, %c1 : !hidden

  %projected_empty = tensor.empty(%b, %l) : !projected
  %projected_zero = linalg.fill ins(%zero : f32) outs(%projected_empty : !projected) -> !projected
  %projected = linalg.contract indexing_maps = [#input, #weight, #output]
                 ins(%x, %in_proj : !hidden, tensor<14704x3584xbf16>)
                 outs(%projected_zero : !projected) -> !projected
  %z_sums = tensor.extract_slice %projected[0, 0, 0] [%b, %l, 7168] [1, 1, 1]
     : !projected to tensor<?x?x7168xf32>
  %xBC_sums = tensor.extract_slice %projected[0, 0, 7168] [%b, %l, 7424] [1, 1, 1]
     : !projected to tensor<?x?x7424xf32>
  %z_channels = arith.truncf %z_sums : tensor<?x?x7168xf32> to !channels
  %xBC = arith.truncf %xBC_sums : tensor<?x?x7424xf32> to !convolved
  %delta = tensor.extract_slice %projected[0, 0, 14592] [%b, %l, 112] [1, 1, 1]
     : !projected to !steps

  %convolved, %next_window = attn.causal_conv1d %xBC, %conv_weight bias(%conv_bias) init(%window)
                               {silu}
     : (!convolved, tensor<7424x4xbf16>, tensor<7424xbf16>, !window) -> (!convolved, !window)
  %u_channels = tensor.extract_slice %convolved[0, 0, 0] [%b, %l, 7168] [1, 1, 1]
     : !convolved to !channels
  %B = tensor.extract_slice %convolved[0, 0, 7168] [%b, %l, 128] [1, 1, 1] : !convolved to !vectors
  %C = tensor.extract_slice %convolved[0, 0, 7296] [%b, %l, 128] [1, 1, 1] : !convolved to !vectors
  %u = tensor.expand_shape %u_channels [[0], [1], [2, 3]] output_shape [%b, %l, 112, 64]
     : !channels into !heads
  %z = tensor.expand_shape %z_channels [[0], [1], [2, 3]] output_shape [%b, %l, 112, 64]
     : !channels into !heads
  %B_groups = tensor.expand_shape %B [[0], [1], [2, 3]] output_shape [%b, %l, 2, 64]
     : !vectors into !groups
  %C_groups = tensor.expand_shape %C [[0], [1], [2, 3]] output_shape [%b, %l, 2, 64]
     : !vectors into !groups

  %gated, %next_state = func.call @scan(%u, %delta, %B_groups, %C_groups, %z, %dt_bias, %A_log, %D,
                                        %state)
     : (!heads, !steps, !groups, !groups, !heads, tensor<112xf32>, tensor<112xf32>,
        tensor<112xf32>, !state) -> (!heads, !state)

  %gated_channels = tensor.collapse_shape %gated [[0], [1], [2, 3]] : !heads into !channels
  %gated_groups = tensor.expand_shape %gated_channels [[0], [1], [2, 3]]
     output_shape [%b, %l, 2, 3584] : !channels into !norm_groups
  %normed_groups = func.call @rms_norm(%gated_groups, %norm_weight)
     : (!norm_groups, !norm_weight) -> !norm_groups
  %normed = tensor.collapse_shape %normed_groups [[0], [1], [2, 3]] : !norm_groups into !channels

  %sums_empty = tensor.empty(%b, %l) : tensor<?x?x3584xf32>
  %sums_zero = linalg.fill ins(%zero : f32) outs(%sums_empty : tensor<?x?x3584xf32>)
                 -> tensor<?x?x3584xf32>
  %sums = linalg.contract indexing_maps = [#input, #weight, #output]
            ins(%normed, %out_proj : !channels, tensor<3584x7168xbf16>)
            outs(%sums_zero : tensor<?x?x3584xf32>) -> tensor<?x?x3584xf32>
  %y = arith.truncf %sums : tensor<?x?x3584xf32> to !hidden
  return %y, %next_window, %next_state : !hidden, !window, !state
}
