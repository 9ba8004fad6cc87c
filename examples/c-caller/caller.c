/* Decodes with a compiled attention: a prompt of 5 tokens, then 40 tokens one by one, all from one
 * key/value cache and one workspace. Checks every row against attention written out in double. */
#include "decode.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { QUERY_HEADS = 8, KV_HEADS = 2, HEAD_DIM = 64, CAPACITY = 64, PROMPT = 5, TOKENS = 45 };

static float queries[QUERY_HEADS][CAPACITY][HEAD_DIM], outputs[QUERY_HEADS][CAPACITY][HEAD_DIM];
static float keys[KV_HEADS][CAPACITY][HEAD_DIM], values[KV_HEADS][CAPACITY][HEAD_DIM];

/* Rows [begin, begin + rows) of a cache of `heads` heads, as a tensor (1, heads, rows, HEAD_DIM).
 * It is a view: the heads are CAPACITY rows apart, however many of them are in use. */
typedef struct view {
  DLTensor tensor;
  int64_t shape[4], strides[4];
} view;

static const DLTensor *view_rows(view *view, float *cache, int heads, int begin, int rows) {
  const int64_t shape[4] = {1, heads, rows, HEAD_DIM};
  const int64_t strides[4] = {(int64_t)heads * CAPACITY * HEAD_DIM, CAPACITY * HEAD_DIM, HEAD_DIM,
                              1};
  for (int dim = 0; dim < 4; ++dim) {
    view->shape[dim] = shape[dim];
    view->strides[dim] = strides[dim];
  }
  view->tensor.data = cache + begin * HEAD_DIM;
  view->tensor.device.device_type = kDLCPU;
  view->tensor.device.device_id = 0;
  view->tensor.ndim = 4;
  view->tensor.dtype.code = kDLFloat;
  view->tensor.dtype.bits = 32;
  view->tensor.dtype.lanes = 1;
  view->tensor.shape = view->shape;
  view->tensor.strides = view->strides;
  view->tensor.byte_offset = 0;
  return &view->tensor;
}

/* Rows [begin, end) of the sequence arrive; the model attends with them. */
static int attend(int begin, int end, const attnc_call *call) {
  view q, k, v, o;
  view_rows(&o, &outputs[0][0][0], QUERY_HEADS, begin, end - begin);
  return decode(view_rows(&q, &queries[0][0][0], QUERY_HEADS, begin, end - begin),
                view_rows(&k, &keys[0][0][0], KV_HEADS, 0, end),
                view_rows(&v, &values[0][0][0], KV_HEADS, 0, end), begin, &o.tensor, call);
}

static double dot(const float *a, const float *b) {
  double sum = 0;
  for (int d = 0; d < HEAD_DIM; ++d)
    sum += (double)a[d] * b[d];
  return sum;
}

/* The largest error in the row of query head `head` at `position`. */
static double check_row(int head, int position) {
  const int kv_head = head / (QUERY_HEADS / KV_HEADS);
  double weights[CAPACITY], sum = 0, error = 0;
  for (int j = 0; j <= position; ++j) {
    weights[j] = exp(dot(queries[head][position], keys[kv_head][j]) / sqrt(HEAD_DIM));
    sum += weights[j];
  }
  for (int d = 0; d < HEAD_DIM; ++d) {
    double expected = 0;
    for (int j = 0; j <= position; ++j)
      expected += weights[j] / sum * values[kv_head][j][d];
    const double difference = fabs(outputs[head][position][d] - expected);
    error = difference > error || difference != difference ? difference : error;
  }
  return error;
}

static void fill(float *numbers, int count) {
  for (int i = 0; i < count; ++i)
    numbers[i] = (float)rand() / (float)RAND_MAX * 4 - 2;
}

int main(void) {
  fill(&queries[0][0][0], QUERY_HEADS * CAPACITY * HEAD_DIM);
  fill(&keys[0][0][0], KV_HEADS * CAPACITY * HEAD_DIM);
  fill(&values[0][0][0], KV_HEADS * CAPACITY * HEAD_DIM);

  /* One workspace serves all calls, so that none of them allocates. */
  attnc_call call = {sizeof(attnc_call), NULL, 0, 0};
  call.num_threads = 2;
  call.workspace_bytes = decode_workspace(&call);
  void *memory = malloc((size_t)call.workspace_bytes + 64);
  if (!memory)
    return 1;
  call.workspace = (void *)(((uintptr_t)memory + 63) / 64 * 64);

  int status = attend(0, PROMPT, &call);
  for (int token = PROMPT; token < TOKENS && status == ATTNC_OK; ++token)
    status = attend(token, token + 1, &call);
  if (status != ATTNC_OK) {
    fprintf(stderr, "decode: %s\n", attnc_last_error());
    return 1;
  }

  double error = 0;
  for (int head = 0; head < QUERY_HEADS; ++head)
    for (int position = 0; position < TOKENS; ++position)
      error = fmax(error, check_row(head, position));
  printf("%d tokens decoded; the largest error is %s 1e-5\n", TOKENS,
         error < 1e-5 ? "below" : "ABOVE");

  /* A mistake is answered by a sentence: here the outputs start where the queries do. */
  view q, k, v;
  view_rows(&q, &queries[0][0][0], QUERY_HEADS, 0, PROMPT);
  view_rows(&k, &keys[0][0][0], KV_HEADS, 0, PROMPT);
  view_rows(&v, &values[0][0][0], KV_HEADS, 0, PROMPT);
  status = decode(&q.tensor, &k.tensor, &v.tensor, 0, &q.tensor, &call);
  printf("a wrong call: status %d, %s\n", status, attnc_last_error());
  free(memory);
  return error < 1e-5 && status == ATTNC_INVALID_ARGUMENT ? 0 : 1;
}
