/* What the files of the runtime share; nothing here leaves an artifact. */
#ifndef ATTNC_RUNTIME_INTERNAL_H
#define ATTNC_RUNTIME_INTERNAL_H

#include "invoke.h"

/* Visible outside an artifact; everything else in the runtime is hidden (-fvisibility=hidden).
 * Weak, so that all artifacts of a process share one definition, or the program's own. */
#define ATTNC_RT_EXPORT __attribute__((weak, visibility("default")))

/* Thread-local variables of a shared library are found by this function of the dynamic loader. As a
 * weak reference it asks for no further library at link time; the loader is in every process. */
#if defined(__x86_64__)
__asm__(".weak __tls_get_addr");
#endif

enum { ATTNC_RT_MAX_WORKERS = 1024, ATTNC_RT_WORKSPACE_ALIGNMENT = 64 };

/* Keeps the sentence for attnc_last_error and returns `status`. */
int attnc_rt_fail(int status, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ATTNC_OK when this CPU has every feature of a comma-separated list. */
int attnc_rt_check_cpu(const char *features);

/* The memory that a tensor occupies: [begin, end), empty if it has no elements. */
typedef struct attnc_rt_range {
  uintptr_t begin, end;
} attnc_rt_range;

static inline int attnc_rt_overlap(attnc_rt_range a, attnc_rt_range b) {
  return a.begin < b.end && b.begin < a.end;
}

/* Checks argv[index], for which all earlier arguments passed, against the metadata; then fills the
 * descriptor (of a tensor) and its range. */
int attnc_rt_check_argument(const attnc_metadata *metadata, void **argv, int32_t index,
                            attnc_memref *descriptor, attnc_rt_range *range);

/* The state of rounding and subnormals in which compiled code runs, on every thread: round to
 * nearest even, subnormals kept, no traps. Returns the state before, for the second function. */
static inline uint64_t attnc_rt_enter_float_state(void) {
#if defined(__x86_64__)
  const uint64_t before = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(0x1f80);
  return before;
#elif defined(__aarch64__)
  const uint64_t before = __builtin_aarch64_get_fpcr();
  __builtin_aarch64_set_fpcr(0);
  return before;
#else
  return 0;
#endif
}

static inline void attnc_rt_leave_float_state(uint64_t before) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr((unsigned)before);
#elif defined(__aarch64__)
  __builtin_aarch64_set_fpcr((unsigned)before);
#else
  (void)before;
#endif
}

#endif /* ATTNC_RUNTIME_INTERNAL_H */
