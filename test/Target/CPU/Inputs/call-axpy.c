/* Prints the metadata of axpy field by field and calls it both ways. */
#include "axpy.h"

#include <stdio.h>

static DLTensor matrix(float *data, int64_t *shape, int64_t *strides) {
  DLTensor tensor;
  tensor.data = data;
  tensor.device.device_type = kDLCPU;
  tensor.device.device_id = 0;
  tensor.ndim = 2;
  tensor.dtype.code = kDLFloat;
  tensor.dtype.bits = 32;
  tensor.dtype.lanes = 1;
  tensor.shape = shape;
  tensor.strides = strides;
  tensor.byte_offset = 0;
  return tensor;
}

static void print_metadata(const attnc_metadata *metadata) {
  printf("%d %u %s\n", metadata->size == sizeof(attnc_metadata), (unsigned)metadata->abi_version,
         metadata->name);
  printf("%s | %s | %s\n", metadata->producer, metadata->triple, metadata->cpu_features);
  for (int32_t i = 0; i < metadata->num_args; ++i) {
    const attnc_arg *arg = &metadata->args[i];
    printf("%s kind %d dtype %d %d %d shape", arg->name, (int)arg->kind, arg->dtype.code,
           arg->dtype.bits, arg->dtype.lanes);
    for (int32_t axis = 0; axis < arg->ndim; ++axis)
      printf(" %lld", (long long)arg->shape[axis]);
    printf("\n");
  }
  printf("scratch %lld\n", (long long)metadata->scratch_bytes);
}

int main(void) {
  float x[12] = {1, 2, 3, 4, -1, -1, 5, 6, 7, 8, -1, -1}; /* two rows of 4 in rows of 6 */
  float y[8] = {10, 20, 30, 40, 50, 60, 70, 80};
  float z[8] = {0};
  int64_t shape[2] = {2, 4}, wide[2] = {6, 1};
  DLTensor tx = matrix(x, shape, wide), ty = matrix(y, shape, NULL), tz = matrix(z, shape, NULL);

  print_metadata(axpy_metadata());
  printf("workspace %lld\n", (long long)axpy_workspace(NULL));
  printf("status %d:", axpy(2.0f, &tx, &ty, 1, &tz, NULL));
  for (int i = 0; i < 8; ++i)
    printf(" %g", z[i]);

  float alpha = -1.0f;
  int32_t bias = 0;
  void *argv[5] = {&alpha, &tx, &ty, &bias, &tz};
  printf("\nstatus %d:", axpy_argv(argv, NULL));
  for (int i = 0; i < 8; ++i)
    printf(" %g", z[i]);

  int64_t other[2] = {3, 4};
  ty.shape = other;
  printf("\nstatus %d: %s\n", axpy(1.0f, &tx, &ty, 0, &tz, NULL), attnc_last_error());
  return 0;
}
