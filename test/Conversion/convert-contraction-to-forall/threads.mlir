// RUN: rm -rf %t && mkdir %t && attnc %s -o %t/products.so
// RUN: %python %attnc_root/examples/make_inputs.py %t x=3x9x301 w=530x301xbf16 v=301x530
// RUN: attn-ref %s --function rows --in %t/x.npy --in %t/w.npy --f64 --out %t/rows.npy
// RUN: attn-run %t/products.so --function rows --threads 1 --in %t/x.npy --in %t/w.npy \
// RUN:   --check %t/rows.npy --out %t/rows1.npy
// RUN: attn-run %t/products.so --function rows --threads 4 --in %t/x.npy --in %t/w.npy \
// RUN:   --out %t/rows4.npy
// RUN: cmp %t/rows1.npy %t/rows4.npy
// RUN: attn-ref %s --function columns --in %t/x.npy --in %t/v.npy --f64 --out %t/columns.npy
// RUN: attn-run %t/products.so --function columns --threads 1 --in %t/x.npy --in %t/v.npy \
// RUN:   --check %t/columns.npy --out %t/columns1.npy
// RUN: attn-run %t/products.so --function columns --threads 4 --in %t/x.npy --in %t/v.npy \
// RUN:   --out %t/columns4.npy
// RUN: cmp %t/columns1.npy %t/columns4.npy

// Products whose sizes no tile divides, with weights that lie along the reduction and across it:
// right, and the same bits on one thread and on four.
#input = affine_map<(b, l, o, i) -> (b, l, i)>
#rows = affine_map<(b, l, o, i) -> (o, i)>
#columns = affine_map<(b, l, o, i) -> (i, o)>
#output = affine_map<(b, l, o, i) -> (b, l, o)>

func.func private @zeros(%x: tensor<?x?x301xf32>) -> tensor<?x?x530xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %b = tensor.dim %x, %c0 : tensor<?x?x301xf32>
  %l = tensor.dim %x, %c1 : tensor<?x?x301xf32>
  %empty = tensor.empty(%b, %l) : tensor<?x?x530xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?x530xf32>) -> tensor<?x?x530xf32>
  return %zeros : tensor<?x?x530xf32>
}

func.func @rows(%x: tensor<?x?x301xf32>, %w: tensor<530x301xbf16>) -> tensor<?x?x530xf32> {
  %zeros = func.call @zeros(%x) : (tensor<?x?x301xf32>) -> tensor<?x?x530xf32>
  %y = linalg.contract indexing_maps = [#input, #rows, #output]
         ins(%x, %w : tensor<?x?x301xf32>, tensor<530x301xbf16>)
         outs(%zeros : tensor<?x?x530xf32>) -> tensor<?x?x530xf32>
  return %y : tensor<?x?x530xf32>
}

func.func @columns(%x: tensor<?x?x301xf32>, %v: tensor<301x530xf32>) -> tensor<?x?x530xf32> {
  %zeros = func.call @zeros(%x) : (tensor<?x?x301xf32>) -> tensor<?x?x530xf32>
  %y = linalg.contract indexing_maps = [#input, #columns, #output]
         ins(%x, %v : tensor<?x?x301xf32>, tensor<301x530xf32>)
         outs(%zeros : tensor<?x?x530xf32>) -> tensor<?x?x530xf32>
  return %y : tensor<?x?x530xf32>
}
