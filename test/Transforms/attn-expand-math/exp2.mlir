// RUN: attn-opt %s --attn-expand-math | FileCheck %s --check-prefixes=CHECK,BITS
// RUN: attn-opt %s \
// RUN:   --attn-expand-math=features=+avx512f,+avx512bw,+avx512dq,+avx512vl \
// RUN:   | FileCheck %s --check-prefixes=CHECK,AVX512

// exp2 is exp without the product by log2(e), which is what its accuracy at large operands is for.
// CHECK-LABEL: func @non_positive
// CHECK-NOT: arith.mulf
// CHECK-NOT: arith.cmpf ogt
// CHECK: arith.cmpf olt, %arg0
// CHECK-COUNT-5: vector.fma
// CHECK-NOT: arith.mulf
// CHECK: arith.shli {{.*}} : vector<8xi32>
// CHECK: %[[Y:.*]] = vector.bitcast %{{.*}} : vector<8xi32> to vector<8xf32>
// CHECK-NEXT: return %[[Y]]
func.func @non_positive(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp2 %x {attnc.non_positive} : vector<8xf32>
  return %y : vector<8xf32>
}

// Without the promise large operands are halved and doubled again.
// CHECK-LABEL: func @any_sign
// CHECK: arith.cmpf ogt
// CHECK: arith.cmpf oge
// CHECK: %[[TWICE:.*]] = arith.addf %[[HALF:.*]], %[[HALF]]
// CHECK: %[[Y:.*]] = arith.select %{{.*}}, %[[TWICE]], %[[HALF]]
// CHECK-NEXT: return %[[Y]]
func.func @any_sign(%x: vector<8xf32>) -> vector<8xf32> {
  %y = math.exp2 %x : vector<8xf32>
  return %y : vector<8xf32>
}

// CHECK-LABEL: func @native_width
// BITS: arith.shli
// AVX512-NOT: arith.{{mulf|cmpf|shli}}
// AVX512: %[[F:.*]] = llvm.call_intrinsic "llvm.x86.avx512.mask.reduce.ps.512"(%arg0, %
// AVX512-COUNT-5: vector.fma %{{.*}}, %[[F]], %
// AVX512: %[[Y:.*]] = x86vector.avx512.mask.scalef %{{.*}}, %arg0,
// AVX512-NEXT: return %[[Y]]
func.func @native_width(%x: vector<16xf32>) -> vector<16xf32> {
  %y = math.exp2 %x : vector<16xf32>
  return %y : vector<16xf32>
}

// Scalars, other types and scalable vectors are left alone.
// CHECK-LABEL: func @left_alone
// CHECK-NEXT: math.exp2 %{{.*}} : f32
// CHECK-NEXT: math.exp2 %{{.*}} : vector<4xf64>
// CHECK-NEXT: math.exp2 %{{.*}} : vector<[4]xf32>
// CHECK-NEXT: return
func.func @left_alone(%x: f32, %v: vector<4xf64>, %w: vector<[4]xf32>)
    -> (f32, vector<4xf64>, vector<[4]xf32>) {
  %y = math.exp2 %x : f32
  %z = math.exp2 %v : vector<4xf64>
  %s = math.exp2 %w : vector<[4]xf32>
  return %y, %z, %s : f32, vector<4xf64>, vector<[4]xf32>
}
