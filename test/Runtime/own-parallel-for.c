/* A program that defines attnc_parallel_for runs the loops of a library itself. */
// RUN: rm -rf %t && mkdir %t
// RUN: attnc %S/Inputs/attention.mlir -o %t/attention.so
// RUN: %cc -std=c99 %s -I%S/Inputs -I%t %attnc_include %t/attention.so -Wl,-rpath,%t -lm -o %t/own
// RUN: %t/own | FileCheck %s
// CHECK: status 0, loops 1

#include "attention.h"
#include "attnc-c/parallel.h"
#include "call.h"

#include <stdio.h>

static int loops;

void attnc_parallel_for(void *context, int64_t tasks, attnc_task task, int64_t workers) {
  loops += workers == 3;
  for (int64_t i = tasks; i-- > 0;) /* in an order of its own */
    task(context, i, i + 1, i % workers);
}

int main(void) {
  const int status = call_attention(attention_argv, 3);
  printf("status %d, loops %d\n", status, loops);
  return 0;
}
