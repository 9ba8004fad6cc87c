// RUN: attn-opt %s --convert-attn-to-vector --split-input-file --verify-diagnostics
// RUN: not attn-opt %s --split-input-file \
// RUN:   --convert-attn-to-vector=features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16,+amx-tile,+amx-bf16 \
// RUN:   2>&1 | FileCheck %s --check-prefix=AMX

// Ops on tensors are refused, and panels that are not whole vectors of queries.
func.func @tensors(%q: tensor<?x16xf32>, %n: index, %acc: tensor<1x16x8xf32>,
                   %row: tensor<1x8xf32>) -> tensor<1x16x8xf32> {
  // expected-error @+1 {{'attn.online_step' op must be bufferized before convert-attn-to-vector}}
  %s:3 = attn.online_step ins(%q, %q, %q : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>)
    at(%n, %n, %n, %n) outs(%acc, %row, %row : tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>)
    {key_tile = 32 : i64, scale = 0.25 : f64}
    -> tensor<1x16x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>
  return %s#0 : tensor<1x16x8xf32>
}

// -----

func.func @finish_on_tensors(%acc: tensor<1x8x8xf32>, %row: tensor<1x8xf32>, %o: tensor<?x8xf32>)
    -> tensor<?x8xf32> {
  // expected-error @+1 {{'attn.online_finish' op must be bufferized before convert-attn-to-vector}}
  %r = attn.online_finish ins(%acc, %row, %row : tensor<1x8x8xf32>, tensor<1x8xf32>, tensor<1x8xf32>)
    outs(%o : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %r : tensor<?x8xf32>
}

// -----

func.func @narrow(%q: memref<?x16xf32>, %n: index, %acc: memref<1x16x12xf32>,
                  %row: memref<1x12xf32>) {
  // expected-error @+1 {{'attn.online_step' op panel width must be a multiple of the 8 lanes of the target, got 12}}
  attn.online_step ins(%q, %q, %q : memref<?x16xf32>, memref<?x16xf32>, memref<?x16xf32>)
    at(%n, %n, %n, %n) outs(%acc, %row, %row : memref<1x16x12xf32>, memref<1x12xf32>, memref<1x12xf32>)
    {key_tile = 32 : i64, scale = 0.25 : f64}
  return
}

// -----

func.func @narrow_finish(%acc: memref<1x8x4xf32>, %row: memref<1x4xf32>, %o: memref<?x8xf32>) {
  // expected-error @+1 {{'attn.online_finish' op panel width must be a multiple of the 8 lanes of the target, got 4}}
  attn.online_finish ins(%acc, %row, %row : memref<1x8x4xf32>, memref<1x4xf32>, memref<1x4xf32>)
    outs(%o : memref<?x8xf32>)
  return
}

// -----

// Two by two tiles of AMX take panels of 32 queries; other targets take these.
// AMX: error: 'attn.online_step' op panel width must be 32 on a target with AMX, got 16
func.func @amx(%q: memref<?x32xbf16>, %n: index, %acc: memref<1x32x16xf32>,
               %row: memref<1x16xf32>) {
  attn.online_step ins(%q, %q, %q : memref<?x32xbf16>, memref<?x32xbf16>, memref<?x32xbf16>)
    at(%n, %n, %n, %n) outs(%acc, %row, %row : memref<1x32x16xf32>, memref<1x16xf32>, memref<1x16xf32>)
    {key_tile = 32 : i64, scale = 0.25 : f64}
  return
}
