// What Jamba computes between its projections and the scan: RMS norms of B (weightless here) and C
// (with weights), an affine step size, inputs masked by position; 80 channels, the last block short.
#row = affine_map<(b, l, n) -> (b, l, n)>
#sum = affine_map<(b, l, n) -> (b, l)>
#last = affine_map<(b, l, n) -> (n)>
!sums = tensor<?x?xf32>
!row = tensor<?x?x16xf32>
!group = tensor<?x?x1x16xf32>
!t = tensor<?x?x80xf32>

func.func private @rms(%raw: !row) -> !row {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %eps = arith.constant 1.0e-6 : f32
  %states = arith.constant 16.0 : f32
  %batch = tensor.dim %raw, %c0 : !row
  %length = tensor.dim %raw, %c1 : !row
  %sumsEmpty = tensor.empty(%batch, %length) : !sums
  %empty = tensor.empty(%batch, %length) : !row
  %zeros = linalg.fill ins(%zero : f32) outs(%sumsEmpty : !sums) -> !sums
  %sums = linalg.generic
      {indexing_maps = [#row, #sum], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%raw : !row) outs(%zeros : !sums) {
  ^bb0(%x: f32, %s: f32):
    %square = arith.mulf %x, %x : f32
    %next = arith.addf %s, %square : f32
    linalg.yield %next : f32
  } -> !sums
  %norm = linalg.generic
      {indexing_maps = [#row, #sum, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%raw, %sums : !row, !sums) outs(%empty : !row) {
  ^bb0(%x: f32, %s: f32, %o: f32):
    %mean = arith.divf %s, %states : f32
    %e = arith.addf %mean, %eps : f32
    %root = math.rsqrt %e : f32
    %y = arith.mulf %x, %root : f32
    linalg.yield %y : f32
  } -> !row
  return %norm : !row
}

func.func @prologue(%u: !t, %mask: !sums, %delta: !t, %bias: tensor<80xf32>,
                    %A: tensor<80x16xf32>, %b: !row, %c: !row, %weights: tensor<16xf32>) -> !t {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %half = arith.constant 0.5 : f32
  %batch = tensor.dim %u, %c0 : !t
  %length = tensor.dim %u, %c1 : !t
  %rows = tensor.empty(%batch, %length) : !row
  %channels = tensor.empty(%batch, %length) : !t
  %masked = linalg.generic
      {indexing_maps = [#row, #sum, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%u, %mask : !t, !sums) outs(%channels : !t) {
  ^bb0(%x: f32, %m: f32, %o: f32):
    %y = arith.mulf %x, %m : f32
    linalg.yield %y : f32
  } -> !t
  %steps = linalg.generic
      {indexing_maps = [#row, #last, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%delta, %bias : !t, tensor<80xf32>) outs(%channels : !t) {
  ^bb0(%x: f32, %shift: f32, %o: f32):
    %scaled = arith.mulf %x, %half : f32
    %y = arith.addf %scaled, %shift : f32
    linalg.yield %y : f32
  } -> !t
  %exp = math.exp %A : tensor<80x16xf32>
  %rates = arith.negf %exp : tensor<80x16xf32>
  %normB = func.call @rms(%b) : (!row) -> !row
  %normC = func.call @rms(%c) : (!row) -> !row
  %weighted = linalg.generic
      {indexing_maps = [#row, #last, #row], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%normC, %weights : !row, tensor<16xf32>) outs(%rows : !row) {
  ^bb0(%x: f32, %w: f32, %o: f32):
    %y = arith.mulf %x, %w : f32
    linalg.yield %y : f32
  } -> !row
  %B = tensor.expand_shape %normB [[0], [1], [2, 3]] output_shape [%batch, %length, 1, 16]
    : !row into !group
  %C = tensor.expand_shape %weighted [[0], [1], [2, 3]] output_shape [%batch, %length, 1, 16]
    : !row into !group
  %y = attn.selective_scan %masked, %steps, %rates, %B, %C gate(%masked) {delta_softplus}
    : (!t, !t, tensor<80x16xf32>, !group, !group, !t) -> !t
  return %y : !t
}
