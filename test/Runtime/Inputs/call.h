/* Calls the attention of attention.mlir, with keys and queries of zero: row i of the output is the
 * mean of the values up to i. */
#ifndef ATTNC_TEST_CALL_H
#define ATTNC_TEST_CALL_H

#include "attnc-c/runtime.h"

#include <math.h>

enum { HEADS = 2, ROWS = 500, COLUMNS = 16 };

typedef int (*attention_argv_function)(void **argv, const attnc_call *call);

static inline DLTensor describe(void *data, int64_t *shape) {
  DLTensor tensor = {0};
  tensor.data = data;
  tensor.device.device_type = kDLCPU;
  tensor.ndim = 4;
  tensor.dtype.code = kDLFloat;
  tensor.dtype.bits = 32;
  tensor.dtype.lanes = 1;
  tensor.shape = shape;
  return tensor;
}

/* The status of the call, or -1 if its result is wrong. */
static inline int call_attention(attention_argv_function attention, int threads) {
  static float zeros[HEADS][ROWS][COLUMNS], values[HEADS][ROWS][COLUMNS];
  static float output[HEADS][ROWS][COLUMNS];
  int64_t shape[4] = {1, HEADS, ROWS, COLUMNS};
  for (int h = 0; h < HEADS; ++h)
    for (int i = 0; i < ROWS; ++i)
      for (int c = 0; c < COLUMNS; ++c) {
        values[h][i][c] = (float)((h * 3 + i * 7 + c) % 11);
        output[h][i][c] = NAN;
      }
  DLTensor q = describe(zeros, shape), v = describe(values, shape), o = describe(output, shape);
  void *argv[] = {&q, &q, &v, &o};
  attnc_call call = {sizeof(attnc_call), 0, 0, 0};
  call.num_threads = threads;
  const int status = attention(argv, &call);
  if (status != ATTNC_OK)
    return status;
  for (int h = 0; h < HEADS; ++h)
    for (int c = 0; c < COLUMNS; ++c) {
      double sum = 0;
      for (int i = 0; i < ROWS; ++i) {
        sum += values[h][i][c];
        if (!(fabs(output[h][i][c] - sum / (i + 1)) < 1e-4))
          return -1;
      }
    }
  return ATTNC_OK;
}

#endif /* ATTNC_TEST_CALL_H */
