// Packed sequences in any number; to be appended to models.mlir, which has the aliases.

func.func @packed_any(%u: tensor<1x?x21xf32>, %delta: tensor<1x?x21xf32>, %A: !rates,
                      %B: tensor<1x?x1x5xf32>, %C: tensor<1x?x1x5xf32>, %init: !state,
                      %cu: tensor<?xi32>) -> (tensor<1x?x21xf32>, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) cu_seqlens(%cu)
    : (tensor<1x?x21xf32>, tensor<1x?x21xf32>, !rates, tensor<1x?x1x5xf32>, tensor<1x?x1x5xf32>,
       !state, tensor<?xi32>) -> (tensor<1x?x21xf32>, !state)
  return %y, %last : tensor<1x?x21xf32>, !state
}

func.func @conv_packed_any(%x: tensor<1x?x21xf32>, %weight: tensor<21x4xf32>, %bias: !channel,
                           %init: !window, %cu: tensor<?xi32>)
    -> (tensor<1x?x21xf32>, !window) {
  %y, %last = attn.causal_conv1d %x, %weight bias(%bias) init(%init) cu_seqlens(%cu) {silu}
    : (tensor<1x?x21xf32>, tensor<21x4xf32>, !channel, !window, tensor<?xi32>)
      -> (tensor<1x?x21xf32>, !window)
  return %y, %last : tensor<1x?x21xf32>, !window
}
