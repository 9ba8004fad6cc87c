/* One call of a compiled function: checks everything, prepares the workspace, runs the entry. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* sched_getaffinity */
#endif
#include "internal.h"

#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Options of a call, with defaults filled in. */
struct options {
  void *workspace;
  int64_t workspace_bytes;
  int64_t workers;
};

/* What attnc_rt_workers and attnc_rt_scratch answer; calls nest. */
static _Thread_local struct call_state {
  int64_t workers;
  void *scratch;
} current_call = {1, NULL};

int64_t attnc_rt_workers(void) { return current_call.workers; }
void *attnc_rt_scratch(void) { return current_call.scratch; }

/* CPUs that this process may use. */
static int64_t count_cpus(void) {
  cpu_set_t set;
  int64_t count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
                                                               : sysconf(_SC_NPROCESSORS_ONLN);
  if (count < 1)
    count = 1;
  return count < ATTNC_RT_MAX_WORKERS ? count : ATTNC_RT_MAX_WORKERS;
}

static int read_default_workers(int64_t *workers) {
  const char *text = getenv("ATTNC_NUM_THREADS");
  if (!text || !*text) {
    *workers = count_cpus();
    return ATTNC_OK;
  }
  char *end;
  errno = 0;
  const long value = strtol(text, &end, 10);
  if (errno != 0 || *end != '\0' || value < 1 || value > ATTNC_RT_MAX_WORKERS)
    return attnc_rt_fail(ATTNC_INVALID_ARGUMENT,
                         "ATTNC_NUM_THREADS: wanted a number from 1 to %d, got '%s'",
                         ATTNC_RT_MAX_WORKERS, text);
  *workers = value;
  return ATTNC_OK;
}

/* Reads as much of the caller's struct as both sides know. A longer one comes from a newer caller:
 * fine while what this artifact does not know is zero, the default. */
static int read_options(const attnc_call *call, struct options *options) {
  enum { MAX_SIZE = 4096 }; /* a garbage size must not make us read far */
  attnc_call known = {sizeof(attnc_call), NULL, 0, 0};
  if (call) {
    if (call->size < sizeof(attnc_call) || call->size > MAX_SIZE)
      return attnc_rt_fail(ATTNC_INVALID_ARGUMENT,
                           "attnc_call.size: wanted sizeof(attnc_call), %zu or more, got %zu",
                           sizeof(attnc_call), call->size);
    memcpy(&known, call, sizeof(known));
    const char *bytes = (const char *)call;
    for (size_t i = sizeof(known); i < call->size; ++i)
      if (bytes[i] != 0)
        return attnc_rt_fail(ATTNC_UNSUPPORTED,
                             "attnc_call: byte %zu is set, an option of a newer version than "
                             "this library, which knows %zu bytes",
                             i, sizeof(known));
  }
  if (known.num_threads < 0 || known.num_threads > ATTNC_RT_MAX_WORKERS)
    return attnc_rt_fail(ATTNC_INVALID_ARGUMENT, "attnc_call.num_threads: wanted 0 to %d, got %d",
                         ATTNC_RT_MAX_WORKERS, (int)known.num_threads);
  options->workspace = known.workspace;
  options->workspace_bytes = known.workspace_bytes;
  options->workers = known.num_threads;
  return known.num_threads == 0 ? read_default_workers(&options->workers) : ATTNC_OK;
}

static int compute_workspace(const attnc_metadata *metadata, int64_t workers, int64_t *bytes) {
  if (!__builtin_mul_overflow(metadata->scratch_bytes, workers, bytes))
    return ATTNC_OK;
  return attnc_rt_fail(ATTNC_OUT_OF_RESOURCES,
                       "workspace: %lld workers x %lld bytes overflows 64 bits", (long long)workers,
                       (long long)metadata->scratch_bytes);
}

int64_t attnc_rt_workspace(const attnc_metadata *metadata, const attnc_call *call) {
  struct options options;
  int64_t bytes;
  if (read_options(call, &options) != ATTNC_OK ||
      compute_workspace(metadata, options.workers, &bytes) != ATTNC_OK)
    return -1;
  return bytes;
}

/* Can this process run the library at all? CPUID is slow in a virtual machine, so the answer is
 * kept for the function that was called last. */
static int check_target(const attnc_metadata *metadata) {
  static const attnc_metadata *_Atomic checked;
  if (checked == metadata)
    return ATTNC_OK;
  if (metadata->abi_version != ATTNC_ABI_VERSION)
    return attnc_rt_fail(ATTNC_UNSUPPORTED, "%s: compiled for ABI version %u, this runtime has %d",
                         metadata->name, metadata->abi_version, ATTNC_ABI_VERSION);
  const int status = attnc_rt_check_cpu(metadata->cpu_features);
  if (status == ATTNC_OK)
    checked = metadata;
  return status;
}

/* Outputs may share memory with nothing: not with inputs, which come before them, other outputs or
 * the workspace. */
static int check_overlaps(const attnc_metadata *metadata, const attnc_rt_range *ranges,
                          attnc_rt_range workspace) {
  for (int32_t i = 0; i < metadata->num_args; ++i) {
    const attnc_arg *args = metadata->args;
    if (attnc_rt_overlap(ranges[i], workspace))
      return attnc_rt_fail(ATTNC_INVALID_ARGUMENT,
                           "workspace: wanted memory of its own, got an overlap with argument %d "
                           "(%s)",
                           (int)i, args[i].name);
    for (int32_t j = 0; args[i].kind == ATTNC_ARG_OUTPUT && j < i; ++j)
      if (attnc_rt_overlap(ranges[i], ranges[j]))
        return attnc_rt_fail(ATTNC_INVALID_ARGUMENT,
                             "argument %d (%s): wanted memory of its own, got an overlap with "
                             "argument %d (%s)",
                             (int)i, args[i].name, (int)j, args[j].name);
  }
  return ATTNC_OK;
}

static int check_workspace(const struct options *options, int64_t needed, attnc_rt_range *range) {
  range->begin = range->end = 0;
  if (!options->workspace)
    return ATTNC_OK;
  const uintptr_t address = (uintptr_t)options->workspace;
  if (options->workspace_bytes < needed)
    return attnc_rt_fail(
        ATTNC_OUT_OF_RESOURCES, "workspace: wanted %lld bytes for %lld workers, got %lld",
        (long long)needed, (long long)options->workers, (long long)options->workspace_bytes);
  if (address % ATTNC_RT_WORKSPACE_ALIGNMENT != 0)
    return attnc_rt_fail(ATTNC_INVALID_ARGUMENT,
                         "workspace: wanted an address that is a multiple of %d bytes, got one "
                         "that is %d past such",
                         ATTNC_RT_WORKSPACE_ALIGNMENT,
                         (int)(address % ATTNC_RT_WORKSPACE_ALIGNMENT));
  range->begin = address;
  range->end = address + (uintptr_t)needed;
  return ATTNC_OK;
}

/* Everything of a call that its number of arguments sizes, in one allocation. */
struct frame {
  attnc_rt_range *ranges;
  void **arguments;
  char *descriptors;
};

static size_t descriptor_bytes(const attnc_arg *spec) {
  return spec->kind == ATTNC_ARG_SCALAR
             ? 0
             : sizeof(attnc_memref) + 2 * (size_t)spec->ndim * sizeof(int64_t);
}

static int make_frame(const attnc_metadata *metadata, struct frame *frame) {
  const size_t count = (size_t)metadata->num_args;
  size_t bytes = count * (sizeof(attnc_rt_range) + sizeof(void *));
  for (int32_t i = 0; i < metadata->num_args; ++i)
    bytes += descriptor_bytes(&metadata->args[i]);
  frame->ranges = malloc(bytes + 1); /* + 1: a function may have no arguments */
  if (!frame->ranges)
    return attnc_rt_fail(ATTNC_OUT_OF_RESOURCES, "no memory for %zu bytes of descriptors", bytes);
  frame->arguments = (void **)(frame->ranges + count);
  frame->descriptors = (char *)(frame->arguments + count);
  return ATTNC_OK;
}

static int check_arguments(const attnc_metadata *metadata, void **argv, const struct frame *frame) {
  char *descriptor = frame->descriptors;
  int status = ATTNC_OK;
  for (int32_t i = 0; i < metadata->num_args && status == ATTNC_OK; ++i) {
    const attnc_arg *spec = &metadata->args[i];
    frame->arguments[i] = spec->kind == ATTNC_ARG_SCALAR ? argv[i] : descriptor;
    status =
        attnc_rt_check_argument(metadata, argv, i, (attnc_memref *)descriptor, &frame->ranges[i]);
    descriptor += descriptor_bytes(spec);
  }
  return status;
}

static void run_entry(attnc_entry entry, void **arguments, struct call_state call) {
  const struct call_state outer = current_call;
  const uint64_t float_state = attnc_rt_enter_float_state();
  current_call = call;
  entry(arguments);
  current_call = outer;
  attnc_rt_leave_float_state(float_state);
}

int attnc_rt_invoke(const attnc_metadata *metadata, attnc_entry entry, void **argv,
                    const attnc_call *call) {
  struct options options = {NULL, 0, 1};
  struct frame frame = {NULL, NULL, NULL};
  attnc_rt_range workspace;
  int64_t needed = 0;
  int status = check_target(metadata);
  if (status == ATTNC_OK && !argv && metadata->num_args > 0)
    status = attnc_rt_fail(ATTNC_INVALID_ARGUMENT, "argv: wanted %d arguments, got a null pointer",
                           (int)metadata->num_args);
  if (status == ATTNC_OK)
    status = read_options(call, &options);
  if (status == ATTNC_OK)
    status = compute_workspace(metadata, options.workers, &needed);
  if (status == ATTNC_OK)
    status = check_workspace(&options, needed, &workspace);
  if (status == ATTNC_OK)
    status = make_frame(metadata, &frame);
  if (status == ATTNC_OK)
    status = check_arguments(metadata, argv, &frame);
  if (status == ATTNC_OK)
    status = check_overlaps(metadata, frame.ranges, workspace);

  void *allocated = NULL;
  if (status == ATTNC_OK && !options.workspace && needed > 0) {
    allocated = aligned_alloc(ATTNC_RT_WORKSPACE_ALIGNMENT, (size_t)needed);
    if (!allocated)
      status = attnc_rt_fail(ATTNC_OUT_OF_RESOURCES,
                             "workspace: no memory for %lld bytes for %lld workers",
                             (long long)needed, (long long)options.workers);
  }
  if (status == ATTNC_OK)
    run_entry(entry, frame.arguments,
              (struct call_state){options.workers, allocated ? allocated : options.workspace});
  free(allocated);
  free(frame.ranges);
  return status;
}
