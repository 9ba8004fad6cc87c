// The mixer of mamba2-2.7b (64 layers): d_model 2560, 80 heads of 64 channels, 128 states,
// one group, convolution of x, B and C over 4 steps, and a gated RMS norm. The two large weights
// are bf16, everything else is f32.
//
// Weights lie as checkpoints store them, outputs before inputs. `window` and `state` are what the
// sequence so far left behind (zeros at its beginning), `next_window` and `next_state` are for the
// next call: a prompt, a chunk of one and a single token are the same function.
!hidden = tensor<?x?x2560xf32>
!projected = tensor<?x?x10576xf32> // z, then x, B and C for the convolution, then the step sizes
!convolved = tensor<?x?x5376xf32>
!channels = tensor<?x?x5120xf32>
!heads = tensor<?x?x80x64xf32>
!steps = tensor<?x?x80xf32>
!vectors = tensor<?x?x128xf32>
!groups = tensor<?x?x1x128xf32>
!norm_groups = tensor<?x?x1x5120xf32>
!norm_weight = tensor<1x5120xf32>
!window = tensor<?x3x5376xf32>
!state = tensor<?x80x64x128xf32>

#input = affine_map<(b, l, o, i) -> (b, l, i)>
#weight = affine_map<(b, l, o, i) -> (o, i)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>
#elements = affine_map<(b, l, g, c) -> (b, l, g, c)>
#rows = affine_map<(b, l, g, c) -> (b, l, g)>
#weights = affine_map<(b, l, g, c) -> (g, c)>

// The scan alone, as the mixer runs it: decay rates -exp(A_log), softplus, skip and gate.
func.func @scan(%u: !heads, %delta: !steps, %B: !groups, %C: !groups, %z: !heads,
                %dt_bias: tensor<80xf32>, %A_log: tensor<80xf32>, %D: tensor<80xf32>,
                %state: !state)
    -> (!heads {attnc.name = "y"}, !state {attnc.name = "next_state"}) {
  %grown = math.exp %A_log : tensor<80xf32>
  %A = arith.negf %grown : tensor<80xf32>
  %y, %next_state = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z)
                      delta_bias(%dt_bias) init(%state) {delta_softplus}
     : (!heads, !steps, tensor<80xf32>, !groups, !groups, tensor<80xf32>, !heads,
        tensor<80xf32>, !state) -> (!heads, !state)
  return %y, %next_state : !heads, !state
}

// weight * x / sqrt(mean of x^2 + 1e-5) over each group of channels, in f32.
func.func private @rms_norm(%x: !norm_groups, %weight: !norm_weight) -> !norm_groups {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %count = arith.constant 5120.0 : f32
  %epsilon = arith.constant 1.0e-5 : f32
  %b = tensor.dim %x, %c0 : !norm_groups
  %l = tensor.dim %x, %c1 : !norm_groups
  %rows_empty = tensor.empty(%b, %l) : tensor<?x?x1xf32>
  %rows_zero = linalg.fill ins(%zero : f32) outs(%rows_empty : tensor<?x?x1xf32>)
                 -> tensor<?x?x1xf32>
  %squares = linalg.generic {indexing_maps = [#elements, #rows],
                             iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x : !norm_groups) outs(%rows_zero : tensor<?x?x1xf32>) {
  ^bb0(%element: f32, %sum: f32):
    %square = arith.mulf %element, %element : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> tensor<?x?x1xf32>
  %empty = tensor.empty(%b, %l) : !norm_groups
  %normed = linalg.generic {indexing_maps = [#elements, #rows, #weights, #elements],
                            iterator_types = ["parallel", "parallel", "parallel", "parallel"]}
      ins(%x, %squares, %weight : !norm_groups, tensor<?x?x1xf32>, !norm_weight)
      outs(%empty : !norm_groups) {
  ^bb0(%element: f32, %sum: f32, %factor: f32, %unused: f32):
    %mean = arith.divf %sum, %count : f32
    %guarded = arith.addf %mean, %epsilon : f32
    %root = math.sqrt %guarded : f32
    %scaled = arith.divf %element, %root : f32
    %weighted = arith.mulf %scaled, %factor : f32
    linalg.yield %weighted : f32
  } -> !norm_groups
  return %normed : !norm_groups
}

func.func @mixer(%x: !hidden, %in_proj: tensor<10576x2560xbf16>, %conv_weight: tensor<5376x4xf32>,
                 %conv_bias: tensor<5376xf32>, %dt_bias: tensor<80xf32>, %A_log: tensor<80xf32>,
                 %D: tensor<80xf32>, %norm_weight: !norm_weight, %out_proj: tensor<2560x5120xbf16>,
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
                 ins(%x, %in_proj : !hidden, tensor<10576x2560xbf16>)
                 outs(%projected_zero : !projected) -> !projected
  %z_channels = tensor.extract_slice %projected[0, 0, 0] [%b, %l, 5120] [1, 1, 1]
     : !projected to !channels
  %xBC = tensor.extract_slice %projected[0, 0, 5120] [%b, %l, 5376] [1, 1, 1]
     : !projected to !convolved
  %delta = tensor.extract_slice %projected[0, 0, 10496] [%b, %l, 80] [1, 1, 1]
     : !projected to !steps

  %convolved, %next_window = attn.causal_conv1d %xBC, %conv_weight bias(%conv_bias) init(%window)
                               {silu}
     : (!convolved, tensor<5376x4xf32>, tensor<5376xf32>, !window) -> (!convolved, !window)
  %u_channels = tensor.extract_slice %convolved[0, 0, 0] [%b, %l, 5120] [1, 1, 1]
     : !convolved to !channels
  %B = tensor.extract_slice %convolved[0, 0, 5120] [%b, %l, 128] [1, 1, 1] : !convolved to !vectors
  %C = tensor.extract_slice %convolved[0, 0, 5248] [%b, %l, 128] [1, 1, 1] : !convolved to !vectors
  %u = tensor.expand_shape %u_channels [[0], [1], [2, 3]] output_shape [%b, %l, 80, 64]
     : !channels into !heads
  %z = tensor.expand_shape %z_channels [[0], [1], [2, 3]] output_shape [%b, %l, 80, 64]
     : !channels into !heads
  %B_groups = tensor.expand_shape %B [[0], [1], [2, 3]] output_shape [%b, %l, 1, 128]
     : !vectors into !groups
  %C_groups = tensor.expand_shape %C [[0], [1], [2, 3]] output_shape [%b, %l, 1, 128]
     : !vectors into !groups

  %gated, %next_state = func.call @scan(%u, %delta, %B_groups, %C_groups, %z, %dt_bias, %A_log, %D,
                                        %state)
     : (!heads, !steps, !groups, !groups, !heads, tensor<80xf32>, tensor<80xf32>,
        tensor<80xf32>, !state) -> (!heads, !state)

  %gated_channels = tensor.collapse_shape %gated [[0], [1], [2, 3]] : !heads into !channels
  %gated_groups = tensor.expand_shape %gated_channels [[0], [1], [2, 3]]
     output_shape [%b, %l, 1, 5120] : !channels into !norm_groups
  %normed_groups = func.call @rms_norm(%gated_groups, %norm_weight)
     : (!norm_groups, !norm_weight) -> !norm_groups
  %normed = tensor.collapse_shape %normed_groups [[0], [1], [2, 3]] : !norm_groups into !channels

  %hidden_empty = tensor.empty(%b, %l) : !hidden
  %hidden_zero = linalg.fill ins(%zero : f32) outs(%hidden_empty : !hidden) -> !hidden
  %y = linalg.contract indexing_maps = [#input, #weight, #output]
         ins(%normed, %out_proj : !channels, tensor<2560x5120xbf16>)
         outs(%hidden_zero : !hidden) -> !hidden
  return %y, %next_window, %next_state : !hidden, !window, !state
}
