// Bytecode of models that version 0.1 wrote must stay readable: v0.1.mlirbc is this file, as written
// then by `attn-opt v0.1.mlir --strip-debuginfo --emit-bytecode`. Never write it anew.
// RUN: attn-opt %s > %t
// RUN: attn-opt %S/v0.1.mlirbc | diff %t -
// RUN: FileCheck %s --input-file=%t
// CHECK-COUNT-4: attn.attention

!q = tensor<?x8x?x16xbf16>
!k = tensor<?x2x?x16xbf16>
!v = tensor<?x2x?x32xbf16>
!o = tensor<?x8x?x32xbf16>
!lse = tensor<?x8x?xf32>

module {
  func.func private @patterns() attributes {patterns = [
    #attn.causal, #attn.causal<bottom_right>, #attn.window<4096>,
    #attn.window<left = 3, right = 5>, #attn.sinks<4>, #attn.prefix<7>, #attn.chunked<8192>,
    #attn.dilated<3>, #attn.strided<8>, #attn.strided<8, block = 64>, #attn.block_local<64>,
    #attn.block_local<64, neighbours = 2>, #attn.global<2>, #attn.document,
    #attn.any<[]>, #attn.any<[#attn.causal, #attn.sinks<1>]>, #attn.all<[]>,
    #attn.all<[#attn.causal, #attn.not<#attn.window<2>>]>]}

  func.func @plain(%q: !q, %k: !k, %v: !v) -> !o {
    %o = attn.attention %q, %k, %v : (!q, !k, !v) -> !o
    return %o : !o
  }

  func.func @operands(%q: !q, %k: !k, %v: !v, %a: index, %b: index, %ids: tensor<?x?xi32>,
                      %sink: tensor<8xf32>) -> (!o, !lse) {
    %o, %lse = attn.attention %q, %k, %v q_offset(%a) kv_offset(%b) document_ids(%ids) sink(%sink)
        {scale = 0.125 : f64} mask = [#attn.causal, #attn.document]
        : (!q, !k, !v, index, index, tensor<?x?xi32>, tensor<8xf32>) -> (!o, !lse)
    return %o, %lse : !o, !lse
  }

  func.func @some_operands(%q: !q, %k: !k, %v: !v, %b: index, %sink: tensor<8xf32>) -> !o {
    %o = attn.attention %q, %k, %v kv_offset(%b) sink(%sink) mask = [#attn.window<16>]
        : (!q, !k, !v, index, tensor<8xf32>) -> !o
    return %o : !o
  }

  func.func @regions(%q: !q, %k: !k, %v: !v, %doc: tensor<?x?xi32>, %slopes: tensor<8xf32>) -> !o {
    %o = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
      %di = tensor.extract %doc[%b, %i] : tensor<?x?xi32>
      %dj = tensor.extract %doc[%b, %j] : tensor<?x?xi32>
      %same = arith.cmpi eq, %di, %dj : i32
      attn.yield %same : i1
    } score (%s, %b, %h, %i, %j) {
      %slope = tensor.extract %slopes[%h] : tensor<8xf32>
      %x = arith.addf %s, %slope : f32
      attn.yield %x : f32
    } : (!q, !k, !v) -> !o
    return %o : !o
  }
}
