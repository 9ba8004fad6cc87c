// The tiled form on tensors and on memrefs, in text, in the generic form and in bytecode.
// RUN: attn-opt %s | FileCheck %s
// RUN: attn-opt %s | attn-opt | FileCheck %s
// RUN: attn-opt %s --mlir-print-op-generic | attn-opt | FileCheck %s
// RUN: attn-opt %s --emit-bytecode | attn-opt | FileCheck %s

!acc = tensor<2x16x8xf32>
!m = tensor<2x8xf32>
!acc_buffer = memref<2x16x8xf32>
!m_buffer = memref<2x8xf32, strided<[8, 1], offset: ?>>

// CHECK-LABEL: func @tensors
// CHECK: %0:3 = attn.online_step ins(%arg0, %arg1, %arg2 : tensor<?x4xbf16>, tensor<?x4xbf16>, tensor<?x16xbf16>) at(%arg6, %arg6, %arg6, %arg6) outs(%arg3, %arg4, %arg5 : tensor<2x16x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {key_tile = 32 : i64, scale = 5.000000e-01 : f64} -> tensor<2x16x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
// CHECK: %1:3 = attn.online_step {{.*}} mask (%b, %h, %i, %j) {
// CHECK-NEXT: %{{.*}} = arith.cmpi sle, %j, %i : index
// CHECK: } score (%s, %b, %h, %i, %j) {
// CHECK-NEXT: %{{.*}} = math.tanh %s : f32
// CHECK: } -> tensor<2x16x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
// CHECK: %2 = attn.online_finish ins(%1#0, %1#1, %1#2 : tensor<2x16x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) outs(%arg7 : tensor<?x16xbf16>) -> tensor<?x16xbf16>
// CHECK: %3:2 = attn.online_finish ins({{.*}}) outs(%arg7, %arg8 : tensor<?x16xbf16>, tensor<?xf32>) -> tensor<?x16xbf16>, tensor<?xf32>
func.func @tensors(%q: tensor<?x4xbf16>, %k: tensor<?x4xbf16>, %v: tensor<?x16xbf16>, %acc: !acc,
                   %max: !m, %sum: !m, %n: index, %out: tensor<?x16xbf16>, %lse: tensor<?xf32>)
    -> (tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<?xf32>) {
  %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x4xbf16>, tensor<?x4xbf16>, tensor<?x16xbf16>)
      at(%n, %n, %n, %n) outs(%acc, %max, %sum : !acc, !m, !m) {scale = 0.5 : f64, key_tile = 32 : i64}
      -> !acc, !m, !m
  %t:3 = attn.online_step ins(%q, %k, %v : tensor<?x4xbf16>, tensor<?x4xbf16>, tensor<?x16xbf16>)
      at(%n, %n, %n, %n) outs(%r#0, %r#1, %r#2 : !acc, !m, !m) {scale = 0.5 : f64, key_tile = 32 : i64}
      mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } score (%s, %b, %h, %i, %j) {
    %x = math.tanh %s : f32
    attn.yield %x : f32
  } -> !acc, !m, !m
  %o = attn.online_finish ins(%t#0, %t#1, %t#2 : !acc, !m, !m) outs(%out : tensor<?x16xbf16>) -> tensor<?x16xbf16>
  %p, %l = attn.online_finish ins(%t#0, %t#1, %t#2 : !acc, !m, !m)
      outs(%out, %lse : tensor<?x16xbf16>, tensor<?xf32>) -> tensor<?x16xbf16>, tensor<?xf32>
  return %o, %p, %l : tensor<?x16xbf16>, tensor<?x16xbf16>, tensor<?xf32>
}

// CHECK-LABEL: func @memrefs
// CHECK: attn.online_step ins(%arg0, %arg0, %arg1 : memref<?x4xf16, strided<[?, ?], offset: ?>>, memref<?x4xf16, strided<[?, ?], offset: ?>>, memref<32x16xf16>) at({{.*}}) outs({{.*}} : memref<2x16x8xf32>, memref<2x8xf32, strided<[8, 1], offset: ?>>, memref<2x8xf32, strided<[8, 1], offset: ?>>) {key_tile = 32 : i64, scale = 1.000000e+00 : f64} mask (%b, %h, %i, %j) {
// CHECK-NEXT: memref.load %arg5[%j] : memref<?xi1>
// CHECK: attn.online_finish ins({{.*}}) outs(%arg6, %arg7 : memref<?x16xf16>, memref<?xf32>)
func.func @memrefs(%q: memref<?x4xf16, strided<[?, ?], offset: ?>>, %v: memref<32x16xf16>,
                   %acc: !acc_buffer, %m: !m_buffer, %n: index, %visible: memref<?xi1>,
                   %out: memref<?x16xf16>, %lse: memref<?xf32>) {
  attn.online_step ins(%q, %q, %v : memref<?x4xf16, strided<[?, ?], offset: ?>>, memref<?x4xf16, strided<[?, ?], offset: ?>>, memref<32x16xf16>)
      at(%n, %n, %n, %n) outs(%acc, %m, %m : !acc_buffer, !m_buffer, !m_buffer)
      {scale = 1.0 : f64, key_tile = 32 : i64} mask (%b, %h, %i, %j) {
    %x = memref.load %visible[%j] : memref<?xi1>
    attn.yield %x : i1
  }
  attn.online_finish ins(%acc, %m, %m : !acc_buffer, !m_buffer, !m_buffer)
      outs(%out, %lse : memref<?x16xf16>, memref<?xf32>)
  return
}
