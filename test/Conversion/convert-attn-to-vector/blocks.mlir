// RUN: attn-opt %s --convert-attn-to-vector --canonicalize --cse | FileCheck %s

!rows = memref<?x16xf32, strided<[?, 1], offset: ?>>
!acc = memref<1x16x8xf32>
!row = memref<1x8xf32>

// K that lies in dense rows and fills whole blocks is read where it is; otherwise it is packed, and
// the rows behind the last key are 0.
// CHECK-LABEL: func @causal
// CHECK-SAME: %{{[a-z0-9]*}}: memref<?x16xf32, strided<[?, 1], offset: ?>>, %[[K:[a-z0-9]*]]: memref<?x16xf32
// CHECK-SAME: %[[I:[a-z0-9]*]]: index, %[[J:[a-z0-9]*]]: index, %{{.*}}: memref<1x16x8xf32>, %[[MAX:[a-z0-9]*]]: memref<1x8xf32>
// CHECK-DAG: %[[ZERO:.*]] = arith.constant dense<0.0{{.*}}> : vector<8xf32>
// CHECK-DAG: %[[NEGINF:.*]] = arith.constant dense<0xFF800000> : vector<8xf32>
// CHECK-DAG: %[[PACKED:.*]] = memref.alloc() {alignment = 64 : i64} : memref<32x16xf32>
// CHECK: %[[KEYS:.*]] = memref.dim %[[K]], %c0
// CHECK: %[[PADDED:.*]] = arith.muli %{{.*}}, %c4
// CHECK: memref.extract_strided_metadata %[[K]]
// CHECK: %[[DENSE:.*]] = arith.cmpi eq, %{{.*}}, %c16
// CHECK: %[[WHOLE:.*]] = arith.cmpi eq, %[[KEYS]], %[[PADDED]]
// CHECK: %[[INPLACE:.*]] = arith.andi %[[DENSE]], %[[WHOLE]]
// CHECK: scf.if %[[INPLACE]] {
// CHECK-NEXT: } else {
// CHECK: scf.for %{{.*}} = %c0 to %[[KEYS]] step %c1
// CHECK: scf.for %{{.*}} = %[[KEYS]] to %[[PADDED]] step %c1
// CHECK: vector.store %[[ZERO]]
// CHECK: arith.select %[[INPLACE]], %{{.*}}, %{{.*}} : memref<?x16xf32, strided<[16, 1], offset: ?>>

// A panel works on the keys up to its last query, and not at all where that leaves none.
// CHECK: %[[LAST:.*]] = arith.addi %[[I]], %{{.*}} : index
// CHECK: %[[END:.*]] = arith.subi %{{.*}}, %[[J]]
// CHECK: %[[SOME:.*]] = arith.cmpi sgt, %[[STOP:.*]], %c0
// CHECK: scf.if %[[SOME]]
// CHECK: %[[POSITIONS:.*]] = arith.minsi %{{.*}}, %{{.*}} : vector<8xindex>
// CHECK: vector.load %[[MAX]]
// CHECK: scf.for %[[KEY:.*]] = %c0 to %[[STOP]] step %c4 iter_args

// Blocks before its first query need no mask.
// CHECK: %[[SCORES:.*]]:4 = scf.for
// CHECK: %[[BLOCKEND:.*]] = arith.addi %[[KEY]], %c4
// CHECK: %[[INSIDE:.*]] = arith.cmpi sle, %[[BLOCKEND]], %{{.*}}
// CHECK: %[[MASKED:.*]]:4 = scf.if %{{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK-NEXT: scf.yield %[[SCORES]]#0, %[[SCORES]]#1, %[[SCORES]]#2, %[[SCORES]]#3
// CHECK-NEXT: } else {
// CHECK: %[[ISKEY:.*]] = vector.broadcast %{{.*}} : i1 to vector<8xi1>
// CHECK: %[[SEEN:.*]] = arith.cmpi sle, %{{.*}}, %[[POSITIONS]] : vector<8xindex>
// CHECK: %[[ALLOWED:.*]] = arith.andi %[[ISKEY]], %[[SEEN]]
// CHECK: arith.select %[[ALLOWED]], %[[SCORES]]#0, %[[NEGINF]]
// CHECK: }
// The maximum is that of the masked scores; it is written back, and where it is still -inf the
// exponentials are taken from 0.
// CHECK: arith.cmpf ogt, %[[MASKED]]#0
// CHECK: vector.store %[[NEWMAX:.*]], %[[MAX]]
// CHECK: %[[EMPTY:.*]] = arith.cmpf oeq, %[[NEWMAX]], %[[NEGINF]]
// CHECK: arith.select %[[EMPTY]], %[[ZERO]], %[[NEWMAX]]
// CHECK: return
func.func @causal(%q: !rows, %k: !rows, %v: !rows, %i: index, %j: index, %acc: !acc, %max: !row,
                  %sum: !row) {
  %zero = arith.constant 0 : index
  attn.online_step ins(%q, %k, %v : !rows, !rows, !rows) at(%zero, %zero, %i, %j)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 32 : i64, scale = 0.25 : f64}
    mask (%b, %h, %query, %key) {
      %visible = arith.cmpi sle, %key, %query : index
      attn.yield %visible : i1
    }
  return
}
