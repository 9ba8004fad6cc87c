/* The one hook between compiled code and a thread pool.
 *
 * Compiled code hands its outer loop to attnc_parallel_for. The definition in libattnc_rt is weak:
 * define your own symbol of this name to run on TBB, OpenMP or a pool of yours.
 */
#ifndef ATTNC_C_PARALLEL_H
#define ATTNC_C_PARALLEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Runs tasks [begin, end). `worker` is below the `workers` of the call and is used by one thread
 * at a time: it picks the scratch. */
typedef void (*attnc_task)(void *context, int64_t begin, int64_t end, int64_t worker);

/* Runs all tasks 0 <= i < tasks, each once, on at most `workers` threads; returns when all are
 * done. A call from within a task runs serially on the calling thread. */
void attnc_parallel_for(void *context, int64_t tasks, attnc_task task, int64_t workers);

#ifdef __cplusplus
}
#endif

#endif /* ATTNC_C_PARALLEL_H */
