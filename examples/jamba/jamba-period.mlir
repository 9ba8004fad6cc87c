// One period of Jamba v0.1 with an embedding and a head: 8 layers, attention where i mod 8 = 4 and
// Mamba elsewhere, 16 experts of which a token takes 2 where i mod 2 = 1 and one MLP elsewhere.
//
// The structure is the model's, the widths are 1/16 of it (d_model 256, 512 channels, 16 states,
// dt_rank 16, 8 query heads that share 2 key/value heads of 32, MLPs of 896, 256 tokens); f32.
// Weights of layers of one kind are stacked along their first axis. States go in and out: windows
// and states of the Mamba layers, and caches of keys and values. `past` positions of the caches are
// filled; keys and values that find no room are lost. A prompt, a chunk of one and a single token
// are the same function.
!tokens = tensor<?x?xi32>
!logits = tensor<?x?x256xf32>
!channels = tensor<?x?x512xf32>
!any = tensor<?x?x?xf32>
!matrix = tensor<?x?xf32>
!vectors = tensor<?x?x16xf32>
!groups = tensor<?x?x1x16xf32>
!choices = tensor<?x?xindex>
!heads = tensor<?x?x8x32xf32>
!queries = tensor<?x8x?x32xf32>
!new = tensor<?x?x2x32xf32>
!cache = tensor<?x2x?x32xf32>
!window = tensor<?x3x512xf32>
!state = tensor<?x512x16xf32>
!windows = tensor<7x?x3x512xf32>
!states = tensor<7x?x512x16xf32>
!gates = tensor<4x16x896x256xf32>
!downs = tensor<4x16x256x896xf32>

#input = affine_map<(b, l, o, i) -> (b, l, i)>
#weight = affine_map<(b, l, o, i) -> (o, i)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>
#elements = affine_map<(b, l, c) -> (b, l, c)>
#rows = affine_map<(b, l, c) -> (b, l)>
#gains = affine_map<(b, l, c) -> (c)>

// x times the transposed weights.
func.func private @linear(%x: !any, %weight: !matrix) -> !any {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : !any
  %l = tensor.dim %x, %c1 : !any
  %o = tensor.dim %weight, %c0 : !matrix
  %empty = tensor.empty(%b, %l, %o) : !any
  %start = linalg.fill ins(%zero : f32) outs(%empty : !any) -> !any
  %y = linalg.contract indexing_maps = [#input, #weight, #output]
         ins(%x, %weight : !any, !matrix) outs(%start : !any) -> !any
  return %y : !any
}

// gain * x / sqrt(mean of x^2 + 1e-6) along the last axis.
func.func private @rms_norm(%x: !any, %gain: tensor<?xf32>) -> !any {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant 0.0 : f32
  %epsilon = arith.constant 1.0e-6 : f32
  %b = tensor.dim %x, %c0 : !any
  %l = tensor.dim %x, %c1 : !any
  %size = tensor.dim %x, %c2 : !any
  %size_int = arith.index_cast %size : index to i64
  %count = arith.sitofp %size_int : i64 to f32
  %rows_empty = tensor.empty(%b, %l) : !matrix
  %rows_zero = linalg.fill ins(%zero : f32) outs(%rows_empty : !matrix) -> !matrix
  %squares = linalg.generic {indexing_maps = [#elements, #rows],
                             iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x : !any) outs(%rows_zero : !matrix) {
  ^bb0(%element: f32, %sum: f32):
    %square = arith.mulf %element, %element : f32
    %next = arith.addf %sum, %square : f32
    linalg.yield %next : f32
  } -> !matrix
  %empty = tensor.empty(%b, %l, %size) : !any
  %normed = linalg.generic {indexing_maps = [#elements, #rows, #gains, #elements],
                            iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %squares, %gain : !any, !matrix, tensor<?xf32>) outs(%empty : !any) {
  ^bb0(%element: f32, %sum: f32, %factor: f32, %unused: f32):
    %mean = arith.divf %sum, %count : f32
    %guarded = arith.addf %mean, %epsilon : f32
    %root = math.sqrt %guarded : f32
    %scaled = arith.divf %element, %root : f32
    %weighted = arith.mulf %scaled, %factor : f32
    linalg.yield %weighted : f32
  } -> !any
  return %normed : !any
}

// SwiGLU: down(silu(gate(x)) * up(x)).
func.func private @mlp(%x: !any, %gate: !matrix, %up: !matrix, %down: !matrix) -> !any {
  %one = arith.constant 1.0 : f32
  %gates = func.call @linear(%x, %gate) : (!any, !matrix) -> !any
  %values = func.call @linear(%x, %up) : (!any, !matrix) -> !any
  %product = linalg.generic {indexing_maps = [#elements, #elements],
                             iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%values : !any) outs(%gates : !any) {
  ^bb0(%value: f32, %z: f32):
    %negated = arith.negf %z : f32
    %exponential = math.exp %negated : f32
    %denominator = arith.addf %exponential, %one : f32
    %silu = arith.divf %z, %denominator : f32
    %gated = arith.mulf %silu, %value : f32
    linalg.yield %gated : f32
  } -> !any
  %y = func.call @linear(%product, %down) : (!any, !matrix) -> !any
  return %y : !any
}

// The weight of every expert: softmax over all of them, in f32.
func.func private @softmax(%logits: !vectors) -> !vectors {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %lowest = arith.constant 0xFF800000 : f32
  %b = tensor.dim %logits, %c0 : !vectors
  %l = tensor.dim %logits, %c1 : !vectors
  %rows = tensor.empty(%b, %l) : !matrix
  %maxima_start = linalg.fill ins(%lowest : f32) outs(%rows : !matrix) -> !matrix
  %maxima = linalg.reduce ins(%logits : !vectors) outs(%maxima_start : !matrix) dimensions = [2]
    (%element: f32, %largest: f32) {
      %next = arith.maximumf %element, %largest : f32
      linalg.yield %next : f32
    }
  %empty = tensor.empty(%b, %l) : !vectors
  %powers = linalg.generic {indexing_maps = [#elements, #rows, #elements],
                            iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%logits, %maxima : !vectors, !matrix) outs(%empty : !vectors) {
  ^bb0(%element: f32, %largest: f32, %unused: f32):
    %difference = arith.subf %element, %largest : f32
    %power = math.exp %difference : f32
    linalg.yield %power : f32
  } -> !vectors
  %sums_start = linalg.fill ins(%zero : f32) outs(%rows : !matrix) -> !matrix
  %sums = linalg.reduce ins(%powers : !vectors) outs(%sums_start : !matrix) dimensions = [2]
    (%element: f32, %sum: f32) {
      %next = arith.addf %sum, %element : f32
      linalg.yield %next : f32
    }
  %weights = linalg.generic {indexing_maps = [#elements, #rows, #elements],
                             iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%powers, %sums : !vectors, !matrix) outs(%empty : !vectors) {
  ^bb0(%power: f32, %sum: f32, %unused: f32):
    %weight = arith.divf %power, %sum : f32
    linalg.yield %weight : f32
  } -> !vectors
  return %weights : !vectors
}

// The largest weight of each token and whose it is, leaving out the expert `taken`.
func.func private @best(%weights: !vectors, %taken: !choices) -> (!matrix, !choices) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %weights, %c0 : !vectors
  %l = tensor.dim %weights, %c1 : !vectors
  %values_empty = tensor.empty(%b, %l) : !matrix
  %values_zero = linalg.fill ins(%zero : f32) outs(%values_empty : !matrix) -> !matrix
  %choices_empty = tensor.empty(%b, %l) : !choices
  %choices_zero = linalg.fill ins(%c0 : index) outs(%choices_empty : !choices) -> !choices
  %values, %choices = linalg.generic {
      indexing_maps = [#elements, #rows, #rows, #rows],
      iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%weights, %taken : !vectors, !choices)
      outs(%values_zero, %choices_zero : !matrix, !choices) {
  ^bb0(%weight: f32, %without: index, %value: f32, %choice: index):
    %expert = linalg.index 2 : index
    %is_free = arith.cmpi ne, %expert, %without : index
    %is_larger = arith.cmpf ogt, %weight, %value : f32
    %is_better = arith.andi %is_free, %is_larger : i1
    %next = arith.select %is_better, %weight, %value : f32
    %next_choice = arith.select %is_better, %expert, %choice : index
    linalg.yield %next, %next_choice : f32, index
  } -> (!matrix, !choices)
  return %values, %choices : !matrix, !choices
}

// What one expert makes of one token, times its weight.
func.func private @expert(%x: !any, %weight: f32, %layer: index, %expert: index, %gates: !gates,
                          %ups: !gates, %downs: !downs) -> !any {
  %c256 = arith.constant 256 : index
  %c896 = arith.constant 896 : index
  %gate = tensor.extract_slice %gates[%layer, %expert, 0, 0] [1, 1, %c896, %c256] [1, 1, 1, 1]
     : !gates to !matrix
  %up = tensor.extract_slice %ups[%layer, %expert, 0, 0] [1, 1, %c896, %c256] [1, 1, 1, 1]
     : !gates to !matrix
  %down = tensor.extract_slice %downs[%layer, %expert, 0, 0] [1, 1, %c256, %c896] [1, 1, 1, 1]
     : !downs to !matrix
  %y = func.call @mlp(%x, %gate, %up, %down) : (!any, !matrix, !matrix, !matrix) -> !any
  %weighted = linalg.generic {indexing_maps = [#elements],
                              iterator_types = ["parallel", "parallel", "parallel"]}
      outs(%y : !any) {
  ^bb0(%element: f32):
    %product = arith.mulf %weight, %element : f32
    linalg.yield %product : f32
  } -> !any
  return %weighted : !any
}

// The mixture: the two experts with the largest weights, which are not made to add up to 1.
func.func private @mixture(%x: !any, %router: !matrix, %layer: index, %gates: !gates, %ups: !gates,
                           %downs: !downs) -> !any {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c256 = arith.constant 256 : index
  %nobody = arith.constant 16 : index
  %b = tensor.dim %x, %c0 : !any
  %l = tensor.dim %x, %c1 : !any
  %logits = func.call @linear(%x, %router) : (!any, !matrix) -> !any
  %expert_logits = tensor.cast %logits : !any to !vectors
  %weights = func.call @softmax(%expert_logits) : (!vectors) -> !vectors
  %choices_empty = tensor.empty(%b, %l) : !choices
  %none_taken = linalg.fill ins(%nobody : index) outs(%choices_empty : !choices) -> !choices
  %first_weights, %firsts = func.call @best(%weights, %none_taken)
     : (!vectors, !choices) -> (!matrix, !choices)
  %second_weights, %seconds = func.call @best(%weights, %firsts)
     : (!vectors, !choices) -> (!matrix, !choices)

  %empty = tensor.empty(%b, %l, %c256) : !any
  %y = scf.for %i = %c0 to %b step %c1 iter_args(%sequences = %empty) -> !any {
    %sequence = scf.for %j = %c0 to %l step %c1 iter_args(%out = %sequences) -> !any {
      %token = tensor.extract_slice %x[%i, %j, 0] [%c1, %c1, %c256] [1, 1, 1] : !any to !any
      %first_weight = tensor.extract %first_weights[%i, %j] : !matrix
      %first = tensor.extract %firsts[%i, %j] : !choices
      %first_y = func.call @expert(%token, %first_weight, %layer, %first, %gates, %ups, %downs)
         : (!any, f32, index, index, !gates, !gates, !downs) -> !any
      %second_weight = tensor.extract %second_weights[%i, %j] : !matrix
      %second = tensor.extract %seconds[%i, %j] : !choices
      %second_y = func.call @expert(%token, %second_weight, %layer, %second, %gates, %ups, %downs)
         : (!any, f32, index, index, !gates, !gates, !downs) -> !any
      %sum = arith.addf %first_y, %second_y : !any
      %next = tensor.insert_slice %sum into %out[%i, %j, 0] [%c1, %c1, %c256] [1, 1, 1]
         : !any into !any
      scf.yield %next : !any
    }
    scf.yield %sequence : !any
  }
  return %y : !any
}

// A Mamba mixer; dt_r, B and C go through RMS norms with gains.
func.func private @mamba(%x: !any, %in_proj: !matrix, %conv_weight: tensor<512x4xf32>,
                         %conv_bias: tensor<512xf32>, %x_proj: !matrix, %dt_norm: tensor<?xf32>,
                         %B_norm: tensor<?xf32>, %C_norm: tensor<?xf32>, %dt_proj: !matrix,
                         %dt_bias: tensor<512xf32>, %A_log: tensor<512x16xf32>,
                         %D: tensor<512xf32>, %out_proj: !matrix, %window: !window, %state: !state)
    -> (!any, !window, !state) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %b = tensor.dim %x, %c0 : !any
  %l = tensor.dim %x, %c1 : !any
  %xz = func.call @linear(%x, %in_proj) : (!any, !matrix) -> !any
  %mixed = tensor.extract_slice %xz[0, 0, 0] [%b, %l, 512] [1, 1, 1] : !any to !channels
  %z = tensor.extract_slice %xz[0, 0, 512] [%b, %l, 512] [1, 1, 1] : !any to !channels
  %u, %next_window = attn.causal_conv1d %mixed, %conv_weight bias(%conv_bias) init(%window) {silu}
     : (!channels, tensor<512x4xf32>, tensor<512xf32>, !window) -> (!channels, !window)

  %any_u = tensor.cast %u : !channels to !any
  %parameters = func.call @linear(%any_u, %x_proj) : (!any, !matrix) -> !any
  %dt_raw = tensor.extract_slice %parameters[0, 0, 0] [%b, %l, %c16] [1, 1, 1] : !any to !any
  %B_raw = tensor.extract_slice %parameters[0, 0, 16] [%b, %l, %c16] [1, 1, 1] : !any to !any
  %C_raw = tensor.extract_slice %parameters[0, 0, 32] [%b, %l, %c16] [1, 1, 1] : !any to !any
  %dt_r = func.call @rms_norm(%dt_raw, %dt_norm) : (!any, tensor<?xf32>) -> !any
  %B_any = func.call @rms_norm(%B_raw, %B_norm) : (!any, tensor<?xf32>) -> !any
  %C_any = func.call @rms_norm(%C_raw, %C_norm) : (!any, tensor<?xf32>) -> !any
  %B_vectors = tensor.cast %B_any : !any to !vectors
  %C_vectors = tensor.cast %C_any : !any to !vectors
  %B = tensor.expand_shape %B_vectors [[0], [1], [2, 3]] output_shape [%b, %l, 1, 16]
     : !vectors into !groups
  %C = tensor.expand_shape %C_vectors [[0], [1], [2, 3]] output_shape [%b, %l, 1, 16]
     : !vectors into !groups
  %delta_any = func.call @linear(%dt_r, %dt_proj) : (!any, !matrix) -> !any
  %delta = tensor.cast %delta_any : !any to !channels

  %grown = math.exp %A_log : tensor<512x16xf32>
  %A = arith.negf %grown : tensor<512x16xf32>
  %gated, %next_state = attn.selective_scan %u, %delta, %A, %B, %C skip(%D) gate(%z)
                          delta_bias(%dt_bias) init(%state) {delta_softplus}
     : (!channels, !channels, tensor<512x16xf32>, !groups, !groups, tensor<512xf32>, !channels,
        tensor<512xf32>, !state) -> (!channels, !state)
  %any_gated = tensor.cast %gated : !channels to !any
  %y = func.call @linear(%any_gated, %out_proj) : (!any, !matrix) -> !any
  return %y, %next_window, %next_state : !any, !window, !state
}

// The cache with the new rows at the positions from `past` on.
func.func private @remember(%new: !any, %cache: !cache, %past: index) -> !cache {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %new, %c0 : !any
  %l = tensor.dim %new, %c1 : !any
  %last = arith.subi %l, %c1 : index
  %rows_any = tensor.extract_slice %new[0, 0, 0] [%b, %l, 64] [1, 1, 1] : !any to tensor<?x?x64xf32>
  %rows = tensor.expand_shape %rows_any [[0], [1], [2, 3]] output_shape [%b, %l, 2, 32]
     : tensor<?x?x64xf32> into !new
  %next = linalg.generic {
      indexing_maps = [affine_map<(b, h, j, c) -> (b, h, j, c)>],
      iterator_types = ["parallel", "parallel", "parallel", "parallel"]} outs(%cache : !cache) {
  ^bb0(%old: f32):
    %n = linalg.index 0 : index
    %h = linalg.index 1 : index
    %j = linalg.index 2 : index
    %c = linalg.index 3 : index
    %distance = arith.subi %j, %past : index
    %below_end = arith.minsi %distance, %last : index
    %row = arith.maxsi %below_end, %c0 : index
    %is_new = arith.cmpi eq, %row, %distance : index
    %element = tensor.extract %rows[%n, %row, %h, %c] : !new
    %kept = arith.select %is_new, %element, %old : f32
    linalg.yield %kept : f32
  } -> !cache
  return %next : !cache
}

// Grouped-query attention without positions in the queries and keys.
func.func private @self_attention(%x: !any, %q_proj: !matrix, %k_proj: !matrix, %v_proj: !matrix,
                                  %o_proj: !matrix, %keys: !cache, %values: !cache, %past: index)
    -> (!any, !cache, !cache) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : !any
  %l = tensor.dim %x, %c1 : !any
  %q_any = func.call @linear(%x, %q_proj) : (!any, !matrix) -> !any
  %k = func.call @linear(%x, %k_proj) : (!any, !matrix) -> !any
  %v = func.call @linear(%x, %v_proj) : (!any, !matrix) -> !any
  %next_keys = func.call @remember(%k, %keys, %past) : (!any, !cache, index) -> !cache
  %next_values = func.call @remember(%v, %values, %past) : (!any, !cache, index) -> !cache
  %q_rows = tensor.cast %q_any : !any to !logits
  %q_heads = tensor.expand_shape %q_rows [[0], [1], [2, 3]] output_shape [%b, %l, 8, 32]
     : !logits into !heads
  %q_empty = tensor.empty(%b, %l) : !queries
  %q = linalg.transpose ins(%q_heads : !heads) outs(%q_empty : !queries) permutation = [0, 2, 1, 3]
  %o = attn.attention %q, %next_keys, %next_values q_offset(%past) mask = [#attn.causal]
     : (!queries, !cache, !cache, index) -> !queries
  %o_empty = tensor.empty(%b, %l) : !heads
  %o_heads = linalg.transpose ins(%o : !queries) outs(%o_empty : !heads) permutation = [0, 2, 1, 3]
  %o_rows = tensor.collapse_shape %o_heads [[0], [1], [2, 3]] : !heads into !logits
  %o_any = tensor.cast %o_rows : !logits to !any
  %y = func.call @linear(%o_any, %o_proj) : (!any, !matrix) -> !any
  return %y, %next_keys, %next_values : !any, !cache, !cache
}

// Rows of the table of embeddings; numbers that are no token take the nearest that is one.
func.func private @embed(%tokens: !tokens, %embedding: tensor<256x256xf32>) -> !any {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c256 = arith.constant 256 : index
  %first = arith.constant 0 : i32
  %last = arith.constant 255 : i32
  %b = tensor.dim %tokens, %c0 : !tokens
  %l = tensor.dim %tokens, %c1 : !tokens
  %empty = tensor.empty(%b, %l, %c256) : !any
  %x = linalg.generic {indexing_maps = [#rows, #elements],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%tokens : !tokens) outs(%empty : !any) {
  ^bb0(%token: i32, %unused: f32):
    %c = linalg.index 2 : index
    %below_end = arith.minsi %token, %last : i32
    %known = arith.maxsi %below_end, %first : i32
    %row = arith.index_cast %known : i32 to index
    %element = tensor.extract %embedding[%row, %c] : tensor<256x256xf32>
    linalg.yield %element : f32
  } -> !any
  return %x : !any
}

func.func @jamba(%tokens: !tokens, %past: index, %embedding: tensor<256x256xf32>,
                 %input_norm: tensor<8x256xf32>, %ff_norm: tensor<8x256xf32>,
                 %in_proj: tensor<7x1024x256xf32>, %conv_weight: tensor<7x512x4xf32>,
                 %conv_bias: tensor<7x512xf32>, %x_proj: tensor<7x48x512xf32>,
                 %dt_norm: tensor<7x16xf32>, %B_norm: tensor<7x16xf32>, %C_norm: tensor<7x16xf32>,
                 %dt_proj: tensor<7x512x16xf32>, %dt_bias: tensor<7x512xf32>,
                 %A_log: tensor<7x512x16xf32>, %D: tensor<7x512xf32>,
                 %out_proj: tensor<7x256x512xf32>, %q_proj: tensor<256x256xf32>,
                 %k_proj: tensor<64x256xf32>, %v_proj: tensor<64x256xf32>,
                 %o_proj: tensor<256x256xf32>, %gate_proj: tensor<4x896x256xf32>,
                 %up_proj: tensor<4x896x256xf32>, %down_proj: tensor<4x256x896xf32>,
                 %router: tensor<4x16x256xf32>, %expert_gate: !gates, %expert_up: !gates,
                 %expert_down: !downs, %final_norm: tensor<256xf32>,
                 %head: tensor<256x256xf32>, %windows: !windows, %states: !states,
                 %keys: !cache, %values: !cache)
    -> (!logits {attnc.name = "logits"}, !windows {attnc.name = "next_windows"},
        !states {attnc.name = "next_states"}, !cache {attnc.name = "next_keys"},
        !cache {attnc.name = "next_values"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %c8 = arith.constant 8 : index
  %c16 = arith.constant 16 : index
  %c48 = arith.constant 48 : index
  %c256 = arith.constant 256 : index
  %c512 = arith.constant 512 : index
  %c896 = arith.constant 896 : index
  %c1024 = arith.constant 1024 : index
  %b = tensor.dim %tokens, %c0 : !tokens
  %l = tensor.dim %tokens, %c1 : !tokens
  %embedded = func.call @embed(%tokens, %embedding) : (!tokens, tensor<256x256xf32>) -> !any

  %x, %windows_8, %states_8, %keys_8, %values_8 = scf.for %i = %c0 to %c8 step %c1
      iter_args(%x_i = %embedded, %windows_i = %windows, %states_i = %states, %keys_i = %keys,
                %values_i = %values) -> (!any, !windows, !states, !cache, !cache) {
    %input_gain = tensor.extract_slice %input_norm[%i, 0] [1, %c256] [1, 1]
       : tensor<8x256xf32> to tensor<?xf32>
    %normed = func.call @rms_norm(%x_i, %input_gain) : (!any, tensor<?xf32>) -> !any
    %place = arith.remui %i, %c8 : index
    %is_attention = arith.cmpi eq, %place, %c4 : index
    %mixed, %windows_n, %states_n, %keys_n, %values_n = scf.if %is_attention
        -> (!any, !windows, !states, !cache, !cache) {
      %q = tensor.cast %q_proj : tensor<256x256xf32> to !matrix
      %k = tensor.cast %k_proj : tensor<64x256xf32> to !matrix
      %v = tensor.cast %v_proj : tensor<64x256xf32> to !matrix
      %o = tensor.cast %o_proj : tensor<256x256xf32> to !matrix
      %y, %keys_next, %values_next = func.call @self_attention(%normed, %q, %k, %v, %o, %keys_i,
                                                               %values_i, %past)
         : (!any, !matrix, !matrix, !matrix, !matrix, !cache, !cache, index)
           -> (!any, !cache, !cache)
      scf.yield %y, %windows_i, %states_i, %keys_next, %values_next
         : !any, !windows, !states, !cache, !cache
    } else {
      // The layers after the attention are one Mamba layer less.
      %is_after = arith.cmpi ugt, %i, %c4 : index
      %before = arith.select %is_after, %c1, %c0 : index
      %m = arith.subi %i, %before : index
      %in = tensor.extract_slice %in_proj[%m, 0, 0] [1, %c1024, %c256] [1, 1, 1]
         : tensor<7x1024x256xf32> to !matrix
      %taps = tensor.extract_slice %conv_weight[%m, 0, 0] [1, 512, 4] [1, 1, 1]
         : tensor<7x512x4xf32> to tensor<512x4xf32>
      %tap_bias = tensor.extract_slice %conv_bias[%m, 0] [1, 512] [1, 1]
         : tensor<7x512xf32> to tensor<512xf32>
      %parameters = tensor.extract_slice %x_proj[%m, 0, 0] [1, %c48, %c512] [1, 1, 1]
         : tensor<7x48x512xf32> to !matrix
      %dt_gain = tensor.extract_slice %dt_norm[%m, 0] [1, %c16] [1, 1]
         : tensor<7x16xf32> to tensor<?xf32>
      %B_gain = tensor.extract_slice %B_norm[%m, 0] [1, %c16] [1, 1]
         : tensor<7x16xf32> to tensor<?xf32>
      %C_gain = tensor.extract_slice %C_norm[%m, 0] [1, %c16] [1, 1]
         : tensor<7x16xf32> to tensor<?xf32>
      %dt = tensor.extract_slice %dt_proj[%m, 0, 0] [1, %c512, %c16] [1, 1, 1]
         : tensor<7x512x16xf32> to !matrix
      %bias = tensor.extract_slice %dt_bias[%m, 0] [1, 512] [1, 1]
         : tensor<7x512xf32> to tensor<512xf32>
      %rates = tensor.extract_slice %A_log[%m, 0, 0] [1, 512, 16] [1, 1, 1]
         : tensor<7x512x16xf32> to tensor<512x16xf32>
      %skip = tensor.extract_slice %D[%m, 0] [1, 512] [1, 1] : tensor<7x512xf32> to tensor<512xf32>
      %out = tensor.extract_slice %out_proj[%m, 0, 0] [1, %c256, %c512] [1, 1, 1]
         : tensor<7x256x512xf32> to !matrix
      %window = tensor.extract_slice %windows_i[%m, 0, 0, 0] [1, %b, 3, 512] [1, 1, 1, 1]
         : !windows to !window
      %state = tensor.extract_slice %states_i[%m, 0, 0, 0] [1, %b, 512, 16] [1, 1, 1, 1]
         : !states to !state
      %y, %window_next, %state_next = func.call @mamba(%normed, %in, %taps, %tap_bias, %parameters,
                                                       %dt_gain, %B_gain, %C_gain, %dt, %bias,
                                                       %rates, %skip, %out, %window, %state)
         : (!any, !matrix, tensor<512x4xf32>, tensor<512xf32>, !matrix, tensor<?xf32>,
            tensor<?xf32>, tensor<?xf32>, !matrix, tensor<512xf32>, tensor<512x16xf32>,
            tensor<512xf32>, !matrix, !window, !state) -> (!any, !window, !state)
      %windows_next = tensor.insert_slice %window_next into
                        %windows_i[%m, 0, 0, 0] [1, %b, 3, 512] [1, 1, 1, 1] : !window into !windows
      %states_next = tensor.insert_slice %state_next into
                       %states_i[%m, 0, 0, 0] [1, %b, 512, 16] [1, 1, 1, 1] : !state into !states
      scf.yield %y, %windows_next, %states_next, %keys_i, %values_i
         : !any, !windows, !states, !cache, !cache
    }
    %middle = arith.addf %x_i, %mixed : !any

    %ff_gain = tensor.extract_slice %ff_norm[%i, 0] [1, %c256] [1, 1]
       : tensor<8x256xf32> to tensor<?xf32>
    %ff_input = func.call @rms_norm(%middle, %ff_gain) : (!any, tensor<?xf32>) -> !any
    %parity = arith.remui %i, %c2 : index
    %pair = arith.divui %i, %c2 : index
    %is_mixture = arith.cmpi eq, %parity, %c1 : index
    %ff = scf.if %is_mixture -> !any {
      %expert_router = tensor.extract_slice %router[%pair, 0, 0] [1, %c16, %c256] [1, 1, 1]
         : tensor<4x16x256xf32> to !matrix
      %y = func.call @mixture(%ff_input, %expert_router, %pair, %expert_gate, %expert_up,
                              %expert_down)
         : (!any, !matrix, index, !gates, !gates, !downs) -> !any
      scf.yield %y : !any
    } else {
      %gate = tensor.extract_slice %gate_proj[%pair, 0, 0] [1, %c896, %c256] [1, 1, 1]
         : tensor<4x896x256xf32> to !matrix
      %up = tensor.extract_slice %up_proj[%pair, 0, 0] [1, %c896, %c256] [1, 1, 1]
         : tensor<4x896x256xf32> to !matrix
      %down = tensor.extract_slice %down_proj[%pair, 0, 0] [1, %c256, %c896] [1, 1, 1]
         : tensor<4x256x896xf32> to !matrix
      %y = func.call @mlp(%ff_input, %gate, %up, %down) : (!any, !matrix, !matrix, !matrix) -> !any
      scf.yield %y : !any
    }
    %x_next = arith.addf %middle, %ff : !any
    scf.yield %x_next, %windows_n, %states_n, %keys_n, %values_n
       : !any, !windows, !states, !cache, !cache
  }

  %final_gain = tensor.cast %final_norm : tensor<256xf32> to tensor<?xf32>
  %final = func.call @rms_norm(%x, %final_gain) : (!any, tensor<?xf32>) -> !any
  %any_head = tensor.cast %head : tensor<256x256xf32> to !matrix
  %any_logits = func.call @linear(%final, %any_head) : (!any, !matrix) -> !any
  %logits = tensor.extract_slice %any_logits[0, 0, 0] [%b, %l, 256] [1, 1, 1] : !any to !logits

  // The loop hides from the compiler that sizes are those of the arguments: said once more.
  %room = tensor.dim %keys, %c2 : !cache
  %next_windows = tensor.extract_slice %windows_8[0, 0, 0, 0] [7, %b, 3, 512] [1, 1, 1, 1]
     : !windows to !windows
  %next_states = tensor.extract_slice %states_8[0, 0, 0, 0] [7, %b, 512, 16] [1, 1, 1, 1]
     : !states to !states
  %next_keys = tensor.extract_slice %keys_8[0, 0, 0, 0] [%b, 2, %room, 32] [1, 1, 1, 1]
     : !cache to !cache
  %next_values = tensor.extract_slice %values_8[0, 0, 0, 0] [%b, 2, %room, 32] [1, 1, 1, 1]
     : !cache to !cache
  return %logits, %next_windows, %next_states, %next_keys, %next_values
     : !logits, !windows, !states, !cache, !cache
}
