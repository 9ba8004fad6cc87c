// Scans of few channels and many steps for chunks.py: forwards, backwards, in heads, packed.
!u = tensor<?x?x40xf32>
!rates = tensor<40x5xf32>
!bc = tensor<?x?x1x5xf32>
!state = tensor<?x40x5xf32>
!heads = tensor<?x?x2x70xf32>
!packed = tensor<1x?x40xf32>
!packed_bc = tensor<1x?x1x5xf32>

func.func @forward(%u: !u, %delta: !u, %A: !rates, %B: !bc, %C: !bc, %init: !state,
                   %reset: tensor<?x?xi1>) -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) reset(%reset) {delta_softplus}
    : (!u, !u, !rates, !bc, !bc, !state, tensor<?x?xi1>) -> (!u, !state)
  return %y, %last : !u, !state
}

func.func @backward(%u: !u, %delta: !u, %A: !rates, %B: !bc, %C: !bc, %init: !state,
                    %reset: tensor<?x?xi1>) -> (!u, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) reset(%reset)
    {delta_softplus, reverse}
    : (!u, !u, !rates, !bc, !bc, !state, tensor<?x?xi1>) -> (!u, !state)
  return %y, %last : !u, !state
}

// Two blocks of channels for each head, which share its step sizes.
func.func @heads(%u: !heads, %delta: tensor<?x?x2xf32>, %A: tensor<2xf32>, %B: !bc, %C: !bc)
    -> !heads {
  %y = attn.selective_scan %u, %delta, %A, %B, %C {delta_softplus}
    : (!heads, tensor<?x?x2xf32>, tensor<2xf32>, !bc, !bc) -> !heads
  return %y : !heads
}

func.func @packed(%u: !packed, %delta: !packed, %A: !rates, %B: !packed_bc, %C: !packed_bc,
                  %init: !state, %cu: tensor<?xi32>) -> (!packed, !state) {
  %y, %last = attn.selective_scan %u, %delta, %A, %B, %C init(%init) cu_seqlens(%cu)
    {delta_softplus}
    : (!packed, !packed, !rates, !packed_bc, !packed_bc, !state, tensor<?xi32>)
      -> (!packed, !state)
  return %y, %last : !packed, !state
}
