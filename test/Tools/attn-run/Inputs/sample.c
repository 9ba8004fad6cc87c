/* A library as attnc makes them, written by hand: the tests of attn-run do not need the compiler.
 */
#include "lib/Runtime/invoke.h"

#define EXPORT __attribute__((visibility("default")))
#define F32 {kDLFloat, 32, 1}

static float *row_of(attnc_memref *view, int64_t i) {
  return (float *)view->aligned + i * view->sizes_and_strides[2];
}

/* y[i, j] = x[i, j] * factor + offset; last[j] = y's last row, nothing if there is none. */
static void affine_entry(void **arguments) {
  attnc_memref *x = arguments[0], *y = arguments[3], *last = arguments[4];
  const float factor = *(float *)arguments[1];
  const int64_t offset = *(int64_t *)arguments[2];
  const int64_t rows = x->sizes_and_strides[0];
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < 4; ++j) {
      row_of(y, i)[j] = row_of(x, i)[j] * factor + (float)offset;
      ((float *)last->aligned)[j] = row_of(y, i)[j];
    }
}

/* Adds up one element more than there are. */
static void overread_entry(void **arguments) {
  attnc_memref *x = arguments[0], *sum = arguments[1];
  volatile float total = 0;
  for (int64_t i = 0; i <= x->sizes_and_strides[0]; ++i)
    total += ((float *)x->aligned)[i];
  *(float *)sum->aligned = total;
}

/* Copies 16-bit patterns. */
static void copy16_entry(void **arguments) {
  attnc_memref *x = arguments[0], *y = arguments[1];
  for (int64_t i = 0; i < x->sizes_and_strides[0]; ++i)
    ((uint16_t *)y->aligned)[i] = ((uint16_t *)x->aligned)[i];
}

/* Sums the rows between each two ends. */
static void parts_entry(void **arguments) {
  attnc_memref *ends = arguments[0], *x = arguments[1], *sums = arguments[2];
  for (int64_t i = 0; i < sums->sizes_and_strides[0]; ++i) {
    const int32_t *range = (int32_t *)ends->aligned + i;
    float total = 0;
    for (int32_t row = range[0]; row < range[1]; ++row)
      total += ((float *)x->aligned)[row];
    ((float *)sums->aligned)[i] = total;
  }
}

static void nothing_entry(void **arguments) { (void)arguments; }

static const int64_t rows[] = {-1, 4}, row[] = {4}, any[] = {-1}, other[] = {-2}, ends[] = {-3};

static const attnc_arg affine_args[] = {{"x", ATTNC_ARG_INPUT, F32, 2, rows},
                                        {"factor", ATTNC_ARG_SCALAR, F32, 0, 0},
                                        {"offset", ATTNC_ARG_SCALAR, {kDLInt, 64, 1}, 0, 0},
                                        {"y", ATTNC_ARG_OUTPUT, F32, 2, rows},
                                        {"last", ATTNC_ARG_OUTPUT, F32, 1, row}};
static const attnc_arg overread_args[] = {{"x", ATTNC_ARG_INPUT, F32, 1, any},
                                          {"sum", ATTNC_ARG_OUTPUT, F32, 0, 0}};
static const attnc_arg copy16_args[] = {{"x", ATTNC_ARG_INPUT, {kDLBfloat, 16, 1}, 1, any},
                                        {"y", ATTNC_ARG_OUTPUT, {kDLBfloat, 16, 1}, 1, any}};
static const attnc_arg parts_args[] = {{"ends", ATTNC_ARG_INPUT, {kDLInt, 32, 1}, 1, ends},
                                       {"x", ATTNC_ARG_INPUT, F32, 1, any},
                                       {"sums", ATTNC_ARG_OUTPUT, F32, 1, other}};
static const attnc_symbol parts_symbols[] = {{"L", 0, 0}, {"S", 0, 0}, {"S+1", -2, 1}};
static const attnc_arg nothing_args[] = {{"y", ATTNC_ARG_OUTPUT, F32, 1, other}};

#define FUNCTION(name, abi, scratch) FUNCTION_WITH(name, abi, scratch, 0, 0)
#define FUNCTION_WITH(name, abi, scratch, num_symbols, symbols)                                    \
  static const attnc_metadata name##_info = {sizeof(attnc_metadata),                               \
                                             abi,                                                  \
                                             #name,                                                \
                                             "by hand",                                            \
                                             "any",                                                \
                                             "",                                                   \
                                             sizeof(name##_args) / sizeof(attnc_arg),              \
                                             name##_args,                                          \
                                             scratch,                                              \
                                             num_symbols,                                          \
                                             symbols};                                             \
  EXPORT int name##_argv(void **argv, const attnc_call *call) {                                    \
    return attnc_rt_invoke(&name##_info, name##_entry, argv, call);                                \
  }                                                                                                \
  EXPORT const attnc_metadata *name##_metadata(void) { return &name##_info; }                      \
  EXPORT int64_t name##_workspace(const attnc_call *call) {                                        \
    return attnc_rt_workspace(&name##_info, call);                                                 \
  }

FUNCTION(affine, ATTNC_ABI_VERSION, 64)
#ifndef ONLY_AFFINE
FUNCTION(overread, ATTNC_ABI_VERSION, 0)
FUNCTION(copy16, ATTNC_ABI_VERSION, 0)
FUNCTION(nothing, ATTNC_ABI_VERSION, 0)
FUNCTION_WITH(parts, ATTNC_ABI_VERSION, 0, 3, parts_symbols)
#endif
#ifdef EARLIER
/* As libraries were before they listed symbols: what comes after the struct is something else. */
static const attnc_metadata earlier_info = {offsetof(attnc_metadata, num_symbols),
                                            ATTNC_ABI_VERSION,
                                            "earlier",
                                            "by hand",
                                            "any",
                                            "",
                                            1,
                                            nothing_args,
                                            0,
                                            7,
                                            (const attnc_symbol *)1};
EXPORT const attnc_metadata *earlier_metadata(void) { return &earlier_info; }
EXPORT int earlier_argv(void **argv, const attnc_call *call) { return nothing_argv(argv, call); }
EXPORT int64_t earlier_workspace(const attnc_call *call) { return nothing_workspace(call); }
#endif
#ifdef FUTURE
static const attnc_arg future_args[] = {{"y", ATTNC_ARG_OUTPUT, F32, 1, row}};
#define future_entry nothing_entry
FUNCTION(future, ATTNC_ABI_VERSION + 1, 0)
#endif
