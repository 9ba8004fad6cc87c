// one-shot-bufferize: the state of a loop over keys is updated in place, without one copy.
// RUN: attn-opt %s --one-shot-bufferize=bufferize-function-boundaries --canonicalize --cse | FileCheck %s

#row = affine_map<(d0)[s0] -> (-d0 + s0, 16)>

// CHECK-LABEL: func @loop
// CHECK-SAME: %[[Q:[a-z0-9]*]]: memref<?x8xf32, strided<[?, ?], offset: ?>>, %[[K:[a-z0-9]*]]: memref<?x8xf32, strided<[?, ?], offset: ?>>, %[[V:[a-z0-9]*]]: memref<?x4xf32, strided<[?, ?], offset: ?>>, %[[OUT:[a-z0-9]*]]: memref<?x4xf32, strided<[?, ?], offset: ?>>, %[[LSE:[a-z0-9]*]]: memref<?xf32, strided<[?], offset: ?>>, %[[IDS:[a-z0-9]*]]: memref<?xi32
// CHECK-DAG: %[[ACC:.*]] = memref.alloc() {{.*}} : memref<1x4x16xf32>
// CHECK-DAG: %[[MAX:.*]] = memref.alloc() {{.*}} : memref<1x16xf32>
// CHECK-DAG: %[[SUM:.*]] = memref.alloc() {{.*}} : memref<1x16xf32>
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: scf.for %[[J:.*]] = %c0 to %{{.*}} step %c16 {
// CHECK-NOT: memref.copy
// CHECK: %[[KT:.*]] = memref.subview %[[K]][%[[J]], 0]
// CHECK: %[[VT:.*]] = memref.subview %[[V]][%[[J]], 0]
// CHECK: attn.online_step ins(%[[Q]], %[[KT]], %[[VT]] : {{.*}}) at(%c0, %c0, %c0, %[[J]]) outs(%[[ACC]], %[[MAX]], %[[SUM]] : memref<1x4x16xf32>, memref<1x16xf32>, memref<1x16xf32>) {key_tile = 16 : i64, scale = 1.000000e+00 : f64} mask (%{{.*}}, %{{.*}}, %[[I:.*]], %{{.*}}) {
// CHECK: memref.load %[[IDS]][%[[I]]]
// CHECK-NOT: memref.copy
// CHECK: attn.online_finish ins(%[[ACC]], %[[MAX]], %[[SUM]] : {{.*}}) outs(%[[OUT]], %[[LSE]] : {{.*}})
// CHECK-NOT: memref.copy
// CHECK: return
func.func @loop(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x4xf32>,
                %out: tensor<?x4xf32>, %lse: tensor<?xf32>, %ids: tensor<?xi32>)
    -> (tensor<?x4xf32>, tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %c16 = arith.constant 16 : index
  %zero = arith.constant 0.0 : f32
  %minf = arith.constant 0xFF800000 : f32
  %n = tensor.dim %k, %c0 : tensor<?x8xf32>
  %acc_empty = tensor.empty() : tensor<1x4x16xf32>
  %max_empty = tensor.empty() : tensor<1x16xf32>
  %sum_empty = tensor.empty() : tensor<1x16xf32>
  %acc0 = linalg.fill ins(%zero : f32) outs(%acc_empty : tensor<1x4x16xf32>) -> tensor<1x4x16xf32>
  %max0 = linalg.fill ins(%minf : f32) outs(%max_empty : tensor<1x16xf32>) -> tensor<1x16xf32>
  %sum0 = linalg.fill ins(%zero : f32) outs(%sum_empty : tensor<1x16xf32>) -> tensor<1x16xf32>
  %state:3 = scf.for %j = %c0 to %n step %c16 iter_args(%acc = %acc0, %max = %max0, %sum = %sum0)
      -> (tensor<1x4x16xf32>, tensor<1x16xf32>, tensor<1x16xf32>) {
    %rows = affine.min #row(%j)[%n]
    %kt = tensor.extract_slice %k[%j, 0] [%rows, 8] [1, 1] : tensor<?x8xf32> to tensor<?x8xf32>
    %vt = tensor.extract_slice %v[%j, 0] [%rows, 4] [1, 1] : tensor<?x4xf32> to tensor<?x4xf32>
    %r:3 = attn.online_step ins(%q, %kt, %vt : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
        at(%c0, %c0, %c0, %j)
        outs(%acc, %max, %sum : tensor<1x4x16xf32>, tensor<1x16xf32>, tensor<1x16xf32>)
        {scale = 1.0 : f64, key_tile = 16 : i64} mask (%b, %h, %i, %jj) {
      %id = tensor.extract %ids[%i] : tensor<?xi32>
      %c3 = arith.constant 3 : i32
      %visible = arith.cmpi eq, %id, %c3 : i32
      attn.yield %visible : i1
    } -> tensor<1x4x16xf32>, tensor<1x16xf32>, tensor<1x16xf32>
    scf.yield %r#0, %r#1, %r#2 : tensor<1x4x16xf32>, tensor<1x16xf32>, tensor<1x16xf32>
  }
  %o, %l = attn.online_finish ins(%state#0, %state#1, %state#2 : tensor<1x4x16xf32>, tensor<1x16xf32>, tensor<1x16xf32>)
      outs(%out, %lse : tensor<?x4xf32>, tensor<?xf32>) -> tensor<?x4xf32>, tensor<?xf32>
  return %o, %l : tensor<?x4xf32>, tensor<?xf32>
}
