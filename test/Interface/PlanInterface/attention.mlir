// attention ties the batch, the queries and the keys; results follow the queries.
// RUN: attn-opt %s --attn-plan-interface | FileCheck %s

// CHECK-LABEL: func.func @attention
// CHECK-SAME: {element = bf16, kind = "input", name = "q", shape = array<i64: -1, 8, -2, 64>}
// CHECK-SAME: {element = bf16, kind = "input", name = "k", shape = array<i64: -1, 2, -3, 64>}
// CHECK-SAME: {element = bf16, kind = "input", name = "v", shape = array<i64: -1, 2, -3, 32>}
// CHECK-SAME: {element = i32, kind = "input", name = "ids", shape = array<i64: -1, -4>}
// CHECK-SAME: {element = index, kind = "scalar", name = "offset", shape = array<i64>}
// CHECK-SAME: {element = bf16, kind = "output", name = "o", shape = array<i64: -1, 8, -2, 32>}
// CHECK-SAME: {element = f32, kind = "output", name = "lse", shape = array<i64: -1, 8, -2>}
// CHECK-SAME: symbols = ["B", "Sq", "Sk", "N1"]
func.func @attention(%q: tensor<?x8x?x64xbf16> {attnc.name = "q"},
                     %k: tensor<?x2x?x64xbf16> {attnc.name = "k"},
                     %v: tensor<?x2x?x32xbf16> {attnc.name = "v"},
                     %ids: tensor<?x?xi32> {attnc.name = "ids"},
                     %offset: index {attnc.name = "offset"})
    -> (tensor<?x8x?x32xbf16> {attnc.name = "o"}, tensor<?x8x?xf32> {attnc.name = "lse"}) {
  %o, %lse = attn.attention %q, %k, %v q_offset(%offset) document_ids(%ids)
      mask = [#attn.document]
      : (tensor<?x8x?x64xbf16>, tensor<?x2x?x64xbf16>, tensor<?x2x?x32xbf16>, index, tensor<?x?xi32>)
        -> (tensor<?x8x?x32xbf16>, tensor<?x8x?xf32>)
  return %o, %lse : tensor<?x8x?x32xbf16>, tensor<?x8x?xf32>
}

// Two attention ops over different sequences: the second names get numbers.
// CHECK-LABEL: func.func @two
// CHECK-SAME: name = "arg0", shape = array<i64: -1, 1, -2, 16>
// CHECK-SAME: name = "arg1", shape = array<i64: -1, 1, -3, 16>
// CHECK-SAME: name = "arg2", shape = array<i64: -4, 1, -5, 16>
// CHECK-SAME: name = "arg3", shape = array<i64: -4, 1, -6, 16>
// CHECK-SAME: symbols = ["B", "Sq", "Sk", "B2", "Sq2", "Sk2"]
func.func @two(%q: tensor<?x1x?x16xf32>, %k: tensor<?x1x?x16xf32>,
               %q2: tensor<?x1x?x16xf32>, %k2: tensor<?x1x?x16xf32>)
    -> (tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) {
  %o = attn.attention %q, %k, %k
      : (tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) -> tensor<?x1x?x16xf32>
  %o2 = attn.attention %q2, %k2, %k2
      : (tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>) -> tensor<?x1x?x16xf32>
  return %o, %o2 : tensor<?x1x?x16xf32>, tensor<?x1x?x16xf32>
}
