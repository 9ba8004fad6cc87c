// Casts of the tiled scan's and convolution's tiles to less static types are looked through.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!h = tensor<16x5xf32>

// CHECK-LABEL: func @scan
// CHECK-SAME: %[[U:[a-z0-9]*]]: tensor<8x16xf32>, %[[B:[a-z0-9]*]]: tensor<8x5xf32>, %[[H:[a-z0-9]*]]: tensor<16x5xf32>
// CHECK-NOT: tensor.cast
// CHECK: %[[R:.*]]:2 = attn.scan_step ins(%[[U]], %[[U]], %[[H]], %[[B]], %[[B]] : tensor<8x16xf32>, {{.*}}) state(%[[H]] : tensor<16x5xf32>) output(%[[U]] : tensor<8x16xf32>)
// CHECK-SAME: {channel_tile = 16 : i64, reverse, time_tile = 8 : i64} -> tensor<16x5xf32>, tensor<8x16xf32>
// CHECK: return %[[R]]#0, %[[R]]#1
func.func @scan(%u: tensor<8x16xf32>, %b: tensor<8x5xf32>, %h: !h) -> (!h, tensor<8x16xf32>) {
  %rows = tensor.cast %u : tensor<8x16xf32> to tensor<?x16xf32>
  %bs = tensor.cast %b : tensor<8x5xf32> to tensor<?x5xf32>
  %state = tensor.cast %h : !h to tensor<?x5xf32>
  %r:2 = attn.scan_step ins(%rows, %rows, %state, %bs, %bs
          : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x5xf32>, tensor<?x5xf32>, tensor<?x5xf32>)
      state(%state : tensor<?x5xf32>) output(%rows : tensor<?x16xf32>)
      {reverse, time_tile = 8, channel_tile = 16} -> tensor<?x5xf32>, tensor<?x16xf32>
  %last = tensor.cast %r#0 : tensor<?x5xf32> to !h
  %y = tensor.cast %r#1 : tensor<?x16xf32> to tensor<8x16xf32>
  return %last, %y : !h, tensor<8x16xf32>
}

// CHECK-LABEL: func @convolution
// CHECK-SAME: %[[X:[a-z0-9]*]]: tensor<8x16xf32>
// CHECK-NOT: tensor.cast
// CHECK: attn.conv_step ins(%[[X]], %{{.*}} : tensor<8x16xf32>, tensor<16x4xf32>) {{.*}} -> tensor<3x16xf32>, tensor<8x16xf32>
func.func @convolution(%x: tensor<8x16xf32>, %w: tensor<16x4xf32>, %window: tensor<3x16xf32>)
    -> tensor<8x16xf32> {
  %rows = tensor.cast %x : tensor<8x16xf32> to tensor<?x16xf32>
  %r:2 = attn.conv_step ins(%rows, %w : tensor<?x16xf32>, tensor<16x4xf32>)
      window(%window : tensor<3x16xf32>) output(%rows : tensor<?x16xf32>) {channel_tile = 16}
      -> tensor<3x16xf32>, tensor<?x16xf32>
  %y = tensor.cast %r#1 : tensor<?x16xf32> to tensor<8x16xf32>
  return %y : tensor<8x16xf32>
}
