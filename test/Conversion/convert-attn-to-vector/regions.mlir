// RUN: attn-opt %s --convert-attn-to-vector --canonicalize | FileCheck %s

!q = memref<?x16xf32>
!acc = memref<1x8x8xf32>
!row = memref<1x8xf32>

// A mask becomes one comparison for eight queries, and selects between score and -inf. What is read
// per query is read once, before the loop over keys; what is read per key, in it.
// CHECK-LABEL: func @mask
// CHECK-SAME: %[[IDS:[a-z0-9]*]]: memref<100xi32>)
// CHECK: %[[NEGINF:.*]] = arith.constant dense<0xFF800000> : vector<8xf32>
// CHECK-COUNT-8: memref.load %[[IDS]]
// CHECK: scf.for
// CHECK: memref.load %[[IDS]]
// CHECK: arith.cmpi eq, {{.*}} : vector<8xi32>
// CHECK: arith.select %{{.*}}, %{{.*}}, %[[NEGINF]] : vector<8xi1>, vector<8xf32>
// CHECK: return
func.func @mask(%q: !q, %k: !q, %v: memref<?x8xf32>, %n: index, %acc: !acc, %max: !row,
                %sum: !row, %ids: memref<100xi32>) {
  attn.online_step ins(%q, %k, %v : !q, !q, memref<?x8xf32>) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 32 : i64, scale = 0.25 : f64}
    mask (%b, %h, %i, %j) {
      %x = memref.load %ids[%i] : memref<100xi32>
      %y = memref.load %ids[%j] : memref<100xi32>
      %same = arith.cmpi eq, %x, %y : i32
      attn.yield %same : i1
    }
  return
}

// A score region works on eight scores at a time.
// CHECK-LABEL: func @score
// CHECK: math.tanh {{.*}} : vector<8xf32>
// CHECK: return
func.func @score(%q: !q, %k: !q, %v: memref<?x8xf32>, %n: index, %acc: !acc, %max: !row,
                 %sum: !row) {
  attn.online_step ins(%q, %k, %v : !q, !q, memref<?x8xf32>) at(%n, %n, %n, %n)
    outs(%acc, %max, %sum : !acc, !row, !row) {key_tile = 32 : i64, scale = 0.25 : f64}
    score (%s, %b, %h, %i, %j) {
      %t = math.tanh %s : f32
      attn.yield %t : f32
    }
  return
}
