// Every mask pattern in text and in bytecode; defaults are not written.
// RUN: attn-opt %s | FileCheck %s
// RUN: attn-opt %s | attn-opt | FileCheck %s
// RUN: attn-opt %s --emit-bytecode | attn-opt | FileCheck %s

// CHECK: @causal() attributes {masks = [#attn.causal, #attn.causal<bottom_right>]}
func.func private @causal() attributes {masks = [#attn.causal, #attn.causal<bottom_right>]}

// CHECK: @window() attributes {masks = [#attn.window<1>, #attn.window<9223372036854775807>, #attn.window<left = 0, right = 0>, #attn.window<left = 9223372036854775807, right = 9223372036854775807>]}
func.func private @window() attributes {masks = [#attn.window<1>, #attn.window<9223372036854775807>,
    #attn.window<left = 0, right = 0>,
    #attn.window<left = 9223372036854775807, right = 9223372036854775807>]}

// CHECK: @counts() attributes {masks = [#attn.sinks<0>, #attn.sinks<4>, #attn.prefix<0>, #attn.prefix<7>, #attn.global<0>, #attn.global<2>]}
func.func private @counts() attributes {masks = [#attn.sinks<0>, #attn.sinks<4>, #attn.prefix<0>,
    #attn.prefix<7>, #attn.global<0>, #attn.global<2>]}

// CHECK: @blocks() attributes {masks = [#attn.chunked<8192>, #attn.dilated<3>, #attn.strided<2>, #attn.strided<2>, #attn.strided<8, block = 64>, #attn.block_local<64>, #attn.block_local<64>, #attn.block_local<64, neighbours = 2>]}
func.func private @blocks() attributes {masks = [#attn.chunked<8192>, #attn.dilated<3>,
    #attn.strided<2>, #attn.strided<2, block = 1>, #attn.strided<8, block = 64>,
    #attn.block_local<64>, #attn.block_local<64, neighbours = 0>,
    #attn.block_local<64, neighbours = 2>]}

// CHECK: @document() attributes {masks = [#attn.document]}
func.func private @document() attributes {masks = [#attn.document]}

// CHECK: @combined() attributes {masks = [#attn.any<[]>, #attn.any<[#attn.causal, #attn.sinks<1>]>, #attn.all<[]>, #attn.all<[#attn.causal]>, #attn.not<#attn.any<[#attn.document]>>]}
func.func private @combined() attributes {masks = [#attn.any<[]>,
    #attn.any<[#attn.causal, #attn.sinks<1>]>, #attn.all<[]>, #attn.all<[#attn.causal]>,
    #attn.not<#attn.any<[#attn.document]>>]}
