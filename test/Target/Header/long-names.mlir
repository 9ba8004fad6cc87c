// Names of the longest length that is allowed: lines break, and the header stays valid.
// RUN: %python -c "print('func.func @' + 'f' * 256 + '(%%a: index {attnc.name = \"' + 'a' * 256 + '\"}, %%b: f32) { return }')" > %t.mlir
// RUN: attn-opt %t.mlir --attn-plan-interface | attn-translate --interface-to-header > %t.h
// RUN: %cc -std=c99 -Wall -Wextra -Werror -pedantic %attnc_include -include %t.h -fsyntax-only -x c /dev/null
// One character more is refused, and the message does not repeat the name.
// RUN: %python -c "print('func.func @' + 'f' * 257 + '() { return }')" > %t.long.mlir
// RUN: not attn-opt %t.long.mlir --attn-plan-interface 2>&1 | FileCheck %s

// CHECK: error: the function name '{{f+}}...' has 257 characters; at most 256 are allowed
