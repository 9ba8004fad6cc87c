/* Two libraries in one program: the sentence of each one's failure is the one that is read. */
// RUN: rm -rf %t && mkdir %t
// RUN: attnc %S/Inputs/attention.mlir -o %t/attention.so
// RUN: sed 's/@attention/@other/; s/x16x/x32x/' %S/Inputs/attention.mlir > %t/other.mlir
// RUN: attnc %t/other.mlir -o %t/other.so
// RUN: %cc -std=c99 %s -I%S/Inputs -I%t %attnc_include %t/attention.so %t/other.so \
// RUN:   -Wl,-rpath,%t -lm -o %t/two
// RUN: %t/two | FileCheck %s
// CHECK: attention: 0
// CHECK: other: 1, argument 0 (q), dim 3: wanted 32, got 16
// CHECK: attention: 1, attnc_call.num_threads: wanted 0 to 1024, got -1

#include "attention.h"
#include "call.h"
#include "other.h"

#include <stdio.h>

int main(void) {
  int status = call_attention(attention_argv, 2);
  printf("attention: %d\n", status);
  status = call_attention(other_argv, 2);
  printf("other: %d, %s\n", status, attnc_last_error());
  status = call_attention(attention_argv, -1);
  printf("attention: %d, %s\n", status, attnc_last_error());
  return 0;
}
