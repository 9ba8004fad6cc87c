// MergeableStateOpInterface: a loop over keys cut in two, the halves merged.
// RUN: attn-opt %s --test-attn-merge | FileCheck %s

!acc = tensor<2x4x16xf32>
!m = tensor<2x16xf32>

// CHECK-DAG: #[[LANES:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[FULL:.*]] = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
// CHECK-DAG: #[[LANES_OF_FULL:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// CHECK-LABEL: func @split
// CHECK-SAME: %[[ACC0:[a-z0-9]*]]: tensor<2x4x16xf32>, %[[MAX0:[a-z0-9]*]]: tensor<2x16xf32>, %[[SUM0:[a-z0-9]*]]: tensor<2x16xf32>, %[[LO:[a-z0-9]*]]: index, %[[HI:[a-z0-9]*]]: index
// CHECK: %[[MID:.*]] = arith.addi %[[LO]], %{{.*}}

// The identity: a maximum of -inf and a sum of 0; acc has no meaning then.
// CHECK-DAG: %[[ACC_ID:.*]] = tensor.empty() : tensor<2x4x16xf32>
// CHECK-DAG: %[[MINUS_INF:.*]] = arith.constant 0xFF800000 : f32
// CHECK: %[[MAX_ID:.*]] = linalg.fill ins(%[[MINUS_INF]] : f32) outs(%{{.*}} : tensor<2x16xf32>)
// CHECK: %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK: %[[SUM_ID:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%{{.*}} : tensor<2x16xf32>)

// CHECK: %[[A:.*]]:3 = scf.for %{{.*}} = %[[LO]] to %[[MID]] {{.*}} iter_args(%{{.*}} = %[[ACC0]], %{{.*}} = %[[MAX0]], %{{.*}} = %[[SUM0]])
// CHECK: %[[B:.*]]:3 = scf.for %{{.*}} = %[[MID]] to %[[HI]] {{.*}} iter_args(%{{.*}} = %[[ACC_ID]], %{{.*}} = %[[MAX_ID]], %{{.*}} = %[[SUM_ID]])

// Maximum and sum; a part that saw nothing weighs 0 and not exp(-inf - -inf).
// CHECK: %[[MERGED:.*]]:2 = linalg.generic {indexing_maps = [#[[LANES]], #[[LANES]], #[[LANES]], #[[LANES]]], iterator_types = ["parallel", "parallel"]}
// CHECK-SAME: ins(%[[B]]#1, %[[B]]#2 : {{.*}}) outs(%[[A]]#1, %[[A]]#2 :
// CHECK-NEXT: ^bb0(%[[MB:.*]]: f32, %[[LB:.*]]: f32, %[[MA:.*]]: f32, %[[LA:.*]]: f32):
// CHECK: %[[M:.*]] = arith.maximumf %[[MB]], %[[MA]]
// CHECK: %[[EMPTY:.*]] = arith.cmpf oeq, %[[MB]]
// CHECK: %[[D:.*]] = arith.subf %[[MB]], %[[M]]
// CHECK: %[[E:.*]] = math.exp %[[D]]
// CHECK: %[[W:.*]] = arith.mulf %[[LB]], %[[E]]
// CHECK: %[[X:.*]] = arith.select %[[EMPTY]], %{{.*}}, %[[W]]
// CHECK: %[[Y:.*]] = arith.select
// CHECK: %[[L:.*]] = arith.addf %[[Y]], %[[X]]
// CHECK: linalg.yield %[[M]], %[[L]]

// acc is weighed with the old maxima and the merged one.
// CHECK: %[[ACC:.*]] = linalg.generic {indexing_maps = [#[[FULL]], #[[LANES_OF_FULL]], #[[LANES_OF_FULL]], #[[LANES_OF_FULL]], #[[FULL]]], iterator_types = ["parallel", "parallel", "parallel"]}
// CHECK-SAME: ins(%[[B]]#0, %[[B]]#1, %[[A]]#1, %[[MERGED]]#0 : {{.*}}) outs(%[[A]]#0 :
// CHECK: return %[[ACC]], %[[MERGED]]#0, %[[MERGED]]#1
func.func @split(%q: tensor<?x8xf32>, %k: tensor<8x8xf32>, %v: tensor<8x4xf32>, %acc0: !acc,
                 %max0: !m, %sum0: !m, %lo: index, %hi: index) -> (!acc, !m, !m) {
  %c8 = arith.constant 8 : index
  %state:3 = scf.for %j = %lo to %hi step %c8 iter_args(%acc = %acc0, %max = %max0, %sum = %sum0)
      -> (!acc, !m, !m) {
    %r:3 = attn.online_step ins(%q, %k, %v : tensor<?x8xf32>, tensor<8x8xf32>, tensor<8x4xf32>)
        at(%lo, %lo, %lo, %j) outs(%acc, %max, %sum : !acc, !m, !m)
        {scale = 1.0 : f64, key_tile = 8 : i64} -> !acc, !m, !m
    scf.yield %r#0, %r#1, %r#2 : !acc, !m, !m
  }
  return %state#0, %state#1, %state#2 : !acc, !m, !m
}
