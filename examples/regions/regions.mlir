// A mask and a score of one's own: tokens see their own document only, nearer tokens count more.
//
// Several documents are packed into a sequence; %doc[b, i] is the document of token i. The score
// region is ALiBi: each head takes its slope times the distance off the score.
func.func @packed_alibi(%q: tensor<?x4x?x64xf32>, %k: tensor<?x4x?x64xf32>,
                        %v: tensor<?x4x?x64xf32>, %doc: tensor<?x?xi32>, %slopes: tensor<4xf32>)
    -> tensor<?x4x?x64xf32> {
  %o = attn.attention %q, %k, %v
     mask (%b, %h, %i, %j) {
       %di = tensor.extract %doc[%b, %i] : tensor<?x?xi32>
       %dj = tensor.extract %doc[%b, %j] : tensor<?x?xi32>
       %same = arith.cmpi eq, %di, %dj : i32
       %past = arith.cmpi sle, %j, %i : index
       %visible = arith.andi %same, %past : i1
       attn.yield %visible : i1
     }
     score (%s, %b, %h, %i, %j) {
       %slope = tensor.extract %slopes[%h] : tensor<4xf32>
       %distance = arith.subi %i, %j : index
       %n = arith.index_cast %distance : index to i32
       %d = arith.sitofp %n : i32 to f32
       %penalty = arith.mulf %slope, %d : f32
       %biased = arith.subf %s, %penalty : f32
       attn.yield %biased : f32
     }
     : (tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>, tensor<?x4x?x64xf32>) -> tensor<?x4x?x64xf32>
  return %o : tensor<?x4x?x64xf32>
}
