// RUN: attn-opt %s --attn-expand-math | FileCheck %s --check-prefixes=CHECK,BITS
// RUN: attn-opt %s \
// RUN:   --attn-expand-math=features=+avx512f,+avx512bw,+avx512dq,+avx512vl \
// RUN:   | FileCheck %s --check-prefixes=CHECK,AVX512

// exp on vectors of f32 becomes a polynomial of degree 5 and an update of the exponent.
// CHECK-LABEL: func @non_positive
// CHECK: arith.mulf %arg0
// CHECK-COUNT-5: vector.fma
// CHECK: %[[N:.*]] = arith.shli {{.*}} : vector<8xi32>
// CHECK: %[[BITS:.*]] = arith.addi {{.*}}, %[[N]] : vector<8xi32>
// CHECK: %[[Y:.*]] = vector.bitcast %[[BITS]] : vector<8xi32> to vector<8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @non_positive(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp %x {attnc.non_positive} : vector<8xf32>
  return %y : vector<8xf32>
}

// Without the promise, large results are twice the half, which overflows to infinity by itself.
// CHECK-LABEL: func @any_sign
// CHECK: %[[HALF:.*]] = vector.bitcast %{{.*}} : vector<8xi32> to vector<8xf32>
// CHECK: %[[TWICE:.*]] = arith.addf %[[HALF]], %[[HALF]]
// CHECK: %[[Y:.*]] = arith.select %{{.*}}, %[[TWICE]], %[[HALF]] : vector<8xi1>, vector<8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @any_sign(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp %x : vector<8xf32>
  return %y : vector<8xf32>
}

// AVX-512 scales by a power of two in one instruction, which over- and underflows by itself.
// CHECK-LABEL: func @native_width
// BITS: arith.shli
// AVX512-COUNT-5: vector.fma
// AVX512-NOT: arith.shli
// AVX512: x86vector.avx512.mask.scalef
// CHECK: return
func.func @native_width(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp %x : vector<16xf32>
  return %y : vector<16xf32>
}

// Scalars and other types are left for libm.
// CHECK-LABEL: func @left_alone
// CHECK-NEXT: math.exp %{{.*}} : f32
// CHECK-NEXT: math.exp %{{.*}} : vector<4xf64>
// CHECK-NEXT: return
func.func @left_alone(%x: f32, %v: vector<4xf64>) -> (f32, vector<4xf64>) {
  %y = math.exp %x : f32
  %z = math.exp %v : vector<4xf64>
  return %y, %z : f32, vector<4xf64>
}
