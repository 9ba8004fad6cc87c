// one-shot-bufferize: state and window of a loop over time are updated in place, without a copy.
// RUN: attn-opt %s --one-shot-bufferize=bufferize-function-boundaries --cse --canonicalize | FileCheck %s

!u = tensor<64x16xf32>
!tile = tensor<8x16xf32>

// CHECK-LABEL: func @scan
// CHECK-SAME: %[[U:[a-z0-9]*]]: memref<64x16xf32, {{.*}}>, %[[A:[a-z0-9]*]]: memref<16x4xf32, {{.*}}>, %[[B:[a-z0-9]*]]: memref<8x4xf32, {{.*}}>, %[[H:[a-z0-9]*]]: memref<16x4xf32, {{.*}}>, %[[ELAPSED:[a-z0-9]*]]: memref<16xf32, {{.*}}>, %[[OUT:[a-z0-9]*]]: memref<64x16xf32
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: scf.for %[[T:.*]] =
// CHECK: %[[ROWS:.*]] = memref.subview %[[U]][%[[T]], 0]
// CHECK: %[[PART:.*]] = memref.subview %[[OUT]][%[[T]], 0]
// CHECK: attn.scan_step ins(%[[ROWS]], %[[ROWS]], %[[A]], %[[B]], %[[B]] : {{.*}}) state(%[[H]] : {{.*}}) elapsed(%[[ELAPSED]] : {{.*}}) output(%[[PART]] : {{.*}}) {channel_tile = 16 : i64, delta_softplus, time_tile = 8 : i64}
// CHECK-NOT: memref.copy
// CHECK: return
func.func @scan(%u: !u, %a: tensor<16x4xf32>, %b: tensor<8x4xf32>,
                %h: tensor<16x4xf32> {bufferization.writable = true},
                %elapsed: tensor<16xf32> {bufferization.writable = true},
                %out: !u {bufferization.writable = true}) -> (tensor<16x4xf32>, tensor<16xf32>, !u) {
  %c0 = arith.constant 0 : index
  %c8 = arith.constant 8 : index
  %c64 = arith.constant 64 : index
  %r:3 = scf.for %t = %c0 to %c64 step %c8 iter_args(%s = %h, %e = %elapsed, %o = %out)
      -> (tensor<16x4xf32>, tensor<16xf32>, !u) {
    %rows = tensor.extract_slice %u[%t, 0] [8, 16] [1, 1] : !u to !tile
    %part = tensor.extract_slice %o[%t, 0] [8, 16] [1, 1] : !u to !tile
    %n:3 = attn.scan_step ins(%rows, %rows, %a, %b, %b
            : !tile, !tile, tensor<16x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
        state(%s : tensor<16x4xf32>) elapsed(%e : tensor<16xf32>) output(%part : !tile)
        {delta_softplus, time_tile = 8, channel_tile = 16} -> tensor<16x4xf32>, tensor<16xf32>, !tile
    %whole = tensor.insert_slice %n#2 into %o[%t, 0] [8, 16] [1, 1] : !tile into !u
    scf.yield %n#0, %n#1, %whole : tensor<16x4xf32>, tensor<16xf32>, !u
  }
  return %r#0, %r#1, %r#2 : tensor<16x4xf32>, tensor<16xf32>, !u
}

// CHECK-LABEL: func @convolution
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.copy
// CHECK: attn.conv_step ins(%[[ROWS:.*]], %{{.*}} : {{.*}}) window(%{{.*}} : {{.*}}) output(%{{.*}} : {{.*}}) {channel_tile = 16 : i64, silu}
// CHECK-NOT: memref.copy
// CHECK: return
func.func @convolution(%x: !tile, %w: tensor<16x4xf32>,
                       %window: tensor<3x16xf32> {bufferization.writable = true},
                       %out: !tile {bufferization.writable = true}) -> (tensor<3x16xf32>, !tile) {
  %r:2 = attn.conv_step ins(%x, %w : !tile, tensor<16x4xf32>) window(%window : tensor<3x16xf32>)
      output(%out : !tile) {silu, channel_tile = 16} -> tensor<3x16xf32>, !tile
  return %r#0, %r#1 : tensor<3x16xf32>, !tile
}

// A state that is read again afterwards is copied first; so is a window.
// CHECK-LABEL: func @read_again
// CHECK-DAG: memref.copy %{{.*}}, %{{.*}} : memref<16x4xf32
// CHECK-DAG: memref.copy %{{.*}}, %{{.*}} : memref<3x16xf32
// CHECK: return
func.func @read_again(%u: !tile, %a: tensor<16x4xf32>, %b: tensor<8x4xf32>,
                      %h: tensor<16x4xf32> {bufferization.writable = true},
                      %window: tensor<3x16xf32> {bufferization.writable = true})
    -> (tensor<16x4xf32>, tensor<16x4xf32>, tensor<3x16xf32>, tensor<3x16xf32>) {
  %n = attn.scan_step ins(%u, %u, %a, %b, %b
          : !tile, !tile, tensor<16x4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
      state(%h : tensor<16x4xf32>) {time_tile = 8, channel_tile = 16} -> tensor<16x4xf32>
  %out = tensor.empty() : !tile
  %r:2 = attn.conv_step ins(%u, %a : !tile, tensor<16x4xf32>) window(%window : tensor<3x16xf32>)
      output(%out : !tile) {channel_tile = 16} -> tensor<3x16xf32>, !tile
  return %n, %h, %r#0, %window : tensor<16x4xf32>, tensor<16x4xf32>, tensor<3x16xf32>, tensor<3x16xf32>
}
