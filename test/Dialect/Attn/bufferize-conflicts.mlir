// one-shot-bufferize where the state may not be updated in place: a copy is made.
// RUN: attn-opt %s --one-shot-bufferize=bufferize-function-boundaries --canonicalize | FileCheck %s

!acc = tensor<1x4x16xf32>
!m = tensor<1x16xf32>
// The state before a step is read afterwards: it must survive, so the step gets a copy of it.
// CHECK-LABEL: func @state_read_later
// CHECK-SAME: %[[ACC:[a-z0-9]*]]: memref<1x4x16xf32, {{.*}}>, %[[MAX:[a-z0-9]*]]: memref<1x16xf32, {{.*}}>, %[[SUM:[a-z0-9]*]]: memref<1x16xf32, {{.*}}>, %{{.*}}: index
// CHECK: %[[COPY:.*]] = memref.alloc() {{.*}} : memref<1x16xf32>
// CHECK-NEXT: memref.copy %[[MAX]], %[[COPY]]
// CHECK-NEXT: attn.online_step {{.*}} outs(%[[ACC]], %[[COPY]], %[[SUM]] :
// CHECK: memref.load %[[MAX]]
func.func @state_read_later(%q: tensor<?x8xf32>, %v: tensor<?x4xf32>, %acc: !acc, %max: !m, %sum: !m, %n: index)
    -> (!acc, !m, !m, f32) {
  %r:3 = attn.online_step ins(%q, %q, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
      at(%n, %n, %n, %n) outs(%acc, %max, %sum : !acc, !m, !m) {scale = 1.0 : f64, key_tile = 16 : i64}
      -> !acc, !m, !m
  %old = tensor.extract %max[%n, %n] : !m
  return %r#0, %r#1, %r#2, %old : !acc, !m, !m, f32
}

// A region reads the state that its op updates: it sees the state before.
// CHECK-LABEL: func @state_read_by_region
// CHECK-SAME: %[[ACC:[a-z0-9]*]]: memref<1x4x16xf32, {{.*}}>, %[[MAX:[a-z0-9]*]]: memref<1x16xf32, {{.*}}>, %[[SUM:[a-z0-9]*]]: memref<1x16xf32, {{.*}}>, %{{.*}}: index
// CHECK: memref.copy %[[MAX]], %[[COPY:.*]] :
// CHECK-NEXT: attn.online_step {{.*}} outs(%[[ACC]], %[[COPY]], %[[SUM]] :
// CHECK: memref.load %[[MAX]]
func.func @state_read_by_region(%q: tensor<?x8xf32>, %v: tensor<?x4xf32>, %acc: !acc, %max: !m, %sum: !m, %n: index)
    -> (!acc, !m, !m) {
  %r:3 = attn.online_step ins(%q, %q, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
      at(%n, %n, %n, %n) outs(%acc, %max, %sum : !acc, !m, !m) {scale = 1.0 : f64, key_tile = 16 : i64}
      score (%s, %b, %h, %i, %j) {
    %x = tensor.extract %max[%b, %h] : !m
    %y = arith.addf %s, %x : f32
    attn.yield %y : f32
  } -> !acc, !m, !m
  return %r#0, %r#1, %r#2 : !acc, !m, !m
}

// CHECK-LABEL: func @read_only
// CHECK-SAME: %{{[a-z0-9]*}}: memref<1x4x16xf32, {{.*}}>, %{{[a-z0-9]*}}: memref<1x16xf32, {{.*}}>, %[[SUM:[a-z0-9]*]]: memref<1x16xf32, {{.*}}>, %{{[a-z0-9]*}}: index)
// CHECK: memref.copy %[[SUM]], %[[COPY:.*]] :
// CHECK-NEXT: attn.online_step {{.*}} outs(%{{.*}}, %{{.*}}, %[[COPY]] :
func.func @read_only(%q: tensor<?x8xf32>, %v: tensor<?x4xf32>, %acc: !acc, %max: !m, %sum: !m {bufferization.writable = false}, %n: index)
    -> (!acc, !m, !m) {
  %r:3 = attn.online_step ins(%q, %q, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
      at(%n, %n, %n, %n) outs(%acc, %max, %sum : !acc, !m, !m) {scale = 1.0 : f64, key_tile = 16 : i64}
      -> !acc, !m, !m
  return %r#0, %r#1, %r#2 : !acc, !m, !m
}

// online_finish overwrites its destinations: what they held before is not copied.
// CHECK-LABEL: func @destination_read_later
// CHECK-SAME: %[[OUT:[a-z0-9]*]]: memref<8x4xf32, {{.*}}>, %[[N:[a-z0-9]*]]: index
// CHECK: %[[NEW:.*]] = memref.alloc() {{.*}} : memref<8x4xf32>
// CHECK-NOT: memref.copy
// CHECK: attn.online_finish {{.*}} outs(%[[NEW]] :
// CHECK: memref.load %[[OUT]]
func.func @destination_read_later(%acc: !acc, %max: !m, %sum: !m, %out: tensor<8x4xf32>, %n: index)
    -> (tensor<8x4xf32>, f32) {
  %o = attn.online_finish ins(%acc, %max, %sum : !acc, !m, !m) outs(%out : tensor<8x4xf32>)
      -> tensor<8x4xf32>
  %old = tensor.extract %out[%n, %n] : tensor<8x4xf32>
  return %o, %old : tensor<8x4xf32>, f32
}
