// RUN: attn-opt %s --attn-tile="panels=2 panel-width=8 key-tile=32" --canonicalize | FileCheck %s

// Tiles of 2 x 8 queries in parallel; each walks over tiles of 32 keys, no further than it may see.
// CHECK-LABEL: func @causal
// CHECK-SAME: (%[[Q:.*]]: tensor<?x4x?x16xf32>, %[[K:.*]]: tensor<?x2x?x16xf32>, %[[V:.*]]: tensor<?x2x?x8xf32>)
// CHECK-NOT: attn.attention
// CHECK: %[[TILES:.*]] = arith.ceildivui %{{.*}}, %c16
// CHECK: scf.forall (%[[B:.*]], %[[H:.*]], %{{.*}}) in (%{{.*}}, 4, %[[TILES]])
// Four query heads share two key/value heads.
// CHECK: %[[KVHEAD:.*]] = arith.divui %[[H]], %c2
// The last tile of queries may be short.
// CHECK: %[[ROWS:.*]] = arith.minsi %{{.*}}, %c16
// CHECK: tensor.extract_slice %[[Q]][%[[B]], %[[H]], %[[I:.*]], 0] [1, 1, %[[ROWS]], 16]
// The keys end after the last query of the tile.
// CHECK: %[[END:.*]] = arith.minsi
// CHECK: %[[STATE:.*]]:3 = scf.for %[[J:.*]] = %c0 to %[[END]] step %c32
// CHECK-SAME: -> (tensor<2x8x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>)
// CHECK: %[[KEYS:.*]] = arith.minsi %{{.*}}, %c32
// CHECK: tensor.extract_slice %[[K]][%[[B]], %[[KVHEAD]], %[[J]], 0] [1, 1, %[[KEYS]], 16]
// CHECK: tensor.extract_slice %[[V]][%[[B]], %[[KVHEAD]], %[[J]], 0] [1, 1, %[[KEYS]], 8]
// CHECK: attn.online_step {{.*}} at(%[[B]], %[[H]], %[[I]], %[[J]])
// CHECK-SAME: {key_tile = 32 : i64, scale = 2.500000e-01 : f64} mask
// CHECK: attn.online_finish ins(%[[STATE]]#0, %[[STATE]]#1, %[[STATE]]#2
// CHECK: tensor.parallel_insert_slice
func.func @causal(%q: tensor<?x4x?x16xf32>, %k: tensor<?x2x?x16xf32>, %v: tensor<?x2x?x8xf32>)
    -> tensor<?x4x?x8xf32> {
  %o = attn.attention %q, %k, %v mask (%b, %h, %i, %j) {
    %visible = arith.cmpi sle, %j, %i : index
    attn.yield %visible : i1
  } : (tensor<?x4x?x16xf32>, tensor<?x2x?x16xf32>, tensor<?x2x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %o : tensor<?x4x?x8xf32>
}
