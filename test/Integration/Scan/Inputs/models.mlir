// Small scans and convolutions for properties.py: plain, with every option, packed, reset, reversed.
!u = tensor<?x?x21xf32>
!rates = tensor<21x5xf32>
!bc = tensor<?x?x1x5xf32>
!state = tensor<?x21x5xf32>
!channel = tensor<21xf32>
!x = tensor<?x?x3x11xf32>
!xdelta = tensor<?x?x3xf32>
!xstate = tensor<?x3x11x5xf32>
!window = tensor<?x3x21xf32>

func.func @plain(%u: !u, %delta: !u, %A: !rates, %B: !bc, %C: !bc, %init: !state)
    -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init)
    : (!u, !u, !rates, !bc, !bc, !state) -> (!u, !state)
  return %y, %last : !u, !state
}

func.func @full(%u: !u, %delta: !u, %A: !rates, %B: !bc, %C: !bc, %skip: !channel, %gate: !u,
                %bias: !channel, %init: !state) -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C skip(%skip) gate(%gate)
    delta_bias(%bias) init(%init) {delta_softplus, delta_limits = array<f64: 0.002, 0.5>}
    : (!u, !u, !rates, !bc, !bc, !channel, !u, !channel, !state) -> (!u, !state)
  return %y, %last : !u, !state
}

func.func @heads(%u: !x, %delta: !xdelta, %A: tensor<3xf32>, %B: !bc, %C: !bc, %init: !xstate)
    -> (!x, !xstate) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) {delta_softplus}
    : (!x, !xdelta, tensor<3xf32>, !bc, !bc, !xstate) -> (!x, !xstate)
  return %y, %last : !x, !xstate
}

func.func @reversed(%u: !u, %delta: !u, %A: !rates, %B: !bc, %C: !bc, %init: !state)
    -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) {reverse}
    : (!u, !u, !rates, !bc, !bc, !state) -> (!u, !state)
  return %y, %last : !u, !state
}

func.func @reset(%u: !u, %delta: !u, %A: !rates, %B: !bc, %C: !bc, %init: !state,
                 %reset: tensor<?x?xi1>) -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) reset(%reset)
    : (!u, !u, !rates, !bc, !bc, !state, tensor<?x?xi1>) -> (!u, !state)
  return %y, %last : !u, !state
}

func.func @packed(%u: tensor<1x?x21xf32>, %delta: tensor<1x?x21xf32>, %A: !rates,
                  %B: tensor<1x?x1x5xf32>, %C: tensor<1x?x1x5xf32>, %init: tensor<4x21x5xf32>,
                  %cu: tensor<5xi32>) -> (tensor<1x?x21xf32>, tensor<4x21x5xf32>) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) cu_seqlens(%cu)
    : (tensor<1x?x21xf32>, tensor<1x?x21xf32>, !rates, tensor<1x?x1x5xf32>, tensor<1x?x1x5xf32>,
       tensor<4x21x5xf32>, tensor<5xi32>) -> (tensor<1x?x21xf32>, tensor<4x21x5xf32>)
  return %y, %last : tensor<1x?x21xf32>, tensor<4x21x5xf32>
}

func.func @conv(%x: !u, %weight: tensor<21x4xf32>, %bias: !channel, %init: !window)
    -> (!u, !window) {
  %y, %last = attn.causal_conv1d %x, %weight bias(%bias) init(%init) {silu}
    : (!u, tensor<21x4xf32>, !channel, !window) -> (!u, !window)
  return %y, %last : !u, !window
}

func.func @conv_reset(%x: !u, %weight: tensor<21x4xf32>, %bias: !channel, %init: !window,
                      %reset: tensor<?x?xi1>) -> (!u, !window) {
  %y, %last = attn.causal_conv1d %x, %weight bias(%bias) init(%init) reset(%reset) {silu}
    : (!u, tensor<21x4xf32>, !channel, !window, tensor<?x?xi1>) -> (!u, !window)
  return %y, %last : !u, !window
}

func.func @conv_packed(%x: tensor<1x?x21xf32>, %weight: tensor<21x4xf32>, %bias: !channel,
                       %init: tensor<4x3x21xf32>, %cu: tensor<5xi32>)
    -> (tensor<1x?x21xf32>, tensor<4x3x21xf32>) {
  %y, %last = attn.causal_conv1d %x, %weight bias(%bias) init(%init) cu_seqlens(%cu) {silu}
    : (tensor<1x?x21xf32>, tensor<21x4xf32>, !channel, tensor<4x3x21xf32>, tensor<5xi32>)
      -> (tensor<1x?x21xf32>, tensor<4x3x21xf32>)
  return %y, %last : tensor<1x?x21xf32>, tensor<4x3x21xf32>
}
