// RUN: attn-opt %s --attn-expand-math | FileCheck %s

// log, tanh and erf on vectors become polynomials; what has none stays a call.
// CHECK-LABEL: func @expanded
// CHECK-NOT: math.{{log|tanh|erf}}
// CHECK: return
func.func @expanded(%x: vector<8xf32>) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>) {
  %a = math.log %x : vector<8xf32>
  %b = math.tanh %x : vector<8xf32>
  %c = math.erf %x : vector<8xf32>
  return %a, %b, %c : vector<8xf32>, vector<8xf32>, vector<8xf32>
}

// CHECK-LABEL: func @left_alone
// CHECK-NEXT: math.sin
// CHECK-NEXT: math.powf
// CHECK-NEXT: return
func.func @left_alone(%x: vector<8xf32>) -> (vector<8xf32>, vector<8xf32>) {
  %a = math.sin %x : vector<8xf32>
  %b = math.powf %x, %x : vector<8xf32>
  return %a, %b : vector<8xf32>, vector<8xf32>
}
