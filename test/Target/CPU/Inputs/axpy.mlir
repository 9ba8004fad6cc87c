// alpha * x + y on strided rows, with a count that is ignored: tensors and both kinds of scalars.
func.func @axpy(%alpha: f32 {attnc.name = "alpha"}, %x: tensor<?x4xf32> {attnc.name = "x"},
                %y: tensor<?x4xf32> {attnc.name = "y"}, %bias: i32 {attnc.name = "bias"})
    -> (tensor<?x4xf32> {attnc.name = "z"}) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %empty = tensor.empty(%n) : tensor<?x4xf32>
  %b = arith.sitofp %bias : i32 to f32
  %z = linalg.generic {
      indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>,
                       affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]}
      ins(%x, %y : tensor<?x4xf32>, tensor<?x4xf32>) outs(%empty : tensor<?x4xf32>) {
  ^bb0(%xi: f32, %yi: f32, %zi: f32):
    %scaled = arith.mulf %alpha, %xi : f32
    %sum = arith.addf %scaled, %yi : f32
    %biased = arith.addf %sum, %b : f32
    linalg.yield %biased : f32
  } -> tensor<?x4xf32>
  return %z : tensor<?x4xf32>
}
