// any, all and not: nested lists become flat, neutral elements vanish, absorbing ones win.
// RUN: attn-opt %s --canonicalize | FileCheck %s

!any = tensor<1x2x?x8xf32>

// CHECK-LABEL: func @flatten
// CHECK: mask = [#attn.causal, #attn.window<5>, #attn.any<[#attn.sinks<1>, #attn.sinks<2>, #attn.sinks<3>]>] :
func.func @flatten(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k
      mask = [#attn.all<[#attn.causal, #attn.all<[#attn.window<5>]>]>,
              #attn.any<[#attn.sinks<1>, #attn.any<[#attn.sinks<2>, #attn.sinks<3>]>]>]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// CHECK-LABEL: func @singles
// CHECK: mask = [#attn.causal, #attn.sinks<2>] :
func.func @singles(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k
      mask = [#attn.any<[#attn.all<[#attn.causal]>]>, #attn.not<#attn.not<#attn.sinks<2>>>]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// CHECK-LABEL: func @duplicates
// CHECK: mask = [#attn.causal, #attn.sinks<2>] :
func.func @duplicates(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k
      mask = [#attn.causal, #attn.any<[#attn.sinks<2>, #attn.sinks<2>]>, #attn.causal]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// An `any` with a pattern that allows all pairs allows all pairs, and so does an empty `all`.
// CHECK-LABEL: func @all_allowed
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @all_allowed(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k
      mask = [#attn.any<[#attn.causal, #attn.dilated<1>]>, #attn.all<[]>, #attn.not<#attn.any<[]>>]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// CHECK-LABEL: func @empty_list
// CHECK: attn.attention %{{.*}}, %{{.*}}, %{{.*}} : (
func.func @empty_list(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k mask = [] : (!any, !any, !any) -> !any
  return %o : !any
}

// One pattern that allows nothing decides: every row gives 0.
// CHECK-LABEL: func @none_allowed
// CHECK: mask = [#attn.any<[]>] :
func.func @none_allowed(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k mask = [#attn.causal, #attn.not<#attn.dilated<1>>]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// CHECK-LABEL: func @nothing_added
// CHECK: mask = [#attn.causal] :
func.func @nothing_added(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k mask = [#attn.any<[#attn.not<#attn.strided<1>>, #attn.causal]>]
      : (!any, !any, !any) -> !any
  return %o : !any
}

// CHECK-LABEL: func @kept
// CHECK: mask = [#attn.not<#attn.window<4>>, #attn.any<[#attn.causal, #attn.all<[#attn.sinks<1>, #attn.chunked<2>]>]>] :
func.func @kept(%q: !any, %k: !any) -> !any {
  %o = attn.attention %q, %k, %k
      mask = [#attn.not<#attn.window<4>>,
              #attn.any<[#attn.causal, #attn.all<[#attn.sinks<1>, #attn.chunked<2>]>]>]
      : (!any, !any, !any) -> !any
  return %o : !any
}
