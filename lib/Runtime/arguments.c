/* Checks one argument of a call against the metadata and makes its memref descriptor. */
#include "internal.h"

#include <stdio.h>

enum { DTYPE_BOOL = 6 /* kDLBool: since DLPack 0.8 */, TEXT_BYTES = 96 };

/* One argument on its way through the checks: "argument 1 (k)" in messages. */
struct argument {
  const attnc_arg *spec;
  int32_t index;
  const DLTensor *tensor;
};

#define FAIL(argument, status, format, ...)                                                        \
  attnc_rt_fail(status, "argument %d (%s): " format, (int)(argument)->index,                       \
                (argument)->spec->name, __VA_ARGS__)
#define FAIL_DIM(argument, dim, status, format, ...)                                               \
  attnc_rt_fail(status, "argument %d (%s), dim %d: " format, (int)(argument)->index,               \
                (argument)->spec->name, (int)(dim), __VA_ARGS__)

static const char *name_of_dtype(DLDataType dtype, char text[TEXT_BYTES]) {
  static const char *const codes[] = {"i", "u", "f", "handle", "bf", "complex", "bool"};
  const int known = dtype.code < sizeof(codes) / sizeof(codes[0]);
  int length = known ? snprintf(text, TEXT_BYTES, "%s%d", codes[dtype.code], dtype.bits)
                     : snprintf(text, TEXT_BYTES, "code %d of %d bits", dtype.code, dtype.bits);
  if (dtype.lanes != 1)
    snprintf(text + length, (size_t)(TEXT_BYTES - length), "x%d", dtype.lanes);
  return text;
}

static const char *name_of_shape(const DLTensor *tensor, char text[TEXT_BYTES]) {
  int length = 0;
  for (int dim = 0; dim < tensor->ndim && length < TEXT_BYTES - 1; ++dim)
    length += snprintf(text + length, (size_t)(TEXT_BYTES - length), dim ? "x%lld" : "%lld",
                       (long long)tensor->shape[dim]);
  return text;
}

static int64_t element_bytes(DLDataType dtype) {
  return ((int64_t)dtype.bits * dtype.lanes + 7) / 8;
}

static int check_type(const struct argument *argument) {
  const DLTensor *tensor = argument->tensor;
  const DLDataType want = argument->spec->dtype, got = tensor->dtype;
  if (tensor->device.device_type != kDLCPU)
    return FAIL(argument, ATTNC_INVALID_ARGUMENT, "wanted device CPU (1), got device type %d",
                (int)tensor->device.device_type);
  /* Exporters from before DLPack 0.8 call bool u8. */
  const int is_bool = want.code == DTYPE_BOOL && got.code == kDLUInt;
  if ((got.code != want.code && !is_bool) || got.bits != want.bits || got.lanes != want.lanes) {
    char want_text[TEXT_BYTES], got_text[TEXT_BYTES];
    return FAIL(argument, ATTNC_INVALID_ARGUMENT, "wanted dtype %s, got %s",
                name_of_dtype(want, want_text), name_of_dtype(got, got_text));
  }
  if (tensor->ndim != argument->spec->ndim)
    return FAIL(argument, ATTNC_INVALID_ARGUMENT, "wanted rank %d, got %d",
                (int)argument->spec->ndim, (int)tensor->ndim);
  if (tensor->ndim > 0 && !tensor->shape)
    return FAIL(argument, ATTNC_INVALID_ARGUMENT, "wanted a shape of rank %d, got a null pointer",
                (int)tensor->ndim);
  return ATTNC_OK;
}

/* What a negative size stands for: its base is the symbol itself where that adds to none. */
static attnc_symbol find_symbol(const attnc_metadata *metadata, int64_t size) {
  attnc_symbol symbol = {"", 0, 0};
  if (-size <= metadata->num_symbols)
    symbol = metadata->symbols[-1 - size];
  if (symbol.base == 0)
    symbol.base = size;
  return symbol;
}

/* "2 more than ", "1 less than ", or nothing for 0. */
static const char *name_of_difference(int64_t difference, char text[TEXT_BYTES]) {
  text[0] = '\0';
  if (difference != 0)
    snprintf(text, TEXT_BYTES, "%lld %s than ",
             (long long)(difference < 0 ? -difference : difference),
             difference < 0 ? "less" : "more");
  return text;
}

/* A size that several dims share, or add to, is set by the first of them in call order. */
static int check_symbol(const struct argument *argument, int dim, const attnc_metadata *metadata,
                        void **argv) {
  const attnc_symbol symbol = find_symbol(metadata, argument->spec->shape[dim]);
  const int64_t got = argument->tensor->shape[dim];
  if (got < symbol.plus)
    return FAIL_DIM(argument, dim, ATTNC_INVALID_ARGUMENT,
                    "wanted a size of %lld or more, got %lld", (long long)symbol.plus,
                    (long long)got);
  for (int32_t index = 0; index <= argument->index; ++index) {
    const attnc_arg *spec = &metadata->args[index];
    if (spec->kind == ATTNC_ARG_SCALAR)
      continue;
    for (int other = 0; other < spec->ndim; ++other) {
      if (spec->shape[other] >= 0)
        continue;
      const attnc_symbol setter = find_symbol(metadata, spec->shape[other]);
      if (setter.base != symbol.base)
        continue;
      const int64_t base = ((const DLTensor *)argv[index])->shape[other] - setter.plus;
      if (got - symbol.plus == base)
        return ATTNC_OK;
      char difference[TEXT_BYTES];
      return FAIL_DIM(argument, dim, ATTNC_INVALID_ARGUMENT,
                      "wanted %llu, %sthe size of argument %d (%s), dim %d, got %lld",
                      (unsigned long long)base + (unsigned long long)symbol.plus,
                      name_of_difference(symbol.plus - setter.plus, difference), (int)index,
                      spec->name, other, (long long)got);
    }
  }
  return ATTNC_OK;
}

static int check_shape(const struct argument *argument, const attnc_metadata *metadata, void **argv,
                       int64_t *elements) {
  int64_t product = 1;
  int is_empty = 0;
  for (int dim = 0; dim < argument->tensor->ndim; ++dim) {
    const int64_t want = argument->spec->shape[dim], got = argument->tensor->shape[dim];
    if (want >= 0 && got != want)
      return FAIL_DIM(argument, dim, ATTNC_INVALID_ARGUMENT, "wanted %lld, got %lld",
                      (long long)want, (long long)got);
    if (want < 0) {
      const int status = check_symbol(argument, dim, metadata, argv);
      if (status != ATTNC_OK)
        return status;
    }
    /* A zero must not hide that the other sizes overflow: compiled code multiplies them, too. */
    is_empty |= got == 0;
    int64_t bytes;
    if (got > 0 &&
        (__builtin_mul_overflow(product, got, &product) ||
         __builtin_mul_overflow(product, element_bytes(argument->spec->dtype), &bytes))) {
      char text[TEXT_BYTES];
      return FAIL(argument, ATTNC_OUT_OF_RESOURCES, "its size, %s elements, overflows 64 bits",
                  name_of_shape(argument->tensor, text));
    }
  }
  *elements = is_empty ? 0 : product;
  return ATTNC_OK;
}

/* Fills sizes and strides. A stride along which there is nothing to step gets the compact value,
 * whatever the caller wrote. */
static int check_strides(const struct argument *argument, int64_t elements,
                         attnc_memref *descriptor) {
  const DLTensor *tensor = argument->tensor;
  const int rank = tensor->ndim;
  int64_t *sizes = descriptor->sizes_and_strides, *strides = sizes + rank;
  int64_t compact = 1;
  for (int dim = rank - 1; dim >= 0; --dim) {
    sizes[dim] = tensor->shape[dim];
    strides[dim] = compact;
    /* Cannot overflow: the product without zeros was checked. */
    compact *= sizes[dim] > 0 ? sizes[dim] : 1;
    if (!tensor->strides || elements == 0 || sizes[dim] == 1)
      continue;
    strides[dim] = tensor->strides[dim];
    if (strides[dim] < 0)
      return FAIL_DIM(argument, dim, ATTNC_INVALID_ARGUMENT,
                      "wanted a stride of 0 or more, got %lld", (long long)strides[dim]);
    if (dim == rank - 1 && strides[dim] != 1)
      return FAIL_DIM(argument, dim, ATTNC_INVALID_ARGUMENT,
                      "wanted stride 1 on the last axis, got %lld", (long long)strides[dim]);
  }
  return ATTNC_OK;
}

static int check_memory(const struct argument *argument, int64_t elements, attnc_memref *descriptor,
                        attnc_rt_range *range) {
  const DLTensor *tensor = argument->tensor;
  const int64_t bytes = element_bytes(argument->spec->dtype);
  range->begin = range->end = 0;
  descriptor->offset = 0;
  descriptor->allocated = descriptor->aligned = NULL;
  if (elements == 0)
    return ATTNC_OK;
  if (!tensor->data)
    return FAIL(argument, ATTNC_INVALID_ARGUMENT, "wanted %lld elements, got a null data pointer",
                (long long)elements);

  int64_t last = 0; /* index of the element farthest from the first */
  int64_t span = 0;
  int overflow = 0;
  const int64_t *sizes = descriptor->sizes_and_strides, *strides = sizes + tensor->ndim;
  for (int dim = 0; dim < tensor->ndim; ++dim) {
    int64_t reach;
    overflow |= __builtin_mul_overflow(sizes[dim] - 1, strides[dim], &reach) ||
                __builtin_add_overflow(last, reach, &last);
  }
  overflow |= __builtin_mul_overflow(last, bytes, &span) ||
              __builtin_add_overflow(span, bytes, &span) ||
              __builtin_add_overflow((uintptr_t)tensor->data, tensor->byte_offset, &range->begin) ||
              __builtin_add_overflow(range->begin, (uintptr_t)span, &range->end);
  if (overflow)
    return FAIL(argument, ATTNC_OUT_OF_RESOURCES,
                "its strides and byte_offset %llu reach past the end of memory",
                (unsigned long long)tensor->byte_offset);
  const uintptr_t misaligned = range->begin % (uintptr_t)bytes;
  if (misaligned != 0)
    return FAIL(
        argument, ATTNC_INVALID_ARGUMENT,
        "wanted an address that is a multiple of %lld bytes, got one that is %lld past such",
        (long long)bytes, (long long)misaligned);
  descriptor->allocated = descriptor->aligned = (void *)range->begin;
  return ATTNC_OK;
}

/* Two indices of an output must not name one element: along each axis a step must lead past all
 * that the axes with smaller steps reach. */
static int check_output(const struct argument *argument, int64_t elements,
                        const attnc_memref *descriptor) {
  const int rank = argument->tensor->ndim;
  const int64_t *sizes = descriptor->sizes_and_strides, *strides = sizes + rank;
  for (int dim = 0; dim < rank && elements != 0; ++dim) {
    if (sizes[dim] == 1)
      continue;
    int64_t reach = 0;
    for (int other = 0; other < rank; ++other)
      if (other != dim && strides[other] <= strides[dim])
        reach += (sizes[other] - 1) * strides[other];
    if (strides[dim] <= reach)
      return FAIL_DIM(argument, dim, ATTNC_INVALID_ARGUMENT,
                      "wanted an output whose elements do not overlap, got stride %lld",
                      (long long)strides[dim]);
  }
  return ATTNC_OK;
}

int attnc_rt_check_argument(const attnc_metadata *metadata, void **argv, int32_t index,
                            attnc_memref *descriptor, attnc_rt_range *range) {
  const struct argument argument = {&metadata->args[index], index, argv[index]};
  const int is_scalar = argument.spec->kind == ATTNC_ARG_SCALAR;
  if (!argument.tensor)
    return FAIL(&argument, ATTNC_INVALID_ARGUMENT, "wanted a %s, got a null pointer",
                is_scalar ? "value" : "DLTensor");
  if (is_scalar) {
    range->begin = range->end = 0;
    return ATTNC_OK;
  }
  int64_t elements = 0;
  int status = check_type(&argument);
  if (status == ATTNC_OK)
    status = check_shape(&argument, metadata, argv, &elements);
  if (status == ATTNC_OK)
    status = check_strides(&argument, elements, descriptor);
  if (status == ATTNC_OK)
    status = check_memory(&argument, elements, descriptor, range);
  if (status == ATTNC_OK && argument.spec->kind == ATTNC_ARG_OUTPUT)
    status = check_output(&argument, elements, descriptor);
  return status;
}
