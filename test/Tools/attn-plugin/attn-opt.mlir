// attn-opt has the dialect already: loading it again is refused, not ignored.
// RUN: not --crash attn-opt %s --load-dialect-plugin=%attnc_build/lib/attn-plugin.so 2>&1 | FileCheck %s

// CHECK: different dialects for the same namespace: attn
