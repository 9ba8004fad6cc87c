// RUN: attn-opt %s --attn-expand-math=features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16 | FileCheck %s

// vscalefps works on full registers; shorter vectors, and several axes, take the bits.
// CHECK-LABEL: func @shapes
// CHECK-NOT: math.exp
// CHECK-NOT: x86vector
// CHECK: vector.bitcast {{.*}} : vector<8xi32> to vector<8xf32>
// CHECK: vector.bitcast {{.*}} : vector<2x16xi32> to vector<2x16xf32>
// CHECK: return
func.func @shapes(%x: vector<8xf32>, %y: vector<2x16xf32>) -> (vector<8xf32>, vector<2x16xf32>) {
  %a = math.exp %x {attnc.non_positive} : vector<8xf32>
  %b = math.exp %y {attnc.non_positive} : vector<2x16xf32>
  return %a, %b : vector<8xf32>, vector<2x16xf32>
}

// Scalable vectors are not ours.
// CHECK-LABEL: func @scalable
// CHECK-NEXT: math.exp %{{.*}} : vector<[4]xf32>
func.func @scalable(%x: vector<[4]xf32>) -> vector<[4]xf32> {
  %a = math.exp %x : vector<[4]xf32>
  return %a : vector<[4]xf32>
}

// A multiply-add of 16-bit floats is one of f32, rounded; that of f32 stays.
// CHECK-LABEL: func @fma
// CHECK-COUNT-3: arith.extf {{.*}} : f16 to f32
// CHECK: %[[WIDE:.*]] = math.fma {{.*}} : f32
// CHECK: arith.truncf %[[WIDE]] : f32 to f16
// CHECK: math.fma {{.*}} : vector<4xf32>
// CHECK: arith.truncf {{.*}} : vector<4xf32> to vector<4xbf16>
// CHECK: math.fma {{.*}} : vector<8xf32>
// CHECK-NEXT: return
func.func @fma(%x: f16, %y: vector<4xbf16>, %z: vector<8xf32>)
    -> (f16, vector<4xbf16>, vector<8xf32>) {
  %a = math.fma %x, %x, %x : f16
  %b = math.fma %y, %y, %y : vector<4xbf16>
  %c = math.fma %z, %z, %z : vector<8xf32>
  return %a, %b, %c : f16, vector<4xbf16>, vector<8xf32>
}
