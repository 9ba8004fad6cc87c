// An interface that the compiler did not write is refused, and nothing is written.
// RUN: not attn-translate --interface-to-header %s -o %t.h 2>&1 | FileCheck %s
// RUN: not test -s %t.h

// CHECK: error: 'attnc.interface' is missing or is not what attn-plan-interface writes
func.func @f() attributes {attnc.interface = [1, 2]} {
  return
}
