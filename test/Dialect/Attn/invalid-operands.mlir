// The optional operands and results of attn.attention.
// RUN: attn-opt %s --split-input-file --verify-diagnostics

!t = tensor<1x2x4x8xf32>
func.func @offset_type(%q: !t, %first: i64) {
  // expected-error @+1 {{operand #3 must be index, but got 'i64'}}
  %o = attn.attention %q, %q, %q q_offset(%first) : (!t, !t, !t, i64) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @second_offset_type(%q: !t, %first: index, %second: f32) {
  // expected-error @+1 {{operand #4 must be index, but got 'f32'}}
  %o = attn.attention %q, %q, %q q_offset(%first) kv_offset(%second) : (!t, !t, !t, index, f32) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @ids_type(%q: !t, %ids: tensor<1x4xi64>) {
  // expected-error @+1 {{operand #3 must be ranked tensor of 32-bit signless integer values, but got 'tensor<1x4xi64>'}}
  %o = attn.attention %q, %q, %q document_ids(%ids) mask = [#attn.document] : (!t, !t, !t, tensor<1x4xi64>) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @ids_rank(%q: !t, %ids: tensor<4xi32>) {
  // expected-error @+1 {{document_ids must have rank 2 (batch, position), got rank 1: 'tensor<4xi32>'}}
  %o = attn.attention %q, %q, %q document_ids(%ids) mask = [#attn.document] : (!t, !t, !t, tensor<4xi32>) -> !t
  return
}

// -----

!t = tensor<2x2x4x8xf32>
func.func @ids_batch(%q: !t, %ids: tensor<1x4xi32>) {
  // expected-error @+1 {{batch of document_ids (of query): wanted 2, got 1}}
  %o = attn.attention %q, %q, %q document_ids(%ids) mask = [#attn.document] : (!t, !t, !t, tensor<1x4xi32>) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @ids_size(%q: !t, %ids: tensor<1x4611686018427387904xi32>) {
  // expected-error @+1 {{document_ids must have less than 2^63 bytes, got 'tensor<1x4611686018427387904xi32>'}}
  %o = attn.attention %q, %q, %q document_ids(%ids) mask = [#attn.document] : (!t, !t, !t, tensor<1x4611686018427387904xi32>) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @ids_missing(%q: !t) {
  // expected-error @+1 {{#attn.any<[#attn.causal, #attn.not<#attn.document>]> needs the operand document_ids(%ids)}}
  %o = attn.attention %q, %q, %q mask = [#attn.any<[#attn.causal, #attn.not<#attn.document>]>] : (!t, !t, !t) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @sink_type(%q: !t, %sink: tensor<2xf16>) {
  // expected-error @+1 {{operand #3 must be ranked tensor of 32-bit float values, but got 'tensor<2xf16>'}}
  %o = attn.attention %q, %q, %q sink(%sink) : (!t, !t, !t, tensor<2xf16>) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @sink_rank(%q: !t, %sink: tensor<1x2xf32>) {
  // expected-error @+1 {{sink must have rank 1 (heads), got rank 2: 'tensor<1x2xf32>'}}
  %o = attn.attention %q, %q, %q sink(%sink) : (!t, !t, !t, tensor<1x2xf32>) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @sink_heads(%q: !t, %sink: tensor<3xf32>) {
  // expected-error @+1 {{heads of sink (of query): wanted 2, got 3}}
  %o = attn.attention %q, %q, %q sink(%sink) : (!t, !t, !t, tensor<3xf32>) -> !t
  return
}

// -----

!t = tensor<1x2x4x8xf32>
func.func @dynamic_sink(%q: !t, %sink: tensor<?xf32>) {
  // expected-error @+1 {{heads of sink (of query): wanted 2, got ?}}
  %o = attn.attention %q, %q, %q sink(%sink) : (!t, !t, !t, tensor<?xf32>) -> !t
  return
}
