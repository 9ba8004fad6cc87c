// Attention whose shapes and mask a test fills in.
func.func @attention(%q: tensor<QUERY>, %k: tensor<KEY>, %v: tensor<VALUE>)
    -> (tensor<OUTPUT>, tensor<LSE>) {
  %o, %lse = attn.attention %q, %k, %v MASK
    : (tensor<QUERY>, tensor<KEY>, tensor<VALUE>) -> (tensor<OUTPUT>, tensor<LSE>)
  return %o, %lse : tensor<OUTPUT>, tensor<LSE>
}
