// RUN: attn-opt %s --attnc-cpu-pipeline | FileCheck %s

// Arithmetic that a model does on 16-bit floats is done in f32 and rounded: no CPU of ours has all
// of it, and LLVM would call functions that no library of ours holds.
// CHECK-LABEL: llvm.func internal @sums.body
// CHECK-NOT: {{fadd|fmul|fdiv|intr}}{{.*}} : {{b?f16}}
// CHECK: llvm.fadd {{.*}} : f32
// CHECK-NOT: {{fadd|fmul|fdiv|intr}}{{.*}} : {{b?f16}}
// CHECK: llvm.intr.fma{{.*}} -> f32
// CHECK-NOT: {{fadd|fmul|fdiv|intr}}{{.*}} : {{b?f16}}
// CHECK: llvm.intr.exp2{{.*}} -> f32
// CHECK-NOT: {{fadd|fmul|fdiv|intr}}{{.*}} : {{b?f16}}
// CHECK: llvm.return
#id = affine_map<(d0) -> (d0)>
func.func @sums(%a: tensor<?xbf16>, %b: tensor<?xf16>) -> (tensor<?xbf16>, tensor<?xf16>) {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %a, %c0 : tensor<?xbf16>
  %ea = tensor.empty(%n) : tensor<?xbf16>
  %eb = tensor.empty(%n) : tensor<?xf16>
  %sums:2 = linalg.generic {indexing_maps = [#id, #id, #id, #id], iterator_types = ["parallel"]}
    ins(%a, %b : tensor<?xbf16>, tensor<?xf16>) outs(%ea, %eb : tensor<?xbf16>, tensor<?xf16>) {
  ^bb0(%x: bf16, %y: f16, %p: bf16, %q: f16):
    %s = arith.addf %x, %x : bf16
    %t = math.fma %y, %y, %y : f16
    %u = math.exp2 %t : f16
    linalg.yield %s, %u : bf16, f16
  } -> (tensor<?xbf16>, tensor<?xf16>)
  return %sums#0, %sums#1 : tensor<?xbf16>, tensor<?xf16>
}
