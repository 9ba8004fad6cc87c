/* Calls the compiled model of this project and checks what it must give: running means. */
#include "causal_mean.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 100, COLUMNS = 4 };

static float zeros[ROWS][COLUMNS], values[ROWS][COLUMNS], means[ROWS][COLUMNS];

static DLTensor describe(void *data, int64_t shape[4]) {
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

int main(void) {
  int64_t shape[4] = {1, 1, ROWS, COLUMNS};
  DLTensor q = describe(zeros, shape), v = describe(values, shape), o = describe(means, shape);
  for (int i = 0; i < ROWS; ++i)
    for (int c = 0; c < COLUMNS; ++c)
      values[i][c] = (float)((i * 7 + c * 3) % 11);

  if (causal_mean(&q, &q, &v, &o, NULL)) {
    fprintf(stderr, "consumer: %s\n", attnc_last_error());
    return 1;
  }
  double sums[COLUMNS] = {0};
  for (int i = 0; i < ROWS; ++i)
    for (int c = 0; c < COLUMNS; ++c) {
      sums[c] += values[i][c];
      if (!(fabs(means[i][c] - sums[c] / (i + 1)) < 1e-5)) {
        fprintf(stderr, "consumer: row %d, column %d: wanted %g, got %g\n", i, c, sums[c] / (i + 1),
                means[i][c]);
        return 1;
      }
    }
  printf("%d rows are the means of the rows up to them\n", ROWS);
  return 0;
}
