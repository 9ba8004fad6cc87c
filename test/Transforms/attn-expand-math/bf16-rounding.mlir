// RUN: attn-opt %s --attn-expand-math | FileCheck %s --check-prefixes=CHECK,INTEGERS
// RUN: attn-opt %s \
// RUN:   --attn-expand-math=features=+avx512f,+avx512bw,+avx512dq,+avx512vl,+avx512bf16 \
// RUN:   | FileCheck %s --check-prefixes=CHECK,INSTRUCTION

// Where no instruction rounds f32 to bf16, integers do, ties to even; a NaN keeps its upper bits.
// CHECK-LABEL: func @vector
// INTEGERS-NOT: arith.truncf
// INTEGERS: %[[BITS:.*]] = arith.bitcast %arg0 : vector<8xf32> to vector<8xi32>
// INTEGERS: %[[UPPER:.*]] = arith.shrui %[[BITS]], %[[SIXTEEN:.*]] :
// INTEGERS: %[[ODD:.*]] = arith.andi %[[UPPER]]
// INTEGERS: %[[BIAS:.*]] = arith.addi %[[ODD]]
// INTEGERS: %[[ROUNDED:.*]] = arith.addi %[[BITS]], %[[BIAS]]
// INTEGERS: %[[NAN:.*]] = arith.cmpf uno, %arg0, %arg0
// INTEGERS: %[[QUIET:.*]] = arith.ori %[[BITS]]
// INTEGERS: %[[CHOSEN:.*]] = arith.select %[[NAN]], %[[QUIET]], %[[ROUNDED]]
// INTEGERS: arith.shrui %[[CHOSEN]], %[[SIXTEEN]]
// INTEGERS: %[[Y:.*]] = arith.bitcast %{{.*}} : vector<8xi16> to vector<8xbf16>
// INSTRUCTION-NEXT: %[[Y:.*]] = arith.truncf %arg0
// CHECK-NEXT: return %[[Y]]
func.func @vector(%x: vector<8xf32>) -> vector<8xbf16> {
  %y = arith.truncf %x : vector<8xf32> to vector<8xbf16>
  return %y : vector<8xbf16>
}

// Not so scalars, and other types.
// CHECK-LABEL: func @left_alone
// CHECK-NEXT: arith.truncf %{{.*}} : f32 to bf16
// CHECK-NEXT: arith.truncf %{{.*}} : vector<8xf32> to vector<8xf16>
// CHECK-NEXT: return
func.func @left_alone(%x: f32, %v: vector<8xf32>) -> (bf16, vector<8xf16>) {
  %y = arith.truncf %x : f32 to bf16
  %z = arith.truncf %v : vector<8xf32> to vector<8xf16>
  return %y, %z : bf16, vector<8xf16>
}
