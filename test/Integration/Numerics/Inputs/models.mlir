// Small models for rules.py: plain, masked by captured values, with a score region, with a sink.
!q = tensor<1x1x?x8xf32>
!h = tensor<1x1x?x8xf16>
!lse = tensor<1x1x?xf32>

func.func @dense(%q: !q, %k: !q, %v: !q) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v : (!q, !q, !q) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

func.func @causal(%q: !q, %k: !q, %v: !q) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v mask = [#attn.causal] : (!q, !q, !q) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

func.func @shifted(%q: !q, %k: !q, %v: !q, %a: index, %b: index) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v q_offset(%a) kv_offset(%b) mask = [#attn.causal]
    : (!q, !q, !q, index, index) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

func.func @bottom_right(%q: !q, %k: !q, %v: !q) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v mask = [#attn.causal<bottom_right>]
    : (!q, !q, !q) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

// Key j is visible where allowed[j].
func.func @allowed(%q: !q, %k: !q, %v: !q, %allowed: tensor<?xi1>) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %visible = tensor.extract %allowed[%j] : tensor<?xi1>
    attn.yield %visible : i1
  } : (!q, !q, !q) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

// The score of (i, j) is what bias says, whatever q and k are.
func.func @scored(%q: !q, %k: !q, %v: !q, %bias: tensor<?x?xf32>) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v score (%s, %b, %h, %i, %j) {
    %value = tensor.extract %bias[%i, %j] : tensor<?x?xf32>
    attn.yield %value : f32
  } : (!q, !q, !q) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

func.func @masked_sink(%q: !q, %k: !q, %v: !q, %sink: tensor<1xf32>) -> (!q, !lse) {
  %o, %lse = attn.attention %q, %k, %v sink(%sink) mask = [#attn.any<[]>]
    : (!q, !q, !q, tensor<1xf32>) -> (!q, !lse)
  return %o, %lse : !q, !lse
}

func.func @no_scale(%q: !q, %k: !q, %v: !q) -> !q {
  %o = attn.attention %q, %k, %v {scale = 0.0 : f64} : (!q, !q, !q) -> !q
  return %o : !q
}

func.func @half(%q: !h, %k: !h, %v: !h) -> !h {
  %o = attn.attention %q, %k, %v : (!h, !h, !h) -> !h
  return %o : !h
}

// Pairs whose i op j is 0 are visible, for each of four ways to divide.
func.func @divided(%q: !q, %k: !q, %v: !q) -> !lse {
  %o, %lse = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %zero = arith.constant 0 : index
    %x = arith.divsi %i, %j : index
    %visible = arith.cmpi eq, %x, %zero : index
    attn.yield %visible : i1
  } : (!q, !q, !q) -> (!q, !lse)
  return %lse : !lse
}

func.func @modulo(%q: !q, %k: !q, %v: !q) -> !lse {
  %o, %lse = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %zero = arith.constant 0 : index
    %x = arith.remui %i, %j : index
    %visible = arith.cmpi eq, %x, %zero : index
    attn.yield %visible : i1
  } : (!q, !q, !q) -> (!q, !lse)
  return %lse : !lse
}

func.func @wrapped(%q: !q, %k: !q, %v: !q) -> !lse {
  %o, %lse = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %least = arith.constant -2147483648 : i32
    %minus = arith.constant -1 : i32
    %x = arith.divsi %least, %minus : i32
    %visible = arith.cmpi eq, %x, %least : i32
    attn.yield %visible : i1
  } : (!q, !q, !q) -> (!q, !lse)
  return %lse : !lse
}
