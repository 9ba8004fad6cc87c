// A header is valid C99 and C++17 without a warning, and says what the arguments are.
// RUN: attn-opt %s --attn-plan-interface \
// RUN:   | attn-translate --interface-to-header --header-name=my-model.h > %t.h
// RUN: FileCheck %s --input-file=%t.h --match-full-lines
// RUN: %cc -std=c99 -Wall -Wextra -Werror -pedantic %attnc_include -include %t.h -fsyntax-only -x c /dev/null
// RUN: %cxx -std=c++17 -Wall -Wextra -Werror -pedantic %attnc_include -include %t.h -fsyntax-only -x c++ /dev/null
// Included twice it declares once.
// RUN: %cc -std=c99 -Wall -Wextra -Werror -pedantic -Wredundant-decls %attnc_include -include %t.h -include %t.h -fsyntax-only -x c /dev/null

// CHECK: #ifndef ATTNC_GENERATED_MY_MODEL_H
// CHECK-NEXT: #define ATTNC_GENERATED_MY_MODEL_H
// CHECK: #include <attnc-c/runtime.h>
// CHECK: extern "C" {
// CHECK: /* attention
// CHECK-NEXT: {{ \*}}
// CHECK-NEXT: {{ \*   query   input   bf16   \(B, 8, Sq, 64\)}}
// CHECK-NEXT: {{ \*   key     input   bf16   \(B, 2, Sk, 64\)}}
// CHECK-NEXT: {{ \*   value   input   bf16   \(B, 2, Sk, 64\)}}
// CHECK-NEXT: {{ \*   offset  scalar  index}}
// CHECK-NEXT: {{ \*   output  output  bf16   \(B, 8, Sq, 64\)}}
// CHECK-NEXT: {{ \*}}
// CHECK-NEXT: {{ \* B, Sq, Sk are taken from the arguments; equal names must be equal sizes.}}
// CHECK-NEXT: {{ \*/}}
// CHECK-NEXT: int attention(const DLTensor *query, const DLTensor *key, const DLTensor *value, int64_t offset,
// CHECK-NEXT:               DLTensor *output, const attnc_call *call);
// CHECK: int attention_argv(void **argv, const attnc_call *call);
// CHECK: const attnc_metadata *attention_metadata(void);
// CHECK: int64_t attention_workspace(const attnc_call *call);
func.func @attention(%query: tensor<?x8x?x64xbf16> {attnc.name = "query"},
                     %key: tensor<?x2x?x64xbf16> {attnc.name = "key"},
                     %value: tensor<?x2x?x64xbf16> {attnc.name = "value"},
                     %offset: index {attnc.name = "offset"})
    -> (tensor<?x8x?x64xbf16> {attnc.name = "output"}) {
  %o = attn.attention %query, %key, %value q_offset(%offset) mask = [#attn.causal]
      : (tensor<?x8x?x64xbf16>, tensor<?x2x?x64xbf16>, tensor<?x2x?x64xbf16>, index)
        -> tensor<?x8x?x64xbf16>
  return %o : tensor<?x8x?x64xbf16>
}

// CHECK: /* empty
// CHECK: int empty(const attnc_call *call);
func.func @empty() {
  return
}

// CHECK: {{ \*   arg0  input   bool  \(\)}}
// CHECK-NEXT: {{ \*   arg1  input   u8    \(1\)}}
// CHECK-NEXT: {{ \*   arg2  scalar  f32}}
// CHECK-NEXT: {{ \*   arg3  scalar  f64}}
// CHECK-NEXT: {{ \*   arg4  scalar  i32}}
// CHECK-NEXT: {{ \*   arg5  scalar  i64}}
// CHECK-NEXT: {{ \*/}}
// CHECK-NEXT: int scalars(const DLTensor *arg0, const DLTensor *arg1, float arg2, double arg3, int32_t arg4,
// CHECK-NEXT:             int64_t arg5, const attnc_call *call);
func.func @scalars(%a: tensor<i1>, %b: tensor<1xui8>, %c: f32, %d: f64, %e: i32, %f: i64) {
  return
}
// Sums are not taken from arguments, but what they add to is.
// CHECK: {{ \*   x     input   f32  \(1, L, 4\)}}
// CHECK-NEXT: {{ \*   w     input   f32  \(4, 2\)}}
// CHECK-NEXT: {{ \*   ends  input   i32  \(S\+1\)}}
// CHECK-NEXT: {{ \*   out0  output  f32  \(1, L, 4\)}}
// CHECK-NEXT: {{ \*   out1  output  f32  \(S, 1, 4\)}}
// CHECK-NEXT: {{ \*}}
// CHECK-NEXT: {{ \* L, S are taken from the arguments; equal names must be equal sizes.}}
func.func @packed(%x: tensor<1x?x4xf32> {attnc.name = "x"}, %w: tensor<4x2xf32> {attnc.name = "w"},
                  %ends: tensor<?xi32> {attnc.name = "ends"})
    -> (tensor<1x?x4xf32>, tensor<?x1x4xf32>) {
  %y, %last = attn.causal_conv1d %x, %w cu_seqlens(%ends)
      : (tensor<1x?x4xf32>, tensor<4x2xf32>, tensor<?xi32>)
      -> (tensor<1x?x4xf32>, tensor<?x1x4xf32>)
  return %y, %last : tensor<1x?x4xf32>, tensor<?x1x4xf32>
}
// CHECK: #endif /* ATTNC_GENERATED_MY_MODEL_H */
