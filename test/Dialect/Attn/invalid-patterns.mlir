// Mask patterns: parameters out of range, unknown names, attributes that are no patterns.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

// expected-error @+1 {{window width must be at least 1, got 0}}
func.func private @window() attributes {mask = #attn.window<0>}

// -----

// expected-error @+1 {{window width must be at least 1, got -4096}}
func.func private @negative_window() attributes {mask = #attn.window<-4096>}

// -----

// expected-error @+1 {{window left must be at least 0, got -1}}
func.func private @window_left() attributes {mask = #attn.window<left = -1, right = 0>}

// -----

// expected-error @+1 {{window right must be at least 0, got -1}}
func.func private @window_right() attributes {mask = #attn.window<left = 0, right = -1>}

// -----

// expected-error @+1 {{integer value too large}}
func.func private @window_overflow() attributes {mask = #attn.window<9223372036854775808>}

// -----

// expected-error @+1 {{expected 'right'}}
func.func private @window_words() attributes {mask = #attn.window<left = 1, width = 2>}

// -----

// expected-error @+1 {{expected 'bottom_right': #attn.causal or #attn.causal<bottom_right>}}
func.func private @causal() attributes {mask = #attn.causal<top_left>}

// -----

// expected-error @+1 {{number of sinks must be at least 0, got -1}}
func.func private @sinks() attributes {mask = #attn.sinks<-1>}

// -----

// expected-error @+1 {{prefix length must be at least 0, got -1}}
func.func private @prefix() attributes {mask = #attn.prefix<-1>}

// -----

// expected-error @+1 {{number of global positions must be at least 0, got -2}}
func.func private @global() attributes {mask = #attn.global<-2>}

// -----

// expected-error @+1 {{chunk size must be at least 1, got 0}}
func.func private @chunked() attributes {mask = #attn.chunked<0>}

// -----

// expected-error @+1 {{dilation rate must be at least 1, got 0}}
func.func private @dilated() attributes {mask = #attn.dilated<0>}

// -----

// expected-error @+1 {{stride must be at least 1, got 0}}
func.func private @strided() attributes {mask = #attn.strided<0>}

// -----

// expected-error @+1 {{block size must be at least 1, got 0}}
func.func private @strided_block() attributes {mask = #attn.strided<2, block = 0>}

// -----

// expected-error @+1 {{block size must be at least 1, got 0}}
func.func private @block_local() attributes {mask = #attn.block_local<0>}

// -----

// expected-error @+1 {{number of neighbour blocks must be at least 0, got -1}}
func.func private @neighbours() attributes {mask = #attn.block_local<8, neighbours = -1>}

// -----

// expected-error @+1 {{expected a mask pattern such as #attn.causal, got 1 : i64}}
func.func private @any() attributes {mask = #attn.any<[#attn.causal, 1]>}

// -----

// expected-error @+1 {{expected a mask pattern such as #attn.causal, got "causal"}}
func.func private @all() attributes {mask = #attn.all<["causal"]>}

// -----

// expected-error @+1 {{expected a mask pattern such as #attn.causal, got unit}}
func.func private @not() attributes {mask = #attn.not<unit>}

// -----

// expected-error @+1 {{unknown attribute `casual` in dialect `attn`}}
func.func private @unknown() attributes {mask = #attn.casual}

// -----

!t = tensor<1x2x4x8xf32>
func.func @no_pattern(%q: !t) {
  // expected-error @+1 {{mask must list mask patterns such as #attn.causal, got "causal"}}
  %o = attn.attention %q, %q, %q mask = ["causal"] : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @no_list(%q: !t) {
  // expected-error @+1 {{mask must be a list of patterns such as [#attn.causal], got #attn.causal}}
  %o = attn.attention %q, %q, %q mask = #attn.causal : (!t, !t, !t) -> !t
  return
}
